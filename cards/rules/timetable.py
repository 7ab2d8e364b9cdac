"""When one person is reminded of one deadline: the slots, in order of instant.

Every function is pure: the same clock always gives the same slots, whatever was sent. What was
sent is told to `due` and `upcoming` as `done`.
"""

from collections.abc import Container, Iterator
from datetime import date, datetime
from itertools import chain

from cards.rules.afterwards import ASK_EVERY, asked, said_after
from cards.rules.clock import DAY, After, Clock, Slot, strictly
from cards.rules.leads import first_margin, planned_before, said_before
from cards.rules.places import day_at

__all__ = ["After", "Clock", "Slot", "due", "slots", "snooze_limit", "upcoming"]


def slots(clock: Clock) -> Iterator[Slot]:
    """All slots of the clock, strictly ordered by instant; chases and questions never end.

    - Late knowledge: slots before the clock's `start` are absent, except the latest of them: it
      goes at the person's next reminder hour if that is before the next slot and `act_by_at`,
      else at once. After the end it is dropped where the next one comes by that hour anyway.
    - Seen: leads are absent; without a margin the last one stays, so that the last word is said.
    - Snoozed until D: slots before the end and up to the reminder hour of D give way to one
      `snooze:D` at that hour. Where that is not before the end, the last slot before the end
      stays instead. Slots after the end are never snoozed away; use `snooze_limit` to ask for a
      day that holds.
    """
    if clock.ends_at is None:
        return asked(clock)
    before = said_before(clock, clock.ends_at)
    return strictly(chain(before, said_after(clock, clock.ends_at)))


def due(clock: Clock, *, now: datetime, done: Container[str]) -> tuple[Slot | None, tuple[Slot, ...]]:
    """What is to be said now: (the latest open slot, the older open ones, now superseded).

    Open: at or before `now`, not in `done`, and after every slot that is: once something more
    urgent was said, an older slot that turns up (a lead added later) is not said any more.
    """
    waiting, _ = _open(clock, now, done)
    if not waiting:
        return None, ()
    return waiting[-1], tuple(waiting[:-1])


def upcoming(clock: Clock, *, now: datetime, done: Container[str]) -> Slot | None:
    """The next slot to be taken: the earliest open one (see `due`), else the first after `now`."""
    waiting, ahead = _open(clock, now, done)
    if waiting:
        return waiting[0]
    return next((slot for slot in ahead if slot.name not in done), None)


def snooze_limit(clock: Clock, *, now: datetime) -> date | None:
    """The last day that a snooze asked for at `now` may name; None when there is nothing to snooze.

    Before the margin: the day of its first slot; inside it, or without one: the day of the last
    slot before the end; a question: 30 days.
    """
    if clock.ends_at is None:
        return day_at(now, (clock.zone,)) + ASK_EVERY * DAY
    planned = planned_before(clock, clock.ends_at)
    ahead = [slot for slot in planned if slot.at > now]
    if not ahead:
        return None
    limit = ahead[-1]
    margin = first_margin(planned)
    if margin is not None and margin.at > now:
        limit = margin
    return day_at(limit.at, (clock.zone,))


def _open(clock: Clock, now: datetime, done: Container[str]) -> tuple[list[Slot], Iterator[Slot]]:
    """(open slots at or before `now`, the slots after `now`)."""
    waiting: list[Slot] = []
    rest = slots(clock)
    for slot in rest:
        if slot.at > now:
            return waiting, chain((slot,), rest)
        if slot.name in done:
            waiting.clear()
        else:
            waiting.append(slot)
    return waiting, iter(())
