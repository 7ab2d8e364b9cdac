"""Events of time itself: a date was reached, the last day to save a number is over."""

from datetime import datetime

from django.db import transaction

from cards.models import Card, Deadline, DeadlineState, Event, EventKind
from cards.services.timetable import mark_stale

from .step_notes import note_reached

LIMIT = 500


def note_dates(*, now: datetime) -> int:
    """Write to the timelines what the clock did since the last tick. Idempotent."""
    reached = Deadline.objects.filter(state=DeadlineState.OPEN, noted="", ends_at__lte=now)
    lost = Deadline.objects.filter(noted="reached", lost_at__lte=now)
    return _note(list(reached[:LIMIT]), "reached", EventKind.DATE_REACHED, now) + _note(
        list(lost[:LIMIT]), "lost", EventKind.NUMBER_LOST, now
    )


def _note(rows: list[Deadline], noted: str, kind: EventKind, now: datetime) -> int:
    if not rows:
        return 0
    with transaction.atomic():
        # An end that is over may have passed: worked out anew in this very tick. Cards come first
        # in every order of locks.
        mark_stale(Card.objects.filter(pk__in={row.card_id for row in rows}))
        written = [
            row for row in rows if Deadline.objects.filter(pk=row.pk, noted=row.noted).update(noted=noted)
        ]
        Event.objects.bulk_create(
            Event(
                card_id=row.card_id,
                kind=kind,
                happened_at=now,
                details={"deadline": row.kind, "on": str(row.ends_on)},
            )
            for row in written
        )
        if kind == EventKind.DATE_REACHED:
            note_reached([(row.kind, row.subject) for row in written], now=now)
    return len(written)
