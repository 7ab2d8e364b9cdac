"""Plans bought for a card."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cards.models import Card, EventKind, Plan, Subscription, SubscriptionIntent, User

from .cards import log_event
from .timetable import lock_card, refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """A snapshot of the offer, and when it was bought."""

    name: str
    starts_on: date
    plan: Plan | None = None
    starts_at: datetime | None = None
    period_count: int | None = None
    period_unit: str = "day"
    has_first_day: bool = True
    price: Decimal | None = None
    currency: str = ""
    data_mib: int | None = None
    minutes: int | None = None
    sms: int | None = None
    has_hotspot: bool = False
    first_use_by_on: date | None = None
    alarm_mib: int | None = None
    is_auto_renewing: bool = False
    intent: str = SubscriptionIntent.RENEW

    def onto(self, row: Subscription) -> Subscription:
        for item in fields(self):
            setattr(row, item.name, getattr(self, item.name))
        if self.price is None:
            row.currency = ""
        return row


@transaction.atomic
def add_subscription(*, card: Card, facts: SubscriptionFacts, by: User, now: datetime) -> Subscription:
    """Add a plan to a card. Its end is worked out from its start and its period."""
    card = lock_card(card)
    row = facts.onto(Subscription(card=card, created_at=now))
    row.save()
    log_event(card=card, kind=EventKind.PLAN_CHANGED, by=by, now=now, plan=row.name)
    refresh(card, now)
    return row


@transaction.atomic
def edit_subscription(
    *, subscription: Subscription, facts: SubscriptionFacts, by: User, now: datetime
) -> None:
    """Replace what was typed wrongly; a renewal or a read date is a ledger entry instead."""
    card = lock_card(subscription.card)
    facts.onto(subscription).save(update_fields=[item.name for item in fields(facts)])
    log_event(card=card, kind=EventKind.PLAN_CHANGED, by=by, now=now, plan=subscription.name)
    refresh(card, now)


@transaction.atomic
def close_subscription(*, subscription: Subscription, by: User, now: datetime) -> None:
    """End a plan: its deadline is dropped. Idempotent."""
    card = lock_card(subscription.card)
    subscription.refresh_from_db(fields=["closed_at"])
    if subscription.closed_at is None:
        subscription.closed_at = now
        subscription.save(update_fields=["closed_at"])
        log_event(card=card, kind=EventKind.PLAN_CLOSED, by=by, now=now, plan=subscription.name)
        refresh(card, now)


@transaction.atomic
def reopen_subscription(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Take an ended plan back. Idempotent."""
    card = lock_card(subscription.card)
    subscription.refresh_from_db(fields=["closed_at"])
    if subscription.closed_at is not None:
        subscription.closed_at = None
        subscription.save(update_fields=["closed_at"])
        log_event(card=card, kind=EventKind.PLAN_REOPENED, by=by, now=now, plan=subscription.name)
        refresh(card, now)
