"""One source's rule, and what one source says of top-ups; both convertible to `cards.rules`."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum

from cards.catalogue.sourced import Sourced
from cards.rules.periods import Period
from cards.rules.rulebook import From, Mode, Rule, Tier
from cards.rules.stages import AfterStage

# What may count; the files use the ledger's own kinds.
LEDGER_KINDS = (
    "top-up",
    "renewal",
    "plan-bought",
    "sms",
    "mms",
    "call",
    "data",
    "chargeable",
    "call-received",
    "message-read",
)


class NoGrace(Enum):
    """Nothing can be saved after the end."""

    AT_ONCE = "none"


class Subject(StrEnum):
    """What a rule keeps."""

    LINE = "line"
    CREDIT = "credit"
    PLAN = "plan"


class Clock(StrEnum):
    """What a top-up prolongs."""

    LINE = "line"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one counting action of a kind costs; `kind` as in `counts`."""

    amount: Decimal
    currency: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRule(Sourced):
    """One source's rule. `actions` are its words, `counts` what they come to; `when`: for which lines.

    `minimum` is for the kinds of `minimum_for`, for all where that is empty. `loss_after` counts
    from the last action, `grace` and the stages from the end. `zero_balance`: time to top up once
    the balance is nil. `needs`: what an action needs (inserted, roaming, at-home, wifi-calling, vpn).
    """

    actions: tuple[str, ...]
    counts: tuple[str, ...]
    period: Period | None
    base: From
    mode: Mode | None
    grace: Period | NoGrace | None
    loss_after: Period | None
    subject: Subject = Subject.LINE
    when: str = ""
    minimum: Decimal | None = None
    currency: str = ""
    minimum_for: tuple[str, ...] = ()
    counts_first_day: bool = False
    first_period: Period | None = None
    first_action_starts: bool = False
    cap: Period | None = None
    stages: tuple[AfterStage, ...] = ()
    zero_balance: Period | None = None
    needs: tuple[str, ...] | None = None
    costs: tuple[Cost, ...] = ()
    note: str = ""

    @property
    def after(self) -> tuple[AfterStage, ...]:
        """The stages after the end; none: nothing is known, or (`grace` "none") nothing follows it."""
        if self.stages:
            return self.stages
        if isinstance(self.grace, Period):
            return (AfterStage("can still be saved", self.grace, "number"),)
        return ()

    @property
    def has_one_minimum(self) -> bool:
        """Whether the minimum is for every kind that counts."""
        return not self.minimum_for or set(self.counts) <= set(self.minimum_for)

    def as_rule(
        self, *, period: Period | None = None, topups: "tuple[CatalogueTopUp, ...]" = ()
    ) -> Rule | None:
        """The rule to reckon with, its tiers from `topups`; None while no period is known.

        `period` is taken where the source names none: the length of the plan that was bought. An
        unknown mode is a reset: the earliest end of the three. A ValueError of `check_rule` is
        still possible for a file that nobody has checked.
        """
        tiers = tiers_of(topups)
        line_tiers = [tier for tier in tiers if not tier.is_credit]
        length = self.period or period or (line_tiers[0].period if line_tiers else None)
        if length is None:
            return None
        minima: tuple[tuple[str, Decimal], ...] = ()
        if self.minimum is not None and not self.has_one_minimum:
            minima = tuple((kind, self.minimum) for kind in self.minimum_for)
        minimum = None if minima else self.minimum
        currency = self.currency or (topups[0].currency if topups else "")
        return Rule(
            counts=frozenset(self.counts),
            period=length,
            base=self.base,
            mode=self.mode or Mode.RESET,
            minimum=minimum,
            currency=currency if minimum is not None or minima or tiers else "",
            counts_first_day=self.counts_first_day,
            first_period=self.first_period,
            first_action_starts=self.first_action_starts,
            tiers=tiers,
            cap=self.cap,
            stages=self.after,
            confidence=self.confidence,
            minima=minima,
            is_lost_at_end=self.grace is NoGrace.AT_ONCE,
            zero_after=self.zero_balance,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueTopUp(Sourced):
    """What an amount gives. `amount` 0: every denomination. `is_transfer`: credit from another line.

    `clock` None: the source does not say whether line or credit; `mode` None likewise.
    """

    amount: Decimal | None
    amount_max: Decimal | None
    currency: str
    period: Period
    clock: Clock | None = None
    mode: Mode | None = None
    is_transfer: bool = False
    when: str = ""
    note: str = ""

    @property
    def is_for_line(self) -> bool:
        """Whether it can move the line's date; where nothing is said it does."""
        return not self.is_for_credit and not self.is_transfer

    @property
    def is_for_credit(self) -> bool:
        """Whether it says how long the credit lasts."""
        return self.clock is Clock.CREDIT


def tiers_of(topups: Iterable[CatalogueTopUp]) -> tuple[Tier, ...]:
    """The tiers from the lowest amount to the highest; an unknown lower bound is 0.

    Where two sources give one amount different periods the shorter one is taken, and where one
    names the line and the other the credit, the line's. An unknown mode is a reset, the earliest.
    """
    tiers: dict[Decimal, Tier] = {}
    for topup in sorted(topups, key=lambda one: (one.is_for_credit, one.period.length), reverse=True):
        minimum = topup.amount or Decimal(0)
        tiers[minimum] = Tier(
            minimum=minimum,
            period=topup.period,
            mode=topup.mode or Mode.RESET,
            is_credit=topup.is_for_credit,
        )
    return tuple(tiers[minimum] for minimum in sorted(tiers))


def topup_rule(topups: tuple[CatalogueTopUp, ...]) -> Rule:
    """The rule of a line of which only the top-ups are known; as sure as the least sure of them.

    Counted from the day of the top-up. ValueError where none is for the line.
    """
    tiers = tiers_of(topups)
    period = next((tier.period for tier in tiers if not tier.is_credit), None)
    if period is None:
        raise ValueError("there is no top-up to make a rule of")
    return Rule(
        counts=frozenset({"top-up"}),
        period=period,
        currency=topups[0].currency,
        tiers=tiers,
        confidence=max(topup.confidence for topup in topups),
    )
