"""The ledger as it counts: which entries are voided, and what the others say to the rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cards.models import Action, ActionKind, Card, CardDate, Charge, Rule, Subscription
from cards.queries.runs import Standing, open_runs
from cards.rules.ledger import in_order
from cards.rules.periods import Period, Unit
from cards.rules.places import day_at
from cards.rules.stages import AfterStage
from cards.rules.validity import Entry, From, Mode, Tier, Version
from cards.rules.validity import Rule as ValidityRule


@dataclass(frozen=True, slots=True)
class Facts:
    """All rows that a card's dates come from."""

    card: Card
    actions: tuple[Action, ...]  # in order of entry, voided ones too
    voided: frozenset[int]
    rules: tuple[Rule, ...]
    subscriptions: tuple[Subscription, ...]
    dates: tuple[CardDate, ...]
    charges: tuple[Charge, ...]
    runs: tuple[Standing, ...] = ()

    @property
    def effective(self) -> list[Action]:
        """Return the entries that count, voids left out."""
        return [
            action
            for action in self.actions
            if action.pk not in self.voided and action.kind != ActionKind.VOID
        ]


def load_facts(card: Card) -> Facts:
    """Read all of a card's facts in six queries, and two more where a run is open."""
    actions = tuple(card.actions.order_by("pk"))
    voided = voided_ids(actions)
    return Facts(
        card=card,
        actions=actions,
        voided=voided,
        rules=tuple(card.rules.order_by("applies_from", "pk")),
        subscriptions=tuple(card.subscriptions.order_by("pk")),
        dates=tuple(card.dates.order_by("pk")),
        charges=tuple(card.charges.order_by("pk")),
        runs=open_runs(card, actions, voided),
    )


def voided_ids(actions: Iterable[Action]) -> frozenset[int]:
    """Return the ids without effect. A void may itself be voided, which brings the entry back."""
    ordered = sorted(actions, key=lambda action: action.pk, reverse=True)
    gone: set[int] = set()
    for action in ordered:  # a void is always newer than what it voids
        if action.voids_id is not None and action.pk not in gone:
            gone.add(action.voids_id)
    return frozenset(gone)


def first_meant(action: Action) -> tuple[Action, bool]:
    """Return the entry that a chain of undoings is about; whether undoing `action` lets it count again."""
    is_back = False
    while action.kind == ActionKind.VOID and action.voids is not None:
        action, is_back = action.voids, not is_back
    return action, is_back


def places_of(actions: Iterable[Action]) -> dict[int, int]:
    """Return each entry's place in the order of entry: a correction takes the place it corrects."""
    places: dict[int, int] = {}
    for action in sorted(actions, key=lambda action: action.pk):
        is_correction = action.voids_id is not None and action.kind != ActionKind.VOID
        origin = action.voids_id if is_correction and action.voids_id else action.pk
        places[action.pk] = places.get(origin, origin)
    return places


def _entry(action: Action, place: int) -> Entry:
    return Entry(
        id=action.pk,
        place=place,
        kind=action.kind,
        day=action.acted_on,
        at=action.acted_at,
        amount=action.amount,
        currency=action.currency,
        expires_on=action.expires_on,
        days_given=action.days_given,
        recorded_at=action.recorded_at,
    )


def entries_of(facts: Facts, subscription: Subscription | None = None) -> list[Entry]:
    """Return the effective entries of the line, or of one plan, as the rules want them.

    Buying a plan is the line's, also where it names the plan: it says that the plan was bought.
    """
    places = places_of(facts.actions)
    wanted = subscription.pk if subscription is not None else None
    return [
        _entry(action, places[action.pk])
        for action in facts.effective
        if action.subscription_id == wanted or (wanted is None and action.kind == ActionKind.PLAN_BOUGHT)
    ]


def is_purchase_undone(facts: Facts, subscription: Subscription) -> bool:
    """Tell whether the entry that bought this plan was taken back: then it never was.

    A plan that stood on the card before its first purchase was recorded was not made by it, and stays.
    """
    bought = [
        action
        for action in facts.actions
        if action.kind == ActionKind.PLAN_BOUGHT and action.subscription_id == subscription.pk
    ]
    is_made_by_it = any(action.recorded_at <= subscription.created_at for action in bought)
    return is_made_by_it and all(action.pk in facts.voided for action in bought)


def as_happened(facts: Facts) -> list[tuple[int, Action]]:
    """Return all effective entries with their places, in the order in which the ledger is played."""
    places, by_id = places_of(facts.actions), {action.pk: action for action in facts.effective}
    entries = [_entry(action, places[pk]) for pk, action in by_id.items()]
    return [(entry.place, by_id[entry.id]) for _day, entry in in_order(entries, facts.card.zones)]


def day_of(action: Action, facts: Facts) -> date:
    """Return an entry's day at the operator's place: with an instant, that of the instant."""
    return action.acted_on if action.acted_at is None else day_at(action.acted_at, facts.card.zones)


def period_of(count: int | None, unit: str) -> Period | None:
    return Period(count, Unit(unit)) if count else None


def rule_of(row: Rule) -> ValidityRule:
    """Return a stored rule as the rules room wants it."""
    period = period_of(row.period_count, row.period_unit)
    assert period is not None
    return ValidityRule(
        counts=frozenset(row.counts),
        period=period,
        base=From(row.counts_from),
        mode=Mode(row.mode),
        minimum=row.minimum,
        minima=tuple((kind, Decimal(amount)) for kind, amount in sorted(row.minima.items())),
        currency=row.currency,
        counts_first_day=row.has_first_day,
        first_period=period_of(row.first_count, row.first_unit),
        first_action_starts=row.is_started_by_action,
        tiers=tuple(_tier(tier) for tier in row.tiers),
        cap=period_of(row.cap_count, row.cap_unit),
        zero_after=period_of(row.zero_count, row.zero_unit),
        is_lost_at_end=row.is_lost_at_end,
        stages=tuple(
            AfterStage(
                name=stage["name"],
                length=period_of(stage.get("count"), stage.get("unit") or "day"),
                consequence=stage["consequence"],
            )
            for stage in row.stages
        ),
        confidence=row.confidence,
    )


def _tier(tier: dict[str, Any]) -> Tier:
    mode = tier.get("mode")
    return Tier(
        minimum=Decimal(tier["minimum"]),
        period=Period(int(tier["count"]), Unit(tier["unit"])),
        mode=Mode(mode) if mode else None,
        is_credit=bool(tier.get("is_credit")),
    )


def versions_of(facts: Facts, *, with_proposed: bool = False) -> list[Version]:
    """Return the rule versions in force: of one `applies_from` the newest.

    `with_proposed`: as if the catalogue's changed rule, which waits for its owner's choice, held.
    """
    by_day: dict[date, Version] = {}
    undone = {a.rule_id for a in facts.actions if a.pk in facts.voided and a.rule_id}
    for row in facts.rules:
        if row.pk not in undone and (with_proposed or not row.is_proposed):
            by_day[row.applies_from] = Version(
                applies_from=row.applies_from, recorded_at=row.recorded_at, rule=rule_of(row)
            )
    return [by_day[day] for day in sorted(by_day)]


def proposed_rule(facts: Facts) -> Rule | None:
    """Return the catalogue's changed rule that waits for the owner's choice."""
    return next((row for row in reversed(facts.rules) if row.is_proposed), None)


# What shows that a card or a plan is in use.
USES = frozenset(
    {
        ActionKind.FIRST_USED, ActionKind.DATA, ActionKind.CALL, ActionKind.SMS, ActionKind.MMS,
        ActionKind.CHARGEABLE, ActionKind.CALL_RECEIVED, ActionKind.MESSAGE_READ,
    }
)  # fmt: skip


def uses_of(facts: Facts, subscription: Subscription | None = None) -> list[Action]:
    """Return the entries that show a card, or one of its plans, in use.

    A first use that names no plan is that of a plan that waits for one, unless the card itself does.
    """
    uses = [action for action in facts.effective if action.kind in USES]
    if subscription is None:
        return uses
    is_of_plan = facts.card.first_use_by_on is None
    return [
        action
        for action in uses
        if action.subscription_id == subscription.pk
        or (
            is_of_plan
            and action.kind == ActionKind.FIRST_USED
            and action.subscription_id is None
            and day_of(action, facts) >= subscription.starts_on
        )
    ]


def first_use(facts: Facts, latest: date, subscription: Subscription | None = None) -> date:
    """Return when a validity that begins with the first use began: by itself on `latest`, if not before."""
    return min([latest, *(day_of(action, facts) for action in uses_of(facts, subscription))])


def started_on(facts: Facts) -> date | None:
    """Return the card's start: activated, else first used, else when its first plan was bought.

    Of a card that begins with its first use: that day, at the latest the day it begins by itself.
    """
    if facts.card.activated_on:
        return facts.card.activated_on
    for kind in (ActionKind.ACTIVATED, ActionKind.FIRST_USED, ActionKind.PLAN_BOUGHT):
        days = [day_of(action, facts) for action in facts.effective if action.kind == kind]
        if days:
            return min(days)
        if kind == ActionKind.FIRST_USED and facts.card.first_use_by_on:
            return first_use(facts, facts.card.first_use_by_on)
    return None


def last_recorded_at(actions: Iterable[Action]) -> datetime | None:
    return max((action.recorded_at for action in actions), default=None)
