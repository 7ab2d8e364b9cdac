"""A person's own clock on a deadline: snooze, seen, mute, own leads."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from cards.models import EventKind, User, Watch
from cards.queries.clocks import clock_of
from cards.rules.timetable import snooze_limit

from .cards import log_event
from .timetable import lock_card, refresh


def _change(watch: Watch, by: User, now: datetime, **changes: object) -> None:
    card = lock_card(watch.deadline.card)
    for name, value in changes.items():
        setattr(watch, name, value)
    watch.save(update_fields=list(changes))
    log_event(
        card=card,
        kind=EventKind.WATCH_CHANGED,
        by=by,
        now=now,
        deadline=watch.deadline.kind,
        change=sorted(changes),
    )
    refresh(card, now)


@transaction.atomic
def snooze(*, watch: Watch, until: date, by: User, now: datetime) -> date | None:
    """Say nothing until the reminder hour of that day; return the day it was held to.

    Never past the start of the margin, then never past the last word before the end. None:
    nothing is left to snooze.
    """
    lock_card(watch.deadline.card)
    watch.deadline.refresh_from_db()  # its date may have moved since the page was opened
    limit = snooze_limit(clock_of(watch, watch.deadline, watch.user), now=now)
    if limit is None:
        return None
    held = min(until, limit)
    _change(watch, by, now, snoozed_until=held)
    return held


@transaction.atomic
def mark_seen(*, watch: Watch, by: User, now: datetime) -> None:
    """Silence this deadline up to its margin. A moved date makes it speak again."""
    _change(watch, by, now, seen_at=now)


@transaction.atomic
def unmark(*, watch: Watch, by: User, now: datetime) -> None:
    """Take snooze, seen and mute back."""
    _change(watch, by, now, seen_at=None, snoozed_until=None, is_muted=False)


@transaction.atomic
def mute(*, watch: Watch, by: User, now: datetime) -> None:
    """Say nothing of this deadline to this person. Shown on the card's page, reversible."""
    _change(watch, by, now, is_muted=True)


@transaction.atomic
def set_leads(*, watch: Watch, leads: Sequence[int] | None, by: User, now: datetime) -> None:
    """Give the watch its own leads in days; None goes back to the person's."""
    _change(watch, by, now, leads=None if leads is None else sorted(set(leads), reverse=True))
