"""Is a reminder still true? Asked right before its mail leaves."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from cards.models import DeadlineState, Reminder, ReminderState
from cards.queries.clocks import clock_of, speaks_of
from cards.rules.timetable import slots
from cards.services.wanted import is_silent

log = logging.getLogger(__name__)

# A new hour or zone moves a slot by less than this; what is farther ahead was not meant.
_SLACK = timedelta(days=3)


def still_true(reminders: Sequence[int], now: datetime) -> dict[int, Reminder]:
    """Return those of the reminders that may be said now, with all that their words need.

    What can't be decided is said.
    """
    rows = Reminder.objects.filter(pk__in=reminders, state=ReminderState.TAKEN)
    true = {}
    for row in rows.select_related("watch__user", "watch__deadline__card__operator"):
        card = row.watch.deadline.card
        if card.owner_id == row.watch.user_id:
            card.owner = row.watch.user
        try:
            if _is_true(row, now):
                true[row.pk] = row
        except Exception:  # one bad row never stops the others
            log.exception("reminder %s can't be checked", row.pk)
            true[row.pk] = row
    return true


def _is_true(reminder: Reminder, now: datetime) -> bool:
    """The date is the one it spoke of, and the person's clock still has its slot.

    So a date that moved, a snooze, "seen", a mute, other leads and "let it lapse" silence it, and
    what is back where it was does not.
    """
    watch = reminder.watch
    deadline = watch.deadline
    # "passed" is what a deadline becomes when its last word is taken: that word may still leave
    is_alive = deadline.state in (DeadlineState.OPEN, DeadlineState.PASSED)
    if not is_alive or watch.is_muted or is_silent(deadline.card, deadline.kind):
        return False
    if not speaks_of(reminder, deadline):
        return False
    until = max(now, reminder.due_at) + _SLACK
    planned = takewhile(lambda slot: slot.at <= until, slots(clock_of(watch, deadline, watch.user)))
    return any(slot.name == reminder.slot for slot in planned)
