"""Dates that stand by themselves on a card."""

from datetime import date, datetime

from django.db import transaction

from cards.models import Card, CardDate, EventKind, User

from .cards import log_event
from .timetable import lock_card, refresh


def _log(card: Card, kind: str, row: CardDate, by: User, now: datetime) -> None:
    log_event(card=card, kind=kind, by=by, now=now, date=row.kind, on=str(row.due_on))


@transaction.atomic
def add_date(*, card: Card, kind: str, due_on: date, note: str, by: User, now: datetime) -> CardDate:
    """Add a date with its own deadline and reminders."""
    card = lock_card(card)
    row = CardDate.objects.create(card=card, kind=kind, due_on=due_on, note=note, recorded_at=now)
    _log(card, EventKind.DATE_CHANGED, row, by, now)
    refresh(card, now)
    return row


@transaction.atomic
def edit_date(*, row: CardDate, kind: str, due_on: date, note: str, by: User, now: datetime) -> None:
    """Move a date. Its reminders follow."""
    card = lock_card(row.card)
    has_moved = row.due_on != due_on
    row.kind, row.due_on, row.note = kind, due_on, note
    if has_moved:
        row.recorded_at = now
    row.save(update_fields=["kind", "due_on", "note", "recorded_at"])
    _log(card, EventKind.DATE_CHANGED, row, by, now)
    refresh(card, now)


@transaction.atomic
def meet_date(*, row: CardDate, is_met: bool, by: User, now: datetime) -> None:
    """Tick a date off, or take the tick back."""
    card = lock_card(row.card)
    row.met_at = now if is_met else None
    row.save(update_fields=["met_at"])
    _log(card, EventKind.DATE_MET if is_met else EventKind.DATE_CHANGED, row, by, now)
    refresh(card, now)


@transaction.atomic
def delete_date(*, row: CardDate, by: User, now: datetime) -> None:
    """Remove a date that was never meant; its deadline is dropped."""
    card = lock_card(row.card)
    _log(card, EventKind.DATE_REMOVED, row, by, now)
    row.delete()
    refresh(card, now)
