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
from cards.rules.words import gettext_noop

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
    """What an amount of `minimum` and more gives; `mode` None is the rule's own.

    With `is_credit` it names the credit's clock: the period is that of the credit, not the line's.
    """

    minimum: Decimal
    period: Period
    mode: Mode | None = None
    is_credit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a validity is prolonged.

    `counts`: kinds of actions. `minimum`, `minima` (by kind, in place of `minimum`) and tiers are
    amounts in `currency`. `first_period`: what the card's start gives when it differs from `period`;
    with `first_action_starts` the start gives nothing and the first counting action gives
    `first_period` (or `period`). `is_lost_at_end`: nothing can be saved after the end. `zero_after`:
    how long the balance may stay at zero, a clock of its own. `confidence` A, B or C; C is hearsay.
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
    minima: tuple[tuple[str, Decimal], ...] = ()
    is_lost_at_end: bool = False
    zero_after: Period | None = None

    @property
    def is_hearsay(self) -> bool:
        return self.confidence == HEARSAY

    @property
    def line_tiers(self) -> tuple[Tier, ...]:
        """The tiers that move the line; none: every amount that counts gives `period`."""
        return tuple(tier for tier in self.tiers if not tier.is_credit)

    def minimum_of(self, kind: str) -> Decimal | None:
        """The smallest amount that counts for actions of `kind`."""
        for named, minimum in self.minima:
            if named == kind:
                return minimum
        return self.minimum

    def tier_of(self, amount: Decimal) -> Tier | None:
        """The highest tier that `amount` reaches, of either clock; None when it reaches none."""
        for tier in reversed(self.tiers):
            if amount >= tier.minimum:
                return tier
        return None


def renewal_rule(period: Period, *, stages: tuple[AfterStage, ...] = ()) -> Rule:
    """The rule of a line that is renewed every `period` from its current end."""
    return Rule(counts=frozenset({RENEWAL}), period=period, base=From.END, stages=stages)


def check_rule(rule: Rule) -> None:
    """ValueError, with a sentence for its author, when the rule makes no sense."""
    if not rule.counts:
        raise ValueError(gettext_noop("the rule names no action that counts"))
    if rule.mode is Mode.ADD and rule.base is From.ACTION:
        raise ValueError(
            gettext_noop("add from the action's day equals add from the later: write the latter")
        )
    if rule.confidence not in _CONFIDENCES:
        raise ValueError(gettext_noop("the confidence must be A, B or C"))
    if rule.is_lost_at_end and rule.stages:
        raise ValueError(gettext_noop("a line that is lost at its end has no stages after it"))
    _check_amounts(rule)
    _check_lengths(rule)


def _check_lengths(rule: Rule) -> None:
    periods = [rule.period, *(tier.period for tier in rule.tiers)]
    if rule.cap is not None and any(period.is_hours for period in (rule.cap, *periods)):
        raise ValueError(gettext_noop("a cap goes with days and longer units, not with hours"))
    stages = (stage.length for stage in rule.stages)
    lengths = (rule.first_period, rule.cap, rule.zero_after, *periods, *stages)
    if any(length is not None and length.approx_days > _LONGEST_DAYS for length in lengths):
        raise ValueError(gettext_noop("a period of more than 100 years is no period"))


def _check_amounts(rule: Rule) -> None:
    kinds = [kind for kind, _ in rule.minima]
    if len(set(kinds)) < len(kinds):
        raise ValueError(gettext_noop("an action has two minimum amounts"))
    if not rule.counts.issuperset(kinds):
        raise ValueError(gettext_noop("a minimum amount is for an action that does not count"))
    tiers = [tier.minimum for tier in rule.tiers]
    amounts = [*tiers, *(minimum for _, minimum in rule.minima)]
    if rule.minimum is not None:
        amounts.append(rule.minimum)
    if any(not amount.is_finite() or amount < 0 for amount in amounts):
        raise ValueError(gettext_noop("an amount must be zero or more"))
    if any(lower >= higher for lower, higher in pairwise(tiers)):
        raise ValueError(gettext_noop("the tiers must rise from the lowest amount to the highest"))
    if amounts and not rule.currency:
        raise ValueError(gettext_noop("a minimum amount needs a currency"))


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
