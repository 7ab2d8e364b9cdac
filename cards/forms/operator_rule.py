"""A keep-alive rule of a person's own operator: the main fields of a rule of the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.catalogue.rule import LEDGER_KINDS, CatalogueRule, Cost, NoGrace
from cards.models import ActionKind, Confidence, CountsFrom, ExtendMode
from cards.rules.periods import Period, Unit
from cards.rules.rulebook import From, Mode
from cards.rules.stages import AfterStage

from .action import plain
from .fields import CountField, LineField
from .rule import RuleForm
from .rule_rows import COSTS, STAGES

_COUNTABLE = [(kind, ActionKind(kind).label) for kind in LEDGER_KINDS]
_LONGEST_NAME = 60
_PERIODS = {"period": "period", "first": "first_period", "cap": "cap", "zero": "zero_balance"}


class OperatorRuleForm(RuleForm):
    """The rule of a card without its day, for some or all cards of the operator."""

    # A rule of the catalogue has no such day.
    applies_from = None  # type: ignore[assignment]
    when = LineField(
        label=gettext_lazy("for which cards"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Empty: for all. Of two rules for the same cards the earlier date counts; both are shown."
        ),
    )
    period_count = CountField(
        label=gettext_lazy("each gives"),
        required=False,
        help_text=gettext_lazy("Empty: not known, as long as the plan that is bought."),
    )
    source = LineField(
        label=gettext_lazy("source"),
        max_length=600,
        required=False,
        help_text=gettext_lazy("Where it stands: an address, an SMS, a call with the hotline."),
    )

    def __init__(self, *args: Any, today: date, known: CatalogueRule | None, **options: Any) -> None:
        filled = {COSTS.name: len(known.costs), STAGES.name: len(known.after)} if known else {}
        super().__init__(*args, today=today, filled=filled, **options)
        self.known = known
        self.fields["counts"].choices = _COUNTABLE  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for number, row in self.typed_rows(STAGES):
            if len(row["name"] or "") > _LONGEST_NAME:
                self.add_error(STAGES.key(number, "name"), _("Please use a shorter name."))
        lengths = [_period(stage, "") for stage in cleaned["stages"]]
        known = [length for length in lengths if length is not None]
        if known and len(known) == len(lengths) and _sum(known) is None:
            text = _("Please give all lengths in days and weeks, or all in months and years.")
            self.add_error(STAGES.key(0, "count"), text)
        return cleaned

    def as_rule(self, *, source: str) -> CatalogueRule:
        """Return the rule; `source` where none was typed. What the form does not show stays as it was."""
        typed, known = self.cleaned_data, self.known
        counts = tuple(sorted(typed["counts"]))
        stages, grace = _stages(typed["stages"]), _grace(typed)
        rule = CatalogueRule(
            when=typed["when"],
            actions=tuple(str(ActionKind(kind).label) for kind in counts),
            counts=counts,
            base=From(typed["counts_from"]),
            mode=Mode(typed["mode"]),
            grace=grace,
            loss_after=None,
            minimum=typed["minimum"],
            currency=typed["currency"] if typed["minimum"] is not None else "",
            counts_first_day=typed["has_first_day"],
            first_action_starts=typed["is_started_by_action"],
            stages=stages,
            needs=tuple(typed["needs"]) or None,
            costs=_costs(typed["costs"]),
            source=typed["source"] or source,
            seen=typed["seen_on"],
            confidence=typed["confidence"],
            period=_period(typed, "period_"),
            first_period=_period(typed, "first_"),
            cap=_period(typed, "cap_"),
            zero_balance=_period(typed, "zero_"),
        )
        return rule if known is None else _with_rest_of(known, rule)


def _with_rest_of(known: CatalogueRule, rule: CatalogueRule) -> CatalogueRule:
    """Return the rule with what only a file can say."""
    is_same = set(known.counts) == set(rule.counts)
    least = tuple(kind for kind in known.minimum_for if kind in rule.counts)
    ends_alike = (known.period, known.after, known.grace) == (rule.period, rule.after, rule.grace)
    is_unsaid = known.mode is None and rule.mode is Mode.RESET
    return replace(
        rule,
        subject=known.subject,
        note=known.note,
        seen_note=known.seen_note,
        is_old=known.is_old,
        actions=known.actions if is_same else rule.actions,
        counts=known.counts if is_same else rule.counts,
        mode=None if is_unsaid else rule.mode,
        minimum_for=least if rule.minimum is not None else (),
        loss_after=known.loss_after if ends_alike else None,
        needs=() if rule.needs is None and known.needs is not None else rule.needs,
    )


def _period(typed: Mapping[str, Any], prefix: str) -> Period | None:
    count = typed[f"{prefix}count"]
    return Period(count, Unit(typed[f"{prefix}unit"] or Unit.DAY)) if count else None


def _stages(typed: Sequence[Mapping[str, Any]]) -> tuple[AfterStage, ...]:
    return tuple(
        AfterStage(
            name=stage["name"] or _("Stage %(number)d") % {"number": number},
            length=_period(stage, ""),
            consequence=stage["consequence"],
        )
        for number, stage in enumerate(typed, start=1)
    )


def _grace(typed: Mapping[str, Any]) -> Period | NoGrace | None:
    """Return the time from the end to the loss: all stages together, unknown where one of them is."""
    if typed["is_lost_at_end"]:
        return NoGrace.AT_ONCE
    lengths = [_period(stage, "") for stage in typed["stages"]]
    known = [length for length in lengths if length is not None]
    if not known or len(known) < len(lengths):
        return None
    return known[0] if len(known) == 1 else _sum(known)


def _sum(lengths: Sequence[Period]) -> Period | None:
    """Return several periods as one; None where months and days, or hours, are mixed."""
    if all(one.is_calendar for one in lengths):
        return Period(sum(one.months for one in lengths), Unit.MONTH)
    if all(one.is_hours for one in lengths):
        return Period(sum(one.hours for one in lengths), Unit.HOUR)
    if any(one.is_calendar or one.is_hours for one in lengths):
        return None
    return Period(sum(one.days for one in lengths), Unit.DAY)


def _costs(typed: Sequence[Mapping[str, Any]]) -> tuple[Cost, ...]:
    costs = [
        Cost(
            amount=Decimal(row["amount"]),
            currency=row["currency"],
            kind=row["kind"],
            what=row["what"] or str(ActionKind(row["kind"]).label),
        )
        for row in typed
    ]
    return tuple(dict.fromkeys(costs))


def initial_of(rule: CatalogueRule | None) -> dict[str, Any]:
    """Return what the form shows of a rule before anything is typed."""
    if rule is None:
        return {"counts": [ActionKind.TOP_UP.value], "confidence": Confidence.A.value}
    shown: dict[str, Any] = {
        "when": rule.when,
        "counts": list(rule.counts),
        "counts_from": CountsFrom(rule.base.value).value,
        "mode": ExtendMode((rule.mode or Mode.RESET).value).value,
        "minimum": plain(rule.minimum),
        "currency": rule.currency,
        "has_first_day": rule.counts_first_day,
        "is_started_by_action": rule.first_action_starts,
        "is_lost_at_end": rule.grace is NoGrace.AT_ONCE,
        "needs": list(rule.needs or ()),
        "source": rule.source,
        "seen_on": rule.seen,
        "confidence": rule.confidence,
    }
    for part, name in _PERIODS.items():
        shown |= _shown_period(getattr(rule, name), f"{part}_")
    for number, stage in enumerate(rule.after):
        shown |= {STAGES.key(number, part): getattr(stage, part) for part in ("name", "consequence")}
        shown |= _shown_period(stage.length, STAGES.key(number, ""))
    for number, cost in enumerate(rule.costs):
        shown |= {COSTS.key(number, part): getattr(cost, part) for part in ("kind", "currency", "what")}
        shown[COSTS.key(number, "amount")] = plain(cost.amount)
    return shown


def _shown_period(period: Period | None, prefix: str) -> dict[str, Any]:
    return {f"{prefix}count": period.count, f"{prefix}unit": period.unit.value} if period else {}
