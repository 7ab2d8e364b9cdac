"""A card's rule: what keeps it alive, by how much, and what follows the end."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, Confidence, CountsFrom, ExtendMode, PeriodUnit, Rule
from cards.queries.rule_extras import NEEDS

from .action import plain
from .fields import (
    AmountField,
    CountField,
    CurrencyField,
    DayField,
    LineField,
    check_amount,
    check_period,
    unit_field,
)
from .rule_parts import read_costs, read_minima, read_stages, read_tiers
from .rule_rows import COSTS, COUNTABLE_CHOICES, MINIMA, STAGES, TIERS, Rows, RowsForm

CHARGES = (ActionKind.TOP_UP, ActionKind.SMS, ActionKind.MMS, ActionKind.CALL, ActionKind.DATA)
_PERIODS = ("period", "first", "cap", "zero")
_PLAIN = (
    "period_count", "counts_from", "mode", "minimum", "currency", "has_first_day", "first_count",
    "is_started_by_action", "cap_count", "zero_count", "is_lost_at_end", "source", "seen_on", "confidence",
    "tiers", "minima", "costs", "stages",
)  # fmt: skip
_HOUR, _DAY = PeriodUnit.HOUR.value, PeriodUnit.DAY.value


class RuleForm(RowsForm):
    """`columns` are those of a Rule; `filled` as for `add_rows`. Every contradiction is an error here."""

    counts = forms.MultipleChoiceField(
        label=gettext_lazy("actions that count"),
        choices=COUNTABLE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please choose at least one action that counts.")},
    )
    period_count = CountField(label=gettext_lazy("each gives"))
    period_unit = unit_field()
    minimum = AmountField(
        label=gettext_lazy("minimum amount"),
        required=False,
        help_text=gettext_lazy("Below it nothing counts; several actions are not added up."),
    )
    currency = CurrencyField(required=False)
    counts_from = forms.ChoiceField(
        label=gettext_lazy("counted from"), choices=CountsFrom.choices, initial=CountsFrom.ACTION.value
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("how it meets the current end"),
        choices=[
            (ExtendMode.RESET.value, gettext_lazy("Sets the end anew")),
            (ExtendMode.AT_LEAST.value, gettext_lazy("Never shortens the end")),
            (ExtendMode.ADD.value, gettext_lazy("Adds to what is left")),
        ],
        initial=ExtendMode.RESET.value,
    )
    has_first_day = forms.BooleanField(
        label=gettext_lazy("the day of the action is the first day"),
        required=False,
        help_text=gettext_lazy("Mostly it is not: 1 March and 180 days is 28 August."),
    )
    first_count = CountField(
        label=gettext_lazy("first period, where it differs"),
        required=False,
        help_text=gettext_lazy("From the card's start to the first action that counts, such as 10 days."),
    )
    first_unit = unit_field(required=False)
    is_started_by_action = forms.BooleanField(
        label=gettext_lazy("nothing runs until the first action that counts"),
        required=False,
        help_text=gettext_lazy("That action then gives the first period, where there is one."),
    )
    cap_count = CountField(
        label=gettext_lazy("never more than"),
        required=False,
        help_text=gettext_lazy("How far ahead the end can lie, counted from the day of the action."),
    )
    cap_unit = unit_field(required=False)
    zero_count = CountField(
        label=gettext_lazy("time after the balance is zero"),
        required=False,
        help_text=gettext_lazy("A second clock: it runs from the first reading at zero or below."),
    )
    zero_unit = unit_field(required=False)
    is_lost_at_end = forms.BooleanField(
        label=gettext_lazy("lost as soon as it ends"),
        required=False,
        help_text=gettext_lazy("Only where the operator says so: nothing can be saved after the end."),
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("an action needs"),
        choices=list(NEEDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    source = LineField(
        label=gettext_lazy("source"),
        max_length=700,
        required=False,
        help_text=gettext_lazy("Where it stands: an address, an SMS, a call with the hotline."),
    )
    seen_on = DayField(label=gettext_lazy("read on"), required=False)
    confidence = forms.ChoiceField(
        label=gettext_lazy("how sure is it"),
        choices=[
            (Confidence.A.value, gettext_lazy("A – the operator says so")),
            (Confidence.B.value, gettext_lazy("B – several users say so")),
            (Confidence.C.value, gettext_lazy("C – hearsay: reminds, but keeps asking")),
        ],
        widget=forms.RadioSelect,
        initial=Confidence.A.value,
    )
    applies_from = DayField(
        label=gettext_lazy("applies from"),
        help_text=gettext_lazy(
            "Keep this day to correct the rule for all that is recorded; "
            "give a later one when the operator changed the rule on that day."
        ),
    )

    def __init__(
        self, *args: Any, today: date, filled: Mapping[str, int] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.today = today
        for field in self.fields.values():
            field.label = capfirst(field.label or "")
        self.add_rows(filled or {})

    @property
    def rows(self) -> dict[str, Rows]:
        return {group.name: self.bound_rows(group) for group in (TIERS, MINIMA, COSTS, STAGES)}

    @property
    def told(self) -> dict[str, bool]:
        """Tell which folded parts hold something or an error: they stand open."""
        rows = {name: group.is_told for name, group in self.rows.items()}
        days = ("has_first_day", "first_count", "is_started_by_action", "cap_count")
        return {
            "amounts": rows[TIERS.name] or rows[MINIMA.name],
            "days": self._tells(*days) or self._errs("first_unit", "cap_unit"),
            "end": self._tells("is_lost_at_end", "zero_count")
            or self._errs("zero_unit")
            or rows[STAGES.name],
            "costs": self._tells("needs") or rows[COSTS.name],
        }

    def _errs(self, *names: str) -> bool:
        return any(bool(self[name].errors) for name in names)

    def _tells(self, *names: str) -> bool:
        return any(self[name].value() or self[name].errors for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in _PERIODS:
            check_period(self, f"{name}_count", f"{name}_unit")
        check_amount(self, "minimum", "currency")
        if cleaned.get("mode") == ExtendMode.ADD and cleaned.get("counts_from") == CountsFrom.ACTION:
            text = _("What adds to the rest can't count from the action: choose “the later of both” above.")
            self.add_error("mode", text)
        seen_on = cleaned.get("seen_on")
        if seen_on is not None and seen_on > self.today:
            self.add_error("seen_on", _("This day is still to come."))
        cleaned["tiers"] = read_tiers(self)
        cleaned["minima"] = read_minima(self, cleaned.get("counts") or [])
        cleaned["costs"] = read_costs(self, cleaned.get("counts") or [])
        cleaned["stages"] = read_stages(self)
        if cleaned["stages"] and cleaned.get("is_lost_at_end"):
            text = _("Either it is lost as soon as it ends, or stages follow: not both.")
            self.add_error("is_lost_at_end", text)
        self._clean_cap(cleaned)
        return cleaned

    def _clean_cap(self, cleaned: Mapping[str, Any]) -> None:
        units = {cleaned.get("period_unit"), cleaned.get("cap_unit")}
        units |= {tier["unit"] for tier in cleaned["tiers"]}
        if cleaned.get("cap_count") and _HOUR in units:
            self.add_error("cap_count", _("This goes with days and longer times, not with hours."))

    @property
    def columns(self) -> dict[str, Any]:
        """Return what was typed as the columns of a Rule, all but `applies_from` and `catalogue`."""
        typed = self.cleaned_data
        told: dict[str, Any] = {name: typed[name] for name in _PLAIN}
        told |= {f"{name}_unit": typed[f"{name}_unit"] or _DAY for name in _PERIODS}
        return told | {"counts": tuple(sorted(typed["counts"])), "needs": tuple(typed["needs"])}


def presets() -> list[tuple[str, str, dict[str, Any]]]:
    """Return common rules: key, words, what they fill in."""
    return [
        (
            "any-charge-180",
            _("Any charged use gives 180 days"),
            _preset(CHARGES, 180, PeriodUnit.DAY, CountsFrom.ACTION, ExtendMode.RESET),
        ),
        (
            "top-up-year",
            _("A top-up gives a year"),
            _preset((ActionKind.TOP_UP,), 1, PeriodUnit.YEAR, CountsFrom.ACTION, ExtendMode.RESET),
        ),
        (
            "renewal-month",
            _("Renewed every month"),
            _preset((ActionKind.RENEWAL,), 1, PeriodUnit.MONTH, CountsFrom.END, ExtendMode.RESET),
        ),
    ]


def _preset(kinds: tuple[ActionKind, ...], count: int, unit: str, base: str, mode: str) -> dict[str, Any]:
    return {
        "counts": [kind.value for kind in kinds],
        "period_count": count,
        "period_unit": str(unit),
        "counts_from": str(base),
        "mode": str(mode),
    }


def filled_of(rule: Rule) -> dict[str, int]:
    """Return how many rows of each group the version fills."""
    parts = ((TIERS, rule.tiers), (MINIMA, rule.minima), (COSTS, rule.costs), (STAGES, rule.stages))
    return {group.name: len(held) for group, held in parts}


def initial_of(rule: Rule) -> dict[str, Any]:
    """Return what the form shows of a version before anything is typed."""
    names = [name for name in _PLAIN if name not in ("minimum", "tiers", "minima", "costs", "stages")]
    names += [f"{name}_unit" for name in _PERIODS] + ["counts", "needs", "applies_from"]
    initial = {name: getattr(rule, name) for name in names}
    initial["minimum"] = plain(rule.minimum)
    least = [{"kind": kind, "amount": amount} for kind, amount in sorted(rule.minima.items())]
    for group, rows in ((TIERS, rule.tiers), (MINIMA, least), (COSTS, rule.costs), (STAGES, rule.stages)):
        for number, row in enumerate(rows):
            for part, value in row.items():
                if value is not None:
                    is_amount = part in ("minimum", "amount")
                    initial[group.key(number, part)] = plain(Decimal(str(value))) if is_amount else value
    return initial
