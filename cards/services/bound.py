"""Accounts that need a card's number: bank, messenger, second factor. No effect on dates."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction

from cards.models import BoundService, Card, EventKind, ServiceKind, User

from .cards import log_event
from .timetable import lock_card


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFacts:
    """`moved_on` set: the account hangs on this number no more."""

    name: str
    kind: str = ServiceKind.OTHER
    is_critical: bool = False
    note: str = ""
    moved_to: str = ""
    moved_on: date | None = None

    def onto(self, row: BoundService) -> BoundService:
        for item in fields(self):
            setattr(row, item.name, getattr(self, item.name))
        return row


def _log(row: BoundService, kind: str, by: User, now: datetime) -> None:
    # How many there are now, never which: a history is read by more people than its holder.
    left = BoundService.objects.filter(card=row.card_id, moved_on=None).count()
    log_event(card=row.card, kind=kind, by=by, now=now, services=left)


@transaction.atomic
def add_service(*, card: Card, facts: BoundFacts, by: User, now: datetime) -> BoundService:
    row = facts.onto(BoundService(card=lock_card(card)))
    row.save()
    _log(row, EventKind.SERVICE_CHANGED, by, now)
    return row


@transaction.atomic
def edit_service(*, service: BoundService, facts: BoundFacts, by: User, now: datetime) -> None:
    lock_card(service.card)
    facts.onto(service).save()
    _log(service, EventKind.SERVICE_CHANGED, by, now)


@transaction.atomic
def move_service(
    *, service: BoundService, moved_on: date | None, moved_to: str, by: User, now: datetime
) -> None:
    """Say that the account was moved to another number; None: it hangs on this one again."""
    lock_card(service.card)
    service.moved_on, service.moved_to = moved_on, moved_to
    service.save(update_fields=["moved_on", "moved_to"])
    _log(service, EventKind.SERVICE_CHANGED, by, now)


@transaction.atomic
def remove_service(*, service: BoundService, by: User, now: datetime) -> None:
    """Remove what was never bound to this number. What was moved is marked as moved instead."""
    lock_card(service.card)
    service.delete()
    _log(service, EventKind.SERVICE_REMOVED, by, now)
