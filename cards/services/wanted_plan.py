"""Plans in use: their ends, when they begin with the first use, and when their data runs out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cards.models import Action, ActionKind, DeadlineKind, DeadlineState, Subscription, SubscriptionIntent
from cards.queries.ledger import (
    Facts,
    day_of,
    entries_of,
    first_use,
    is_purchase_undone,
    period_of,
    uses_of,
)
from cards.rules.ledger import in_order
from cards.rules.periods import Period
from cards.rules.places import end_of_day
from cards.rules.timetable import After
from cards.rules.validity import act_by, margin_days, subscription_end

from .wanted_deadline import Wanted, safe_date, seconds


def plan_ends(facts: Facts) -> Iterator[Wanted]:
    for subscription in facts.subscriptions:
        yield _plan_end(facts, subscription)


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
    begin = _begin(facts, subscription)
    first = _end_after(subscription, period, zones, begin, None, 0)
    end = PlanEnd(*first, begin.known_at)
    read_on, renewals = None, 0
    for _day, entry in in_order(entries_of(facts, subscription), zones):
        if entry.expires_on is not None:
            read_on, renewals = entry.expires_on, 0
        elif entry.kind == ActionKind.RENEWAL:
            renewals += 1
        else:
            continue
        on, at = _end_after(subscription, period, zones, begin, read_on, renewals)
        if at != end.at:  # a confirmed date stays known since it was first known
            end = PlanEnd(on, at, max(end.known_at, entry.recorded_at))
    return end


@dataclass(frozen=True, slots=True)
class Begin:
    """When a plan's validity begins, and since when that is known."""

    on: date
    at: datetime | None
    known_at: datetime


def _begin(facts: Facts, subscription: Subscription) -> Begin:
    """Return the purchase, or the first use where the validity begins with it.

    Unused, it begins by itself on the latest day: no date is put off because nobody recorded it.
    """
    latest, bought_at = subscription.first_use_by_on, subscription.created_at
    if latest is None:
        return Begin(subscription.starts_on, subscription.starts_at, bought_at)
    on = first_use(facts, latest, subscription)
    uses = [action for action in uses_of(facts, subscription) if day_of(action, facts) == on]
    known_at = min((action.recorded_at for action in uses), default=bought_at)
    return Begin(on, _first_instant(uses), max(known_at, bought_at))


def _first_instant(uses: list[Action]) -> datetime | None:
    """Return the hour of the first use; None: nobody knows it, and the day begins with its first instant."""
    told = [action for action in uses if action.kind == ActionKind.FIRST_USED]
    hours = [action.acted_at for action in uses if action.acted_at is not None]
    # "First used at" says that what has no hour came later.
    is_told = any(action.acted_at is not None for action in told)
    return min(hours, default=None) if is_told or len(hours) == len(uses) else None


def _end_after(
    subscription: Subscription,
    period: Period | None,
    zones: list[str],
    begin: "Begin",
    read_on: date | None,
    renewals: int,
) -> tuple[date | None, datetime]:
    if read_on is not None and (renewals == 0 or period is None):
        return read_on, end_of_day(read_on, zones)
    if period is None:
        return None, end_of_day(begin.on, zones)
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
        bought_on=begin.on,
        bought_at=begin.at,
        period=period,
        zones=zones,
        counts_first_day=subscription.has_first_day,
        renewals=renewals,
    )


def _plan_end(facts: Facts, subscription: Subscription) -> Wanted:
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
        return Wanted(**common, state=DeadlineState.DROPPED)
    # Of one period, however often it was renewed: the leads of a day pass stay those of a day.
    length = timedelta(days=_one_period_days(subscription, end.on))
    margin = margin_days(length)
    is_ended = subscription.closed_at is not None or is_purchase_undone(facts, subscription)
    renews = subscription.intent == SubscriptionIntent.RENEW
    return Wanted(
        **common,
        state=DeadlineState.DROPPED if is_ended else DeadlineState.OPEN,
        ends_on=end.on,
        ends_at=end.at,
        act_by_on=safe_date(end.on, margin),
        act_by_at=act_by(end.on, end.at, margin, card.zones),
        period_seconds=seconds(length),
        after=After.ONCE if renews else After.NOTHING,
    )


def _one_period_days(subscription: Subscription, ends_on: date) -> float:
    period = period_of(subscription.period_count, subscription.period_unit)
    if period is None:
        return max((ends_on - subscription.starts_on).days, 1)
    return float(period.approx_days)
