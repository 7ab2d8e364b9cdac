"""A fixed charge of a card, and the operator's own automatic top-up."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import Card, Charge, ChargeKind, PeriodUnit

from .action import plain
from .fields import AmountField, CountField, CurrencyField, DayField, LineField, check_amount, check_period

UNITS = [(value, label) for value, label in PeriodUnit.choices if value != PeriodUnit.HOUR]


class ChargeForm(forms.Form):
    """What is taken or to be paid, and how often. `period_count` empty: once."""

    name = LineField(label=gettext_lazy("what it is for"), max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("how it is paid"), choices=ChargeKind.choices, initial=ChargeKind.FEE.value
    )
    amount = AmountField(
        label=gettext_lazy("amount"),
        required=False,
        help_text=gettext_lazy("Empty for a bill that differs each time."),
    )
    currency = CurrencyField(required=False)
    first_on = DayField(
        label=gettext_lazy("first due on"),
        help_text=gettext_lazy("Later turns count from this day, so 31 January stays the month's last day."),
    )
    period_count = CountField(
        label=gettext_lazy("every"), required=False, help_text=gettext_lazy("Empty: only once.")
    )
    period_unit = forms.ChoiceField(label=gettext_lazy("unit"), choices=UNITS, initial=PeriodUnit.MONTH.value)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_amount(self, "amount", "currency")
        check_period(self, "period_count", "period_unit")
        is_fee = cleaned.get("kind") == ChargeKind.FEE
        if is_fee and cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("How much is taken each time?"))
        return cleaned


class AutoTopUpForm(forms.Form):
    """The operator tops up by itself; both amounts empty: it does not."""

    topup_below = AmountField(label=gettext_lazy("when the balance is below"), required=False)
    topup_amount = AmountField(label=gettext_lazy("by this amount"), required=False)
    topup_currency = CurrencyField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        below, amount = cleaned.get("topup_below"), cleaned.get("topup_amount")
        check_amount(self, "topup_below", "topup_currency")
        check_amount(self, "topup_amount", "topup_currency")
        if amount == 0:
            self.add_error("topup_amount", _("This must be more than nothing."))
        for name, value, other in (("topup_below", below, amount), ("topup_amount", amount, below)):
            if value is None and other is not None and name not in self.errors:
                self.add_error(name, _("Please give both amounts, or none."))
        if below is None and amount is None:
            cleaned["topup_currency"] = ""
        return cleaned


def initial_of(row: Charge) -> dict[str, Any]:
    names = ("name", "kind", "currency", "first_on", "period_count", "period_unit")
    return {**{name: getattr(row, name) for name in names}, "amount": plain(row.amount)}


def topup_initial(card: Card, currency: str) -> dict[str, Any]:
    return {
        "topup_below": plain(card.topup_below),
        "topup_amount": plain(card.topup_amount),
        "topup_currency": card.topup_currency or currency,
    }
