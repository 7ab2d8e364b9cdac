"""The slots after the end, and the questions about an unknown date."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, takewhile

from cards.rules.clock import DAY, After, Clock, Slot, at, every, first_day, next_hour
from cards.rules.places import day_at

_DAILY_WHEN_UNKNOWN = 14
_LAST_WHEN_UNKNOWN = 90
_WEEK = 7
_FIRST_ASK = 7
ASK_EVERY = 30


def said_after(clock: Clock, ends_at: datetime) -> Iterator[Slot]:
    """The slots after the end, lazily; of those before `start` the latest moves."""
    return _told_late(clock, _planned(clock, ends_at))


def _planned(clock: Clock, ends_at: datetime) -> Iterator[Slot]:
    """Slots after the end as planned; numbers count days (`after:`) or times (`chase:`)."""
    first = first_day(clock, ends_at)
    if clock.after is After.ONCE:
        return iter((Slot(at(clock, first), "after:1"),))
    if clock.after is After.CHASE:
        return every(clock, first, _WEEK, "chase")
    if clock.after is After.SAVE:
        if clock.lost_at is None:
            return _while_unknown(clock, first)
        return _until_lost(clock, first, clock.lost_at)
    return iter(())


def _until_lost(clock: Clock, first: date, lost_at: datetime) -> Iterator[Slot]:
    yield from takewhile(lambda slot: slot.at < lost_at, every(clock, first, 1, "after"))
    yield Slot(at(clock, max(first, first_day(clock, lost_at))), "lost")


def _while_unknown(clock: Clock, first: date) -> Iterator[Slot]:
    weekly = range(_DAILY_WHEN_UNKNOWN + _WEEK, _LAST_WHEN_UNKNOWN + 1, _WEEK)
    for n in chain(range(1, _DAILY_WHEN_UNKNOWN + 1), weekly):
        yield Slot(at(clock, first + (n - 1) * DAY), f"after:{n}")
    yield Slot(at(clock, first + (weekly[-1] + _WEEK - 1) * DAY), "ask-lost")


def _told_late(clock: Clock, planned: Iterator[Slot]) -> Iterator[Slot]:
    """The latest slot before `start` moves to the next hour, unless another comes by then."""
    missed: Slot | None = None
    following: Slot | None = None
    for slot in planned:
        if slot.at >= clock.start:
            following = slot
            break
        missed = slot
    if missed is not None:
        moved = next_hour(clock, clock.start)
        if following is None or moved < following.at:
            yield Slot(moved, missed.name)
    if following is not None:
        yield following
        yield from planned


def asked(clock: Clock) -> Iterator[Slot]:
    """The questions for an unknown date: 7 days after `asks_from`, then every 30, without end."""
    if clock.asks_from is None:
        return iter(())
    first = day_at(clock.asks_from, (clock.zone,)) + _FIRST_ASK * DAY
    asks = every(clock, first, ASK_EVERY, "ask")
    if clock.snoozed_until is None:
        return asks
    wakes_at = at(clock, clock.snoozed_until)
    if wakes_at < clock.asks_from:
        return asks
    snooze = Slot(wakes_at, f"snooze:{clock.snoozed_until.isoformat()}")
    return chain((snooze,), (slot for slot in asks if slot.at > wakes_at))
