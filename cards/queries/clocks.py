"""Watches as the timetable's rules want them, and what each has already said."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from cards.models import Deadline, DeadlineKind, Reminder, ReminderState, User, Watch
from cards.rules.timetable import After, Clock


def clock_of(watch: Watch, deadline: Deadline, user: User) -> Clock:
    """Return everything that this watch's reminders depend on."""
    is_question = deadline.kind == DeadlineKind.ASK_VALIDITY
    seconds = deadline.period_seconds
    return Clock(
        ends_at=deadline.ends_at,
        act_by_at=deadline.act_by_at,
        save_until_at=deadline.save_until_at,
        lost_at=deadline.lost_at,
        after=After(deadline.after),
        known_at=deadline.known_at,
        began_at=watch.began_at,
        # Of a short period the hours speak, whatever the leads: not before a fee that is covered.
        period=None if seconds is None or deadline.is_covered else timedelta(seconds=seconds),
        leads=_leads(watch, deadline, user),
        hour=user.remind_at,
        zone=user.time_zone,
        snoozed_until=watch.snoozed_until,
        is_seen=watch.seen_at is not None,
        asks_from=deadline.known_at if is_question else None,
    )


def _leads(watch: Watch, deadline: Deadline, user: User) -> tuple[int, ...]:
    """Return the days before the end on which something is said.

    A fee is taken by the operator: before it there is something to do only where the balance is not
    known to cover it, and then not weeks ahead.
    """
    if watch.leads is not None:
        return tuple(watch.leads)
    if is_of_step(deadline):
        return (0,)  # there is nothing to do before an answer is due
    if deadline.kind != DeadlineKind.CHARGE:
        return tuple(user.leads)
    if deadline.is_covered or not user.leads:
        return ()
    # Who asked for long leads only is told as well.
    return tuple(lead for lead in user.leads if lead <= FEE_LEAD) or (FEE_LEAD,)


FEE_LEAD = 7
_OF_STEPS = (DeadlineKind.WAIT, DeadlineKind.VERIFY, DeadlineKind.LOOK, DeadlineKind.CHECK_UP)


def is_of_step(deadline: Deadline) -> bool:
    """Tell whether it is of a step of a run: what is waited for, looked at or checked on that day.

    A refund is when its subject is a step's, "<run>:<number>".
    """
    return deadline.kind in _OF_STEPS or (deadline.kind == DeadlineKind.REFUND and ":" in deadline.subject)


def speaks_of(reminder: Reminder, deadline: Deadline) -> bool:
    """Tell whether a reminder, of whatever cycle, says what the deadline says now.

    What is so counts as said and may still leave; what is not is neither. One answer for both,
    so that no reminder falls between them.
    """
    if reminder.slot == "lost" and deadline.lost_at is not None and reminder.due_at < deadline.lost_at:
        return False  # the loss was put off since: it will be said again
    if reminder.cycle == deadline.cycle:
        return True
    if reminder.ends_at != deadline.ends_at:
        return False
    is_after_end = reminder.ends_at is not None and reminder.due_at >= reminder.ends_at
    # Before the end the safe date counts too: with another margin the same slots stand on other days.
    return is_after_end or reminder.act_by_at == deadline.act_by_at


def said_slots(watches: Iterable[Watch], deadlines: dict[int, Deadline]) -> dict[int, set[str]]:
    """Return per watch the slots that need no saying again, in one query.

    Those are all of this cycle, and those of earlier cycles that spoke of the same end. One that
    was dropped was never heard, so it is not among them.
    """
    by_id = {watch.pk: deadlines[watch.deadline_id] for watch in watches}
    said: dict[int, set[str]] = defaultdict(set)
    rows = Reminder.objects.filter(watch__in=by_id).exclude(state=ReminderState.DROPPED)
    for row in rows.only("watch_id", "cycle", "slot", "ends_at", "act_by_at", "due_at"):
        if speaks_of(row, by_id[row.watch_id]):
            said[row.watch_id].add(row.slot)
    return said


def is_past_end(deadline: Deadline, now: datetime) -> bool:
    return deadline.ends_at is not None and now >= deadline.ends_at
