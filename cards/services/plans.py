"""From a card's facts to the deadlines it should have. Reads no clock and writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from cards.models import (
    ActionKind,
    Card,
    CardDate,
    CardDateKind,
    DeadlineKind,
    DeadlineState,
    Intent,
    Purpose,
    Subscription,
    SubscriptionIntent,
)
from cards.queries.ledger import (
    Facts,
    entries_of,
    period_of,
    started_on,
    versions_of,
)
from cards.rules.ledger import in_order
from cards.rules.periods import Period
from cards.rules.places import end_of_day, start_of_day
from cards.rules.timetable import After
from cards.rules.validity import Validity, act_by, margin_days, play, subscription_end

AFTER = {
    CardDateKind.REFUND: After.CHASE,
    CardDateKind.OWN: After.CHASE,
    CardDateKind.PROMOTION: After.ONCE,
}
# Actions after which the line is gone by the holder's own word.
FINAL = {ActionKind.CANCELLED, ActionKind.PORTED, ActionKind.LOST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One deadline as it should be stored."""

    kind: str
    subject: str = ""
    title: str = ""
    state: str = DeadlineState.OPEN
    ends_on: date | None = None
    ends_at: datetime | None = None
    act_by_on: date | None = None
    act_by_at: datetime | None = None
    save_until_at: datetime | None = None
    lost_at: datetime | None = None
    known_at: datetime
    period_seconds: int | None = None
    after: str = After.NOTHING
    is_hearsay: bool = False
    unconfirmed_on: date | None = None
    is_place_assumed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.subject


def line_validity(facts: Facts) -> Validity:
    """Play the card's ledger."""
    return play(
        entries_of(facts),
        versions_of(facts),
        zones=facts.card.zones,
        started_on=started_on(facts),
    )


def plans_of(facts: Facts) -> list[Plan]:
    """Return every deadline that the facts give, dropped and met ones included."""
    card = facts.card
    found = list(_all_plans(facts))
    if card.archived_at is not None:
        found = [_closed(plan) for plan in found]
    return found


def _all_plans(facts: Facts) -> Iterator[Plan]:
    yield from _line(facts)
    for subscription in facts.subscriptions:
        yield _plan_end(facts, subscription)
    for row in facts.dates:
        yield _card_date(facts.card, row)


def _closed(plan: Plan) -> Plan:
    is_open = plan.state == DeadlineState.OPEN
    return replace(plan, state=DeadlineState.DROPPED) if is_open else plan


def is_over(facts: Facts) -> bool:
    """Tell whether the holder recorded the line's end after which nothing restored it."""
    last = None
    for action in sorted(facts.effective, key=lambda a: (a.acted_on, a.pk)):
        if action.kind in FINAL:
            last = action
        elif action.kind == ActionKind.RESTORED:
            last = None
    return last is not None


def _line(facts: Facts) -> Iterator[Plan]:
    card, validity = facts.card, line_validity(facts)
    state = DeadlineState.DROPPED if is_over(facts) else DeadlineState.OPEN
    has_date = validity.ends_at is not None
    if has_date:
        yield _line_plan(card, validity, state)
    if Purpose.NUMBER_KEEPING in card.purposes:
        is_answered = has_date and not validity.is_hearsay
        yield Plan(
            kind=DeadlineKind.ASK_VALIDITY,
            state=state if not is_answered else DeadlineState.MET,
            known_at=card.created_at,
            is_place_assumed=card.is_place_assumed,
        )


def _line_plan(card: Card, validity: Validity, state: str) -> Plan:
    assert validity.ends_at is not None
    zones = card.zones
    margin = card.margin_days if card.margin_days is not None else margin_days(validity.period)
    save_until, lost = validity.save_until_on, validity.lost_on
    return Plan(
        kind=DeadlineKind.LINE,
        state=state,
        ends_on=validity.ends_on,
        ends_at=validity.ends_at,
        act_by_on=_safe_date(validity.ends_on, margin),
        act_by_at=act_by(validity.ends_on, validity.ends_at, margin, zones),
        save_until_at=end_of_day(save_until, zones) if save_until else None,
        lost_at=start_of_day(lost, zones) if lost else None,
        # a first period counts from the card itself: known since the card is here
        known_at=validity.known_at or card.created_at,
        period_seconds=_seconds(validity.period),
        after=After.SAVE,
        is_hearsay=validity.is_hearsay,
        unconfirmed_on=validity.unconfirmed_on,
        is_place_assumed=card.is_place_assumed,
    )


def _safe_date(ends_on: date | None, margin: int) -> date | None:
    return ends_on - timedelta(days=margin) if ends_on else None


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


@dataclass(frozen=True, slots=True)
class PlanEnd:
    """A subscription's last good day, its end as an instant, and since when that is known."""

    on: date | None
    at: datetime
    known_at: datetime


def plan_end(facts: Facts, subscription: Subscription) -> PlanEnd:
    """Play a plan's own entries: renewals count from its anchor, a reading is a new anchor."""
    zones = facts.card.zones
    period = period_of(subscription.period_count, subscription.period_unit)
    first = _end_after(subscription, period, zones, None, 0)
    end = PlanEnd(*first, subscription.created_at)
    read_on, renewals = None, 0
    for _day, entry in in_order(entries_of(facts, subscription), zones):
        if entry.expires_on is not None:
            read_on, renewals = entry.expires_on, 0
        elif entry.kind == ActionKind.RENEWAL:
            renewals += 1
        else:
            continue
        on, at = _end_after(subscription, period, zones, read_on, renewals)
        if at != end.at:  # a confirmed date stays known since it was first known
            end = PlanEnd(on, at, max(end.known_at, entry.recorded_at))
    return end


def _end_after(
    subscription: Subscription,
    period: Period | None,
    zones: list[str],
    read_on: date | None,
    renewals: int,
) -> tuple[date | None, datetime]:
    if read_on is not None and (renewals == 0 or period is None):
        return read_on, end_of_day(read_on, zones)
    if period is None:
        return None, end_of_day(subscription.starts_on, zones)
    if read_on is not None:
        # After a reading nothing is subtracted: it is a last good day itself.
        return subscription_end(
            bought_on=read_on,
            bought_at=end_of_day(read_on, zones) if period.is_hours else None,
            period=period,
            zones=zones,
            counts_first_day=False,
            renewals=renewals - 1,
        )
    return subscription_end(
        bought_on=subscription.starts_on,
        bought_at=subscription.starts_at,
        period=period,
        zones=zones,
        counts_first_day=subscription.has_first_day,
        renewals=renewals,
    )


def _plan_end(facts: Facts, subscription: Subscription) -> Plan:
    card = facts.card
    end = plan_end(facts, subscription)
    subject = str(subscription.pk)
    common: dict[str, Any] = {
        "kind": DeadlineKind.PLAN_END,
        "subject": subject,
        "title": subscription.name,
        "known_at": end.known_at,
        "is_place_assumed": card.is_place_assumed,
    }
    if end.on is None:  # a plan without a validity has no end to miss
        return Plan(**common, state=DeadlineState.DROPPED)
    # Of one period, however often it was renewed: the leads of a day pass stay those of a day.
    length = timedelta(days=_one_period_days(subscription, end.on))
    margin = margin_days(length)
    renews = subscription.intent == SubscriptionIntent.RENEW
    return Plan(
        **common,
        state=DeadlineState.DROPPED if subscription.closed_at else DeadlineState.OPEN,
        ends_on=end.on,
        ends_at=end.at,
        act_by_on=_safe_date(end.on, margin),
        act_by_at=act_by(end.on, end.at, margin, card.zones),
        period_seconds=_seconds(length),
        after=After.ONCE if renews else After.NOTHING,
    )


def _one_period_days(subscription: Subscription, ends_on: date) -> float:
    period = period_of(subscription.period_count, subscription.period_unit)
    if period is None:
        return max((ends_on - subscription.starts_on).days, 1)
    return float(period.approx_days)


def _card_date(card: Card, row: CardDate) -> Plan:
    ends_at = end_of_day(row.due_on, card.zones)
    return Plan(
        kind=row.kind,
        subject=str(row.pk),
        title=row.note,
        state=DeadlineState.MET if row.met_at else DeadlineState.OPEN,
        ends_on=row.due_on,
        ends_at=ends_at,
        act_by_on=row.due_on,
        act_by_at=ends_at,
        known_at=row.recorded_at,
        after=AFTER.get(CardDateKind(row.kind), After.NOTHING),
        is_place_assumed=card.is_place_assumed,
    )


# What the holder's "let it lapse" silences. Bills, refunds and own dates go on.
LAPSES = {DeadlineKind.LINE, DeadlineKind.ASK_VALIDITY, DeadlineKind.PLAN_END}


def is_silent(card: Card, kind: str) -> bool:
    """Tell whether the holder's own word stops the reminders of this deadline."""
    return card.intent == Intent.LAPSE and kind in LAPSES
