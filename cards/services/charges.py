"""Fixed charges of a card: added, changed, ended. A turn is confirmed by an entry in the ledger."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cards.models import Card, Charge, ChargeKind, EventKind, User

from .cards import log_event
from .timetable import lock_card, refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """`amount` None: a bill whose amount differs. `period_count` None: once."""

    name: str
    first_on: date
    kind: str = ChargeKind.FEE
    amount: Decimal | None = None
    currency: str = ""
    period_count: int | None = None
    period_unit: str = "month"

    def onto(self, row: Charge) -> Charge:
        for item in fields(self):
            setattr(row, item.name, getattr(self, item.name))
        if self.amount is None:
            row.currency = ""
        return row


@transaction.atomic
def add_charge(*, card: Card, facts: ChargeFacts, by: User, now: datetime) -> Charge:
    """Add a fee or a bill; its first turn becomes a deadline."""
    card = lock_card(card)
    row = facts.onto(Charge(card=card, created_at=now))
    row.save()
    log_event(card=card, kind=EventKind.CHARGE_CHANGED, by=by, now=now, charge=row.name)
    refresh(card, now)
    return row


@transaction.atomic
def edit_charge(*, charge: Charge, facts: ChargeFacts, by: User, now: datetime) -> None:
    """Replace what was typed wrongly. Turns that were confirmed stay confirmed."""
    card = lock_card(charge.card)
    facts.onto(charge).save(update_fields=[item.name for item in fields(facts)])
    log_event(card=card, kind=EventKind.CHARGE_CHANGED, by=by, now=now, charge=charge.name)
    refresh(card, now)


@transaction.atomic
def end_charge(*, charge: Charge, by: User, now: datetime) -> None:
    """Say that it is not taken any more: its deadline is dropped. Idempotent."""
    card = lock_card(charge.card)
    charge.refresh_from_db(fields=["ended_at"])
    if charge.ended_at is None:
        charge.ended_at = now
        charge.save(update_fields=["ended_at"])
        log_event(card=card, kind=EventKind.CHARGE_ENDED, by=by, now=now, charge=charge.name)
        refresh(card, now)


@transaction.atomic
def reopen_charge(*, charge: Charge, by: User, now: datetime) -> None:
    """Take an ended charge back. Idempotent."""
    card = lock_card(charge.card)
    charge.refresh_from_db(fields=["ended_at"])
    if charge.ended_at is not None:
        charge.ended_at = None
        charge.save(update_fields=["ended_at"])
        log_event(card=card, kind=EventKind.CHARGE_CHANGED, by=by, now=now, charge=charge.name)
        refresh(card, now)
