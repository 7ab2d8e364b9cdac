"""A card's rule: what keeps it alive, by how much, and what follows the end."""

from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, Confidence, CountsFrom, ExtendMode, PeriodUnit, Rule
from cards.queries.rule_words import AT_STAKE

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

STAGES = 4
# What an operator may count; the rest of the ledger never prolongs anything.
COUNTABLE = (
    ActionKind.TOP_UP, ActionKind.RENEWAL, ActionKind.PLAN_BOUGHT, ActionKind.SMS, ActionKind.MMS,
    ActionKind.CALL, ActionKind.DATA, ActionKind.RECEIVED, ActionKind.CREDIT_SENT,
    ActionKind.CREDIT_RECEIVED, ActionKind.FEE, ActionKind.ACTIVATED, ActionKind.FIRST_USED,
)  # fmt: skip
CHARGES = (ActionKind.TOP_UP, ActionKind.SMS, ActionKind.MMS, ActionKind.CALL, ActionKind.DATA)


class RuleForm(forms.Form):
    """`cleaned_data` gains `stages`: dicts of name, count (None: unknown), unit, consequence."""

    counts = forms.MultipleChoiceField(
        label=gettext_lazy("actions that count"),
        choices=[(kind.value, kind.label) for kind in COUNTABLE],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please choose at least one action that counts.")},
    )
    period_count = CountField(label=gettext_lazy("each gives"))
    period_unit = unit_field()
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
    minimum = AmountField(
        label=gettext_lazy("minimum amount"),
        required=False,
        help_text=gettext_lazy("Below it nothing counts; several actions are not added up."),
    )
    currency = CurrencyField(required=False)
    has_first_day = forms.BooleanField(
        label=gettext_lazy("the day of the action is the first day"),
        required=False,
        help_text=gettext_lazy("Mostly it is not: 1 March and 180 days is 28 August."),
    )
    source = LineField(
        label=gettext_lazy("source"),
        max_length=300,
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

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        for number in range(STAGES):
            self.fields.update(_stage_fields(number))
        for field in self.fields.values():
            field.label = capfirst(field.label)

    @property
    def stage_rows(self) -> list[dict[str, forms.BoundField]]:
        parts = ("name", "count", "unit", "consequence")
        return [{part: self[f"stage_{number}_{part}"] for part in parts} for number in range(STAGES)]

    @property
    def is_told_stages(self) -> bool:
        """Tell whether the folded part holds something typed or an error."""
        names = [name for name in self.fields if name.startswith("stage_") and not name.endswith("_unit")]
        return any(bool(self[name].value()) or bool(self[name].errors) for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_period(self, "period_count", "period_unit")
        check_amount(self, "minimum", "currency")
        if cleaned.get("mode") == ExtendMode.ADD and cleaned.get("counts_from") == CountsFrom.ACTION:
            text = _("What adds to the rest can't count from the action: choose “the later of both” above.")
            self.add_error("mode", text)
        seen_on = cleaned.get("seen_on")
        if seen_on is not None and seen_on > self.today:
            self.add_error("seen_on", _("This day is still to come."))
        cleaned["stages"] = self._stages(cleaned)
        return cleaned

    def _stages(self, cleaned: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        stages, unknown_at = [], None
        for number in range(STAGES):
            name, count, unit, consequence = (
                cleaned.get(f"stage_{number}_{part}") for part in ("name", "count", "unit", "consequence")
            )
            if not (name or count or consequence):
                continue
            check_period(self, f"stage_{number}_count", f"stage_{number}_unit")
            if unknown_at is not None:
                text = _("A stage of unknown length never ends: nothing can follow it.")
                self.add_error(f"stage_{unknown_at}_count", text)
            if not consequence:
                self.add_error(f"stage_{number}_consequence", _("What is at stake in this stage?"))
            if count is None and f"stage_{number}_count" not in self.errors:
                unknown_at = number
            stages.append({"name": name or "", "count": count, "unit": unit, "consequence": consequence})
        return tuple(stages)


def _stage_fields(number: int) -> dict[str, forms.Field]:
    return {
        f"stage_{number}_name": LineField(
            label=_("name of stage %(number)d") % {"number": number + 1}, max_length=60, required=False
        ),
        f"stage_{number}_count": CountField(label=_("length"), required=False),
        f"stage_{number}_unit": unit_field(),
        f"stage_{number}_consequence": forms.ChoiceField(
            label=_("at stake"), choices=[("", "–"), *AT_STAKE.items()], required=False
        ),
    }


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


def initial_of(rule: Rule) -> dict[str, Any]:
    """Return what the form shows of a version before anything is typed."""
    names = ("counts", "period_count", "period_unit", "counts_from", "mode", "currency", "has_first_day")
    more = ("source", "seen_on", "confidence", "applies_from")
    initial = {name: getattr(rule, name) for name in (*names, *more)}
    initial["minimum"] = plain(rule.minimum)
    for number, stage in enumerate(rule.stages[:STAGES]):
        for part in ("name", "count", "consequence"):
            initial[f"stage_{number}_{part}"] = stage.get(part)
        initial[f"stage_{number}_unit"] = stage.get("unit") or PeriodUnit.DAY.value
    return initial
