"""Taking: due watches become reminders, grouped into one message per person and channel."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from cards.delivery.outbox import make_message
from cards.models import (
    Card,
    Deadline,
    DeadlineState,
    Message,
    MessageKind,
    MessageReminder,
    Reminder,
    ReminderState,
    Watch,
)
from cards.queries.clocks import clock_of, said_slots
from cards.rules.timetable import Slot, due, upcoming
from cards.services.timetable import mark_stale

log = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 100
LATE_AFTER = timedelta(hours=2)
POISON_WAIT = timedelta(hours=1)


class MovedMeanwhile(Exception):
    """A watch that was due when it was read is not due any more."""


@dataclass(slots=True)
class Taken:
    """What one round of taking did."""

    messages: int = 0
    reminders: int = 0
    poisoned: int = 0


def take(*, now: datetime, is_time_over: Callable[[], bool]) -> Taken:
    """Take every reminder that is due. Idempotent: what is taken is not due any more."""
    taken = Taken()
    while not is_time_over():
        people = _people_due(now)
        if not people:
            break
        try:
            _take_people(people, now, taken)
        except Exception:
            log.exception("taking reminders failed for a group, going on person by person")
            for person in people:
                if is_time_over():
                    break
                _take_person(person, now, taken)
    return taken


def _people_due(now: datetime) -> list[int]:
    """Return whose reminders are due, the longest waiting first."""
    rows = (
        Watch.objects.filter(next_at__lte=now)
        .order_by("next_at")
        .values_list("user_id", flat=True)[: PEOPLE_AT_ONCE * 4]
    )
    return list(dict.fromkeys(rows))[:PEOPLE_AT_ONCE]


def _take_person(person: int, now: datetime, taken: Taken) -> None:
    try:
        _take_people([person], now, taken)
    except Exception:
        log.exception("taking the reminders of person %s failed", person)
        for watch in Watch.objects.filter(next_at__lte=now, user=person):
            _take_watch_alone(watch, now, taken)


def _take_watch_alone(watch: Watch, now: datetime, taken: Taken) -> None:
    """Find the poison row: it is pushed into the future and reported, the others go out."""
    try:
        _take_people([watch.user_id], now, taken, only=watch.pk)
    except Exception:
        log.exception("watch %s can't be taken; next try in an hour", watch.pk)
        Watch.objects.filter(pk=watch.pk, next_at__lte=now).update(next_at=now + POISON_WAIT)
        taken.poisoned += 1


def _take_people(people: Sequence[int], now: datetime, taken: Taken, only: int | None = None) -> None:
    """Take what is due for these people; have the cards looked at whose deadlines may have passed."""
    finished = _take_all(people, now, taken, only)
    if finished:
        # After the watches are let go: who holds a card waits for watches, never the other way.
        mark_stale(Card.objects.filter(pk__in=finished))


@transaction.atomic
def _take_all(people: Sequence[int], now: datetime, taken: Taken, only: int | None) -> set[int]:
    """Reminders, messages and the next instants: all of it or nothing.

    Return the cards with a deadline that has just said its last word.
    """
    rows = Watch.objects.filter(next_at__lte=now, user__in=people)
    if only is not None:
        rows = rows.filter(pk=only)
    # In the order in which a refresh locks them.
    watches = list(rows.select_for_update(of=("self",)).select_related("user").order_by("pk"))
    # Read after the lock, so that a date moved just before is seen.
    ids = {watch.deadline_id for watch in watches}
    deadlines = Deadline.objects.in_bulk(ids)
    said = said_slots(watches, deadlines)
    reminders: list[Reminder] = []
    finished: set[int] = set()
    for watch in watches:
        deadline = deadlines[watch.deadline_id]
        new = _take_watch(watch, deadline, said[watch.pk], now)
        reminders += new
        if watch.next_at is None and deadline.state == DeadlineState.OPEN:
            finished.add(deadline.card_id)
    _move_on(watches, now)
    _write(watches, reminders, now, taken)
    return finished


def _move_on(watches: Sequence[Watch], now: datetime) -> None:
    """Write the next instants, those that are alike in one statement.

    The rows are locked; the condition is the second lock, and a row that slipped through undoes
    the whole group: then it is taken person by person.
    """
    alike: dict[tuple[datetime | None, str], list[int]] = defaultdict(list)
    for watch in watches:
        alike[watch.next_at, watch.slot].append(watch.pk)
    for (next_at, slot), ids in alike.items():
        moved = Watch.objects.filter(pk__in=ids, next_at__lte=now).update(next_at=next_at, slot=slot)
        if moved != len(ids):
            raise MovedMeanwhile(f"{len(ids) - moved} of {len(ids)} watches were moved by somebody else")


def _take_watch(watch: Watch, deadline: Deadline, said: set[str], now: datetime) -> list[Reminder]:
    """Return the reminders that are due, at most one of them to be said, and move the watch on."""
    clock = clock_of(watch, deadline, watch.user)
    speaks: Slot | None = None
    skipped: tuple[Slot, ...] = ()
    following: Slot | None = None
    if deadline.state == DeadlineState.OPEN and not watch.is_muted:
        speaks, skipped = due(clock, now=now, done=said)
        said |= {slot.name for slot in (*skipped, *filter(None, [speaks]))}
        following = upcoming(clock, now=now, done=said)
    watch.next_at = following.at if following else None
    watch.slot = following.name if following else ""
    new = [_reminder(watch, deadline, slot, ReminderState.SUPERSEDED, now) for slot in skipped]
    if speaks is not None:
        spoken = _reminder(watch, deadline, speaks, ReminderState.TAKEN, now)
        # What was skipped should have been said earlier, so this one comes late too.
        spoken.is_late = spoken.is_late or any(row.is_late for row in new)
        new.append(spoken)
    return new


def _reminder(watch: Watch, deadline: Deadline, slot: Slot, state: str, now: datetime) -> Reminder:
    return Reminder(
        watch=watch,
        cycle=deadline.cycle,
        slot=slot.name,
        state=state,
        ends_at=deadline.ends_at,
        act_by_at=deadline.act_by_at,
        due_at=slot.at,
        taken_at=now,
        is_late=now - slot.at > LATE_AFTER,
    )


def _write(watches: Sequence[Watch], reminders: list[Reminder], now: datetime, taken: Taken) -> None:
    spoken = [row for row in reminders if row.state == ReminderState.TAKEN]
    # An older one that still waits for the mail server is overtaken: one thing per deadline.
    Reminder.objects.filter(watch__in=[row.watch_id for row in spoken], state=ReminderState.TAKEN).update(
        state=ReminderState.SUPERSEDED
    )
    Reminder.objects.bulk_create(
        reminders,
        # One that was dropped unheard in this cycle may come back: by the same row, for its key is the same.
        update_conflicts=True,
        unique_fields=["watch", "cycle", "slot"],
        update_fields=["state", "ends_at", "act_by_at", "due_at", "taken_at", "is_late"],
    )
    by_person: dict[int, list[Reminder]] = defaultdict(list)
    for row in spoken:
        by_person[row.watch.user_id].append(row)
    users = {watch.user_id: watch.user for watch in watches}
    messages = [
        make_message(
            now=now,
            kind=MessageKind.REMINDER,
            user=users[person],
            address=users[person].email,
            language=users[person].language,
        )
        for person in by_person
    ]
    Message.objects.bulk_create(messages)
    MessageReminder.objects.bulk_create(
        MessageReminder(message=message, reminder=reminder)
        for message in messages
        for reminder in by_person[message.user_id or 0]
    )
    taken.messages += len(messages)
    taken.reminders += len(spoken)
