"""Plans on offer: an operator's shared ones and a person's own, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.core import get_global
from babel.numbers import format_decimal
from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from cards.models import UNLIMITED, Card, Confidence, Operator, Plan, User
from cards.queries.money import money_text
from cards.queries.operators import operators_for
from cards.queries.periods import period_text
from cards.rules.periods import Period, Unit

PAGE_SIZE = 50
MOST_OWN = 300  # plans of one person at one operator


def operator_seen_by(user: User, operator_id: str) -> Operator:
    """Return a shared operator or one of the person's own, or raise Http404."""
    found = operators_for(user).filter(public_id=operator_id).first()
    if found is None:
        raise Http404
    return found


def offers_seen_by(user: User) -> QuerySet[Plan]:
    """Return the shared plans and the person's own, of operators that they see."""
    is_seen = Q(operator__owner=None) | Q(operator__owner=user)
    return Plan.objects.filter(Q(owner=None) | Q(owner=user), is_seen).select_related("operator")


def offer_seen_by(user: User, offer_id: str) -> Plan:
    found = offers_seen_by(user).filter(public_id=offer_id).first()
    if found is None:
        raise Http404
    return found


def offer_asked(query: Mapping[str, str], card: Card, user: User) -> Plan | None:
    """Return the plan that a link names for a card, if it is sold by the card's operator."""
    found = offers_seen_by(user).filter(public_id=query.get("offer", ""), operator=card.operator_id)
    return found.first() if card.operator_id else None


def may_edit(offer: Plan, user: User) -> bool:
    """Tell whose plan it is to change: its owner's; a shared one is staff's, if no file keeps it."""
    if offer.owner_id is None:
        return user.is_staff and not offer.key
    return offer.owner_id == user.pk


def offer_to_edit(user: User, offer_id: str) -> Plan:
    """Return a plan that the person may change, or raise Http404."""
    offer = offer_seen_by(user, offer_id)
    if not may_edit(offer, user):
        raise Http404
    return offer


def cards_to_buy_for(user: User, operator: Operator) -> list[Card]:
    """Return the person's cards of an operator that are in use."""
    found = user.cards.filter(operator=operator, archived_at=None, ended_as="").select_related("operator")
    return list(found.order_by("label", "pk")[:200])


def currency_of(country: str) -> str:
    """Return the money of a country today; empty where it has none or several."""
    history = get_global("territory_currencies").get(country, [])
    codes = [code for code, _start, end, is_tender in history if end is None and is_tender]
    return str(codes[0]) if len(codes) == 1 else ""


def currency_first(user: User, operator: Operator) -> str:
    """Return the currency to propose: of the operator's last plan, its country, the person."""
    priced = offers_seen_by(user).filter(operator=operator).exclude(currency="").order_by("-pk")
    last = priced.values_list("currency", flat=True).first()
    return last or currency_of(operator.country) or user.currency


def plain_price(price: Decimal | None) -> str:
    """Return a price as it is typed: "5.5"."""
    return "" if price is None else f"{price.normalize():f}"


def period_words(offer: Plan) -> str:
    return period_text(offer.period_count, offer.period_unit)


def amount_words(offer: Plan) -> str:
    """Return "10 GB · unlimited minutes · 100 SMS · hotspot": what is known of what is in it."""
    return " · ".join(_amounts(offer))


def _amounts(offer: Plan) -> Iterable[str]:
    if offer.data_mib is not None:
        yield data_words(offer.data_mib)
    if offer.minutes is not None:
        yield minutes_words(offer.minutes)
    if offer.sms is not None:
        yield sms_words(offer.sms)
    if offer.has_hotspot is not None:
        yield _("hotspot") if offer.has_hotspot else _("no hotspot")
    if offer.is_throttled:
        yield _("slow when used up")


def size_words(mib: int) -> str:
    """Return "1.5 GB" or "500 MB", as plans are sold: 1 GB is 1024 MB."""
    if mib == UNLIMITED:
        return _("unlimited")
    size, unit = (mib / 1024, "GB") if mib >= 1024 else (mib, "MB")
    locale = to_locale(get_language() or "en")
    return f"{format_decimal(round(size, 2), locale=locale)}\u00a0{unit}"


def data_words(mib: int) -> str:
    if mib >= UNLIMITED:
        return _("unlimited data")
    return _("%(size)s of data") % {"size": size_words(mib)}


def minutes_words(count: int) -> str:
    if count >= UNLIMITED:
        return _("unlimited minutes")
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def sms_words(count: int) -> str:
    return _("unlimited SMS") if count >= UNLIMITED else _("%(count)d SMS") % {"count": count}


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One plan, ready to print."""

    offer: Plan
    price: str
    period: str
    amounts: str
    a_day: str  # price of one day of its validity
    is_own: bool
    may_edit: bool

    @property
    def confidence(self) -> str:
        return str(dict(Confidence.choices).get(self.offer.confidence, ""))

    @property
    def is_hearsay(self) -> bool:
        return self.offer.confidence == Confidence.C


def offer_row(offer: Plan, user: User) -> OfferRow:
    return OfferRow(
        offer=offer,
        price=money_text(offer.price, offer.currency),
        period=period_words(offer),
        amounts=amount_words(offer),
        a_day=_a_day(offer),
        is_own=offer.owner_id == user.pk,
        may_edit=may_edit(offer, user),
    )


@dataclass(frozen=True, slots=True)
class OfferList:
    page: "Page[Plan]"
    rows: tuple[OfferRow, ...]
    retired: tuple[OfferRow, ...]


def offer_list(user: User, operator: Operator, *, page: str) -> OfferList:
    """Return one page of an operator's plans on sale, the cheapest first, and those that no longer are."""
    found = offers_seen_by(user).filter(operator=operator)
    has_no_price = ExpressionWrapper(Q(price=None), BooleanField())
    on_sale = found.filter(retired_at=None).order_by(has_no_price, "currency", "price", "pk")
    shown = Paginator(on_sale, PAGE_SIZE).get_page(page)
    retired = found.filter(retired_at__isnull=False).order_by("-retired_at", "-pk")[:PAGE_SIZE]
    return OfferList(
        page=shown,
        rows=tuple(offer_row(row, user) for row in shown.object_list),
        retired=tuple(offer_row(row, user) for row in retired),
    )


def own_offers(user: User, operator: Operator, *, is_shared: bool) -> list[Plan]:
    """Return the plans on sale that new ones must differ from: the person's own, or the shared ones."""
    owner = None if is_shared else user
    return list(Plan.objects.filter(operator=operator, owner=owner, retired_at=None)[: 4 * MOST_OWN])


def snapshot_of(offer: Plan) -> dict[str, Any]:
    """Return what a subscription copies of a plan; no end of something is nothing to count down."""
    names = ("name", "price", "currency", "period_count", "period_unit")
    amounts = {name: getattr(offer, name) for name in ("data_mib", "minutes", "sms")}
    return {
        **{name: getattr(offer, name) for name in names},
        **{name: None if count == UNLIMITED else count for name, count in amounts.items()},
        "has_hotspot": bool(offer.has_hotspot),
    }


def _a_day(offer: Plan) -> str:
    """Return the price of a day, for validities of at least two whole days."""
    if offer.price is None or not offer.period_count:
        return ""
    days = Period(offer.period_count, Unit(offer.period_unit)).approx_days
    if days < 2:
        return ""
    return money_text(offer.price / Decimal(days), offer.currency)
