"""What every template may use without loading it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from cards.queries.money import money_text
from cards.queries.numbers import mask_number, show_number
from cards.queries.offers import size_words
from cards.queries.periods import period_text
from cards.queries.sight import Reader

register = template.Library()


def _reader() -> Reader:
    """Return the eyes of this request: the middleware set the person's language and zone."""
    # By its key: Django calls "Etc/GMT+12" by its abbreviation, which is no zone.
    return Reader(language=get_language() or "en", zone=str(timezone.get_current_timezone()))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, *, flip: bool = False) -> str:
    """Return one icon of the sprite, decorative: the words beside it say what it means.

    A tag and not an include, because a page has fifty of them. `flip` mirrors it where the
    language runs from right to left (arrows, chevrons).
    """
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        " icon-flip" if flip else "",
        static("cards/vendor/icons.svg"),
        name,
    )


# Fifty rows a page: as a template they took a quarter of the page's time.
CARD_ROW = """
<li class="row-item">
  <div><a class="row-link" href="{id}/">{label}</a><div class="row-sub">{number}</div></div>
  <div class="text-end text-md-start order-md-last"><span class="stage stage-{stage}">\
<svg class="icon" aria-hidden="true" focusable="false"><use href="{icons}#stage-{stage}"></use></svg>\
{stage_text}</span></div>
  <div class="row-sub">{operator}</div>
  <div class="row-when">{day}<div class="row-sub">{countdown}</div></div>
</li>"""


@register.simple_tag
def card_rows(rows: Iterable[Mapping[str, str]]) -> str:
    """Return the items of the card list; every value is escaped. `rows`: queries.card_list.Row."""
    frame = CARD_ROW.replace("{icons}", escape(static("cards/vendor/icons.svg")))
    # Not format_html: its checks for lazy and safe strings cost four hundred calls a page.
    items = [frame.format_map({name: escape(value) for name, value in row.items()}) for row in rows]
    return mark_safe("".join(items))  # noqa: S308 - every value went through escape() in the line above


@register.filter
def day(value: date | None) -> str:
    """Return "Thu, 31 Dec 2026"; of an instant the day on the person's clock."""
    if not value:
        return ""
    return _reader().day(timezone.localtime(value).date() if isinstance(value, datetime) else value)


@register.filter
def moment(value: datetime | None) -> str:
    """Return "Thu, 31 Dec 2026 09:00" on the person's clock."""
    return _reader().moment(value) if value else ""


@register.filter
def short_moment(value: datetime | None) -> str:
    """Return "31 Dec 09:00" on the person's clock."""
    return _reader().short_moment(value) if value else ""


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """Return `{{ amount|money:currency }}` with the decimals that the currency has."""
    return money_text(amount, currency)


@register.filter
def period(count: int | None, unit: str) -> str:
    """Return `{{ count|period:unit }}`: "30 days"."""
    return period_text(count, unit)


@register.filter
def data_size(mib: int | None) -> str:
    """Return "1.5 GB" or "500 MB", as plans are sold: 1 GB is 1024 MB."""
    return "" if mib is None else size_words(mib)


@register.filter
def number(value: str) -> str:
    """Return a phone number in groups, for its owner."""
    return show_number(value)


@register.filter
def masked(value: str) -> str:
    """Return a phone number without its middle."""
    return mask_number(value)
