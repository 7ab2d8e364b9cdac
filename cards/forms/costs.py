"""What each counting action of a card's rule costs: one row an action."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, Rule

from .action import plain
from .fields import AmountField, CurrencyField, LineField, check_amount


class CostsForm(forms.Form):
    """`costs` are a rule's: dicts of kind, amount (text), currency and what. Empty: not known."""

    def __init__(self, *args: Any, rule: Rule, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kinds = [kind for kind in ActionKind.values if kind in rule.counts]
        first = {cost.get("kind"): cost for cost in reversed(rule.costs)}
        # A second price of one action comes from the catalogue; it stays as it is.
        self._others = [cost for cost in rule.costs if first.get(cost.get("kind")) is not cost]
        for kind in self.kinds:
            cost = first.get(kind, {})
            self._add(kind, cost, cost.get("currency") or rule.currency or currency)

    def _add(self, kind: str, cost: Mapping[str, Any], currency: str) -> None:
        fields: dict[str, forms.Field] = {
            f"{kind}-amount": AmountField(
                label=dict(ActionKind.choices)[kind], required=False, initial=_amount(cost)
            ),
            f"{kind}-currency": CurrencyField(required=False, initial=currency),
            f"{kind}-what": LineField(
                label=gettext_lazy("what for"), max_length=200, required=False, initial=cost.get("what", "")
            ),
        }
        for name, field in fields.items():
            field.label = capfirst(field.label)
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for kind in self.kinds:
            check_amount(self, f"{kind}-amount", f"{kind}-currency")
        return cleaned

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Return amount, currency and words of each action as bound fields."""
        return [
            (self[f"{kind}-amount"], self[f"{kind}-currency"], self[f"{kind}-what"]) for kind in self.kinds
        ]

    @property
    def costs(self) -> list[dict[str, Any]]:
        typed = self.cleaned_data
        found = [
            {
                "kind": kind,
                "amount": plain(typed[f"{kind}-amount"]),
                "currency": typed[f"{kind}-currency"],
                "what": typed[f"{kind}-what"],
            }
            for kind in self.kinds
            if typed[f"{kind}-amount"] is not None
        ]
        return [*found, *self._others]


def _amount(cost: Mapping[str, Any]) -> str:
    try:
        return plain(Decimal(str(cost["amount"])))
    except (KeyError, ArithmeticError):
        return ""
