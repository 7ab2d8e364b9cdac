"""Plans on offer: one row as it is typed, and one plan's own page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import UNLIMITED, Plan, PlanKind
from cards.queries.offers import period_words, plain_price

from .data_size import show_size
from .fields import DayField, LineField, TextField, check_amount
from .offer_cells import CountCell, CurrencyCell, PeriodCell, PriceCell, SizeCell, YesNoCell, split_price

COLUMNS = ("name", "price", "currency", "period", "size", "minutes", "sms", "hotspot")


class OfferForm(forms.Form):
    """One plan. `values` are the columns of a Plan; what was not typed is None: not known."""

    # Asked for by `clean`: a mark at the first cell of ten rows would say that all of them are needed.
    name = LineField(label=gettext_lazy("plan"), max_length=100, required=False)
    price = PriceCell(label=gettext_lazy("price"))
    currency = CurrencyCell(label=gettext_lazy("currency"))
    period = PeriodCell(label=gettext_lazy("valid for"))
    size = SizeCell(label=gettext_lazy("data"))
    minutes = CountCell(label=gettext_lazy("minutes"))
    sms = CountCell(label=gettext_lazy("SMS"))
    hotspot = YesNoCell(label=gettext_lazy("hotspot"))

    use_required_attribute = False  # most rows stay empty

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        for name, mode in (("price", "decimal"), ("minutes", "numeric"), ("sms", "numeric")):
            self.fields[name].widget.attrs["inputmode"] = mode
        for name, example in _examples().items():
            self.fields[name].widget.attrs["placeholder"] = example

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "name" in cleaned and not cleaned["name"]:
            self.add_error("name", self.fields["name"].error_messages["required"])
        check_amount(self, "price", "currency")
        return cleaned

    @property
    def number(self) -> int:
        """Return its place in the table, from 1."""
        return int((self.prefix or "r0")[1:]) + 1

    @property
    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        count, unit = cleaned["period"] or (None, "day")
        return {
            "name": cleaned["name"],
            "price": cleaned["price"],
            "currency": cleaned["currency"] if cleaned["price"] is not None else "",
            "period_count": count,
            "period_unit": unit,
            "data_mib": cleaned["size"],
            "minutes": cleaned["minutes"],
            "sms": cleaned["sms"],
            "has_hotspot": cleaned["hotspot"],
        }

    @property
    def identity(self) -> tuple[str, Decimal | None, int | None, str]:
        """Return what makes it the same plan as another one; only of a valid form."""
        values = self.values
        return identity_of(values["name"], values["price"], values["period_count"], values["period_unit"])


class OfferEditForm(OfferForm):
    """One plan with all that is known about it."""

    name = LineField(label=gettext_lazy("plan"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=PlanKind.choices)
    is_throttled = forms.BooleanField(
        label=gettext_lazy("slowed down when the data is used up"),
        required=False,
        help_text=gettext_lazy("The slow rest is not counted on: advice takes it as used up."),
    )
    source = LineField(label=gettext_lazy("where you read it"), max_length=700, required=False)
    seen_on = DayField(label=gettext_lazy("read on"), required=False)
    note = TextField(label=gettext_lazy("note"), max_length=4000, required=False)

    @property
    def values(self) -> dict[str, Any]:
        names = ("kind", "is_throttled", "source", "seen_on", "note")
        return {**super().values, **{name: self.cleaned_data[name] for name in names}}


def identity_of(
    name: str, price: Decimal | None, count: int | None, unit: str
) -> tuple[str, Decimal | None, int | None, str]:
    return name.casefold(), price, count, unit if count else ""


def cells_of(offer: Plan) -> dict[str, Any]:
    """Return a plan's cells as somebody would have typed them."""
    return {
        "name": offer.name,
        "price": plain_price(offer.price),
        "currency": offer.currency,
        "period": period_words(offer),
        "size": _size_text(offer.data_mib),
        "minutes": _count_text(offer.minutes),
        "sms": _count_text(offer.sms),
        "hotspot": "" if offer.has_hotspot is None else ("yes" if offer.has_hotspot else "no"),
    }


def initial_of(offer: Plan) -> dict[str, Any]:
    """Return what the page of one plan shows before anything is typed."""
    names = ("kind", "is_throttled", "source", "seen_on", "note")
    return {**cells_of(offer), **{name: getattr(offer, name) for name in names}}


def with_currency(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells with a currency that was typed beside the price moved to its own cell."""
    price, code = split_price(str(cells.get("price", "")))
    return {**cells, "price": price, "currency": code} if code else dict(cells)


def _size_text(mib: int | None) -> str:
    if mib == UNLIMITED:
        return _("unlimited")
    size, unit = show_size(mib)
    return f"{size} {unit.upper()}" if size else ""


def _count_text(count: int | None) -> str:
    if count == UNLIMITED:
        return _("unlimited")
    return "" if count is None else str(count)


def _examples() -> dict[str, str]:
    return {
        "price": "5.500",
        "currency": "BHD",
        "period": _("30 days"),
        "size": "10 GB",
        "minutes": "100",
        "sms": "0",
    }
