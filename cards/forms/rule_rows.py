"""The numbered rows of the rule's form: amounts with periods, smallest amounts, costs, stages.

Each row has a fixed place, so that all of it works without JavaScript. Of a group, the rows that hold
something and one more stand open; the others are folded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, ExtendMode
from cards.queries.rule_words import AT_STAKE

from .fields import AmountField, CountField, CurrencyField, LineField, unit_field

# What an operator may count; the rest of the ledger never prolongs anything.
COUNTABLE = (
    ActionKind.TOP_UP, ActionKind.RENEWAL, ActionKind.PLAN_BOUGHT, ActionKind.SMS, ActionKind.MMS,
    ActionKind.CALL, ActionKind.DATA, ActionKind.CHARGEABLE, ActionKind.CALL_RECEIVED,
    ActionKind.MESSAGE_READ, ActionKind.CREDIT_SENT, ActionKind.CREDIT_RECEIVED,
    ActionKind.FEE, ActionKind.ACTIVATED, ActionKind.FIRST_USED,
)  # fmt: skip
COUNTABLE_CHOICES = [(kind.value, kind.label) for kind in COUNTABLE]
_AT_LEAST_OPEN = 2
_MOST = 40


@dataclass(frozen=True, slots=True)
class RowGroup:
    """`telling`: the parts of which one typed makes a row; a unit or a currency alone says nothing."""

    name: str
    telling: tuple[str, ...]
    fixed: int
    fields: Callable[[], dict[str, forms.Field]]

    def key(self, number: int, part: str) -> str:
        return f"{self.name}_{number}_{part}"


def _tier() -> dict[str, forms.Field]:
    return {
        "minimum": AmountField(label=gettext_lazy("from this amount on"), required=False),
        "count": CountField(label=gettext_lazy("gives"), required=False),
        "unit": unit_field(required=False),
        "mode": forms.ChoiceField(
            label=gettext_lazy("how it meets the current end"),
            choices=[
                ("", gettext_lazy("Like the rule")),
                (ExtendMode.RESET.value, gettext_lazy("Sets the end anew")),
                (ExtendMode.AT_LEAST.value, gettext_lazy("Never shortens the end")),
                (ExtendMode.ADD.value, gettext_lazy("Adds to what is left")),
            ],
            required=False,
        ),
        "is_credit": forms.BooleanField(
            label=gettext_lazy("only the credit lasts that long; the line's date stays"), required=False
        ),
    }


def _least() -> dict[str, forms.Field]:
    return {
        "kind": forms.ChoiceField(
            label=gettext_lazy("action"), choices=[("", "–"), *COUNTABLE_CHOICES], required=False
        ),
        "amount": AmountField(label=gettext_lazy("minimum amount"), required=False),
    }


def _cost() -> dict[str, forms.Field]:
    return {
        "kind": forms.ChoiceField(
            label=gettext_lazy("action"), choices=[("", "–"), *COUNTABLE_CHOICES], required=False
        ),
        "amount": AmountField(label=gettext_lazy("costs"), required=False),
        "currency": CurrencyField(required=False),
        "what": LineField(label=gettext_lazy("what for"), max_length=200, required=False),
    }


def _stage() -> dict[str, forms.Field]:
    return {
        "name": LineField(label=gettext_lazy("name"), max_length=120, required=False),
        "count": CountField(label=gettext_lazy("length"), required=False),
        "unit": unit_field(required=False),
        "consequence": forms.ChoiceField(
            label=gettext_lazy("at stake"), choices=[("", "–"), *AT_STAKE.items()], required=False
        ),
    }


TIERS = RowGroup("tier", ("minimum", "count"), 6, _tier)
MINIMA = RowGroup("least", ("kind", "amount"), 4, _least)
COSTS = RowGroup("cost", ("kind", "amount", "what"), 4, _cost)
STAGES = RowGroup("stage", ("name", "count", "consequence"), 4, _stage)
GROUPS = (TIERS, MINIMA, COSTS, STAGES)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the page shows it: its number from 1 and its bound fields by part."""

    number: int
    parts: dict[str, forms.BoundField]
    is_told: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a group: those that stand open, and the folded rest."""

    shown: list[Row]
    more: list[Row]

    @property
    def is_told(self) -> bool:
        return any(row.is_told for row in self.shown)


class RowsForm(forms.Form):
    """A form with numbered rows."""

    def add_rows(self, filled: Mapping[str, int]) -> None:
        """Make the fields of all rows; `filled` says how many of a group's hold something at first."""
        self.numbers = {group.name: self._number(group, filled.get(group.name, 0)) for group in GROUPS}
        for group in GROUPS:
            for number in range(self.numbers[group.name]):
                for part, field in group.fields().items():
                    field.label = capfirst(field.label or "")
                    self.fields[group.key(number, part)] = field

    def _number(self, group: RowGroup, filled: int) -> int:
        """Return as many rows as were on the page that was sent: nothing typed is lost."""
        number = max(group.fixed, filled + 1)
        while number < _MOST and group.key(number, group.telling[0]) in self.data:
            number += 1
        return number

    def bound_rows(self, group: RowGroup) -> Rows:
        """Return the rows for the page."""
        rows = []
        for number in range(self.numbers[group.name]):
            parts = {part: self[group.key(number, part)] for part in group.fields()}
            told = any(parts[part].value() not in (None, "") for part in group.telling)
            rows.append(Row(number + 1, parts, told or any(part.errors for part in parts.values())))
        last = max((row.number for row in rows if row.is_told), default=0)
        shown = max(_AT_LEAST_OPEN, last + 1)
        return Rows(rows[:shown], rows[shown:])

    def typed_rows(self, group: RowGroup) -> list[tuple[int, dict[str, Any]]]:
        """Return place and cleaned values of each row in which something was typed."""
        found = []
        for number in range(self.numbers[group.name]):
            keys = {part: group.key(number, part) for part in group.fields()}
            has_error = any(keys[part] in self.errors for part in group.telling)
            values = {part: self.cleaned_data.get(key) for part, key in keys.items()}
            if has_error or any(values[part] not in (None, "") for part in group.telling):
                found.append((number, values))
        return found
