"""From what the sources say to the rule that a card starts with: the earlier date, both kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.rule import CatalogueRule, CatalogueTopUp, NoGrace, Subject, tiers_of, topup_rule
from cards.catalogue.sourced import Sourced
from cards.rules.periods import Period
from cards.rules.reckoning import Grant, reckon
from cards.rules.rulebook import HEARSAY, Mode, Rule, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One rule that a card of an operator may have; `when` says which cards ('' all).

    `governing` is the source that gives the earliest date (None: only top-ups are known), `others`
    are those that say otherwise and are shown beside it. `rule` None: no source names a period, so
    the holder is asked. Its stages and its `topups` are the governing source's; those for the credit
    are among them, as tiers that do not move the line.
    """

    when: str
    subject: Subject
    governing: CatalogueRule | None
    others: tuple[CatalogueRule, ...]
    topups: tuple[CatalogueTopUp, ...]

    @property
    def origin(self) -> Sourced:
        """What to name as the rule's source, with its day and its confidence."""
        return self.governing or max(self.topups, key=lambda topup: topup.confidence)

    @property
    def rule(self) -> Rule | None:
        """The rule to reckon with; None where a period is still to be asked for."""
        return self.rule_of(None)

    def rule_of(self, period: Period | None) -> Rule | None:
        """The same with the length of the plan bought, for sources that name no period."""
        if self.governing is None:
            return topup_rule(self.topups)
        return self.governing.as_rule(period=period, topups=self.topups)


def options(operator: CatalogueOperator) -> tuple[Option, ...]:
    """What a card of this operator may be kept by, in the file's order; none: ask the holder."""
    groups: dict[tuple[str, Subject], list[CatalogueRule]] = {}
    for rule in operator.rules:
        groups.setdefault((rule.when, rule.subject), []).append(rule)
    topups: dict[str, list[CatalogueTopUp]] = {}
    for topup in operator.topups:
        if not topup.is_transfer:
            topups.setdefault(topup.when, []).append(topup)
    found: list[Option] = []
    for (when, subject), rules in groups.items():
        governing = min(rules, key=_earliest)
        others = tuple(rule for rule in rules if rule is not governing)
        own = topups.pop(when, []) if subject is Subject.LINE else []
        fitting = tuple(topup for topup in own if _is_as_sure(topup, governing))
        found.append(Option(when=when, subject=subject, governing=governing, others=others, topups=fitting))
    for when, left in topups.items():
        if any(topup.is_for_line for topup in left):
            found.append(
                Option(when=when, subject=Subject.LINE, governing=None, others=(), topups=tuple(left))
            )
    return tuple(found)


def credit_tiers(operator: CatalogueOperator, *, is_transfer: bool | None = None) -> tuple[Tier, ...]:
    """How long credit of an amount lasts; of top-ups, of transfers, or (None) of either.

    Empty where no source says. Where two give one amount different periods, the shorter one.
    """
    return tiers_of(
        topup for topup in operator.topups if topup.is_for_credit and is_transfer in (None, topup.is_transfer)
    )


def lot_end(
    operator: CatalogueOperator, *, amount: Decimal, currency: str, on: date, is_transfer: bool
) -> date | None:
    """The last good day of credit that came on `on`, to be proposed; its own day is not counted.

    None where the operator says nothing of such an amount, or says it in another currency.
    """
    known = {topup.currency for topup in operator.topups if topup.is_transfer is is_transfer}
    reached = [tier for tier in credit_tiers(operator, is_transfer=is_transfer) if amount >= tier.minimum]
    if not reached or known != {currency}:
        return None
    period = reached[-1].period
    grant = Grant(Rule(counts=frozenset(), period=period), period, Mode.RESET)
    zones = operator.time_zones or ("UTC",)
    return reckon(None, grant, on, None, zones).on


def _is_as_sure(topup: CatalogueTopUp, rule: CatalogueRule) -> bool:
    """Hearsay never lengthens what somebody else said for sure."""
    return topup.confidence != HEARSAY or rule.confidence == HEARSAY


def _earliest(rule: CatalogueRule) -> tuple[bool, timedelta, bool, timedelta, float]:
    """Sort key: a known period, the shortest; then no hearsay, the earliest loss, the most asked for."""
    length = timedelta(0) if rule.period is None else rule.period.length
    return (
        rule.period is None,
        length,
        rule.confidence == HEARSAY,
        _time_to_save(rule),
        -float(rule.minimum or 0),
    )


def _time_to_save(rule: CatalogueRule) -> timedelta:
    if rule.grace is NoGrace.AT_ONCE:
        return timedelta(0)
    return timedelta.max if rule.grace is None else rule.grace.length
