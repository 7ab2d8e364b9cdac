"""Rules: which actions prolong a validity, by how much and from when; and their versions."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from cards.rules.periods import Period
from cards.rules.stages import AfterStage

RENEWAL = "renewal"
HEARSAY = "C"
_CONFIDENCES = ("A", "B", HEARSAY)
_LONGEST_DAYS = 36525


class From(StrEnum):
    """Where counting begins: the action's day, the current end, the later of both."""

    ACTION = "action"
    END = "end"
    LATER = "later"


class Mode(StrEnum):
    """How the counted date meets the current end."""

    ADD = "add"
    RESET = "reset"
    AT_LEAST = "at-least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What an amount of `minimum` and more gives; `mode` None is the rule's own."""

    minimum: Decimal
    period: Period
    mode: Mode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a validity is prolonged.

    `counts`: kinds of actions. `minimum` and tiers are amounts in `currency`. `first_period`:
    what the card's start gives when it differs from `period`; with `first_action_starts` the
    start gives nothing and the first counting action gives `first_period` (or `period`).
    `confidence` A, B or C; C is hearsay.
    """

    counts: frozenset[str]
    period: Period
    base: From = From.ACTION
    mode: Mode = Mode.RESET
    minimum: Decimal | None = None
    currency: str = ""
    counts_first_day: bool = False
    first_period: Period | None = None
    first_action_starts: bool = False
    tiers: tuple[Tier, ...] = ()
    cap: Period | None = None
    stages: tuple[AfterStage, ...] = ()
    confidence: str = "A"

    @property
    def is_hearsay(self) -> bool:
        return self.confidence == HEARSAY

    def tier_of(self, amount: Decimal) -> Tier | None:
        """The highest tier that `amount` reaches; None when it reaches none."""
        reached = [tier for tier in self.tiers if amount >= tier.minimum]
        return reached[-1] if reached else None


def renewal_rule(period: Period, *, stages: tuple[AfterStage, ...] = ()) -> Rule:
    """The rule of a line that is renewed every `period` from its current end."""
    return Rule(counts=frozenset({RENEWAL}), period=period, base=From.END, stages=stages)


def check_rule(rule: Rule) -> None:
    """ValueError, with a sentence for its author, when the rule makes no sense."""
    if not rule.counts:
        raise ValueError("the rule names no action that counts")
    if rule.mode is Mode.ADD and rule.base is From.ACTION:
        raise ValueError("add from the action's day equals add from the later: write the latter")
    if rule.confidence not in _CONFIDENCES:
        raise ValueError("the confidence must be A, B or C")
    _check_amounts(rule)
    periods = [rule.period, *(tier.period for tier in rule.tiers)]
    if rule.cap is not None and any(period.is_hours for period in (rule.cap, *periods)):
        raise ValueError("a cap goes with days and longer units, not with hours")
    lengths = (rule.first_period, rule.cap, *periods, *(stage.length for stage in rule.stages))
    if any(length is not None and length.approx_days > _LONGEST_DAYS for length in lengths):
        raise ValueError("a period of more than 100 years is no period")


def _check_amounts(rule: Rule) -> None:
    minima = [tier.minimum for tier in rule.tiers]
    if any(lower >= higher for lower, higher in pairwise(minima)):
        raise ValueError("the tiers must rise from the lowest amount to the highest")
    amounts = minima if rule.minimum is None else [rule.minimum, *minima]
    if any(not amount.is_finite() or amount < 0 for amount in amounts):
        raise ValueError("an amount must be zero or more")
    if amounts and not rule.currency:
        raise ValueError("a minimum amount needs a currency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A rule as it holds from `applies_from` on."""

    applies_from: date
    recorded_at: datetime
    rule: Rule


class Rulebook:
    """The versions of one card's rule, by day."""

    __slots__ = ("_starts", "_versions")

    def __init__(self, versions: Sequence[Version]) -> None:
        self._versions = sorted(versions, key=lambda v: (v.applies_from, v.recorded_at))
        self._starts = [version.applies_from for version in self._versions]

    def on(self, day: date) -> Version | None:
        """The version in force on `day`: the latest that applies, before the first the first."""
        if not self._versions:
            return None
        return self._versions[max(bisect_right(self._starts, day) - 1, 0)]
