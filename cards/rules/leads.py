"""The slots before the end: leads, the margin, late knowledge, seen and snoozed."""

from datetime import datetime, timedelta
from itertools import count, takewhile

from cards.rules.clock import DAY, Clock, Slot, at, last_day, next_hour, strictly

# A reminder that comes less than this before the last moment leaves no time to act.
_TIME_TO_ACT = timedelta(hours=6)
_HOUR_LEADS = (12, 3)


def said_before(clock: Clock, ends_at: datetime) -> list[Slot]:
    """What is really said before the end: see `timetable.slots` for the rules."""
    planned = _told_late(clock, planned_before(clock, ends_at), ends_at)
    return _snoozed(clock, _unseen(clock, planned), ends_at)


def planned_before(clock: Clock, ends_at: datetime) -> list[Slot]:
    """Leads and margin as planned, before anything known late, seen or snoozed."""
    if clock.is_short:
        return _hour_leads(clock, ends_at)
    act_by_at = _act_by(clock, ends_at)
    base = last_day(clock, act_by_at - _TIME_TO_ACT)
    planned = [Slot(at(clock, base - lead * DAY), f"lead:{lead}") for lead in _leads(clock, ends_at)]
    if act_by_at < ends_at:
        margin = (Slot(at(clock, base + n * DAY), f"margin:{n}") for n in count(1))
        planned.extend(takewhile(lambda slot: slot.at < ends_at, margin))
    return list(strictly(iter(planned)))


def _leads(clock: Clock, ends_at: datetime) -> list[int]:
    """The person's leads of at most half the period, longest first; lead 0 always may be."""
    period = ends_at - clock.known_at if clock.period is None else clock.period
    asked = sorted({lead for lead in clock.leads if lead >= 0}, reverse=True)
    fitting = [lead for lead in asked if lead == 0 or lead * DAY * 2 <= period]
    # Someone who asked for long leads only is still told once of a short period.
    return fitting or [0 for _ in asked[:1]]


def _hour_leads(clock: Clock, ends_at: datetime) -> list[Slot]:
    planned = [
        Slot(ends_at - timedelta(hours=lead), f"lead:{lead}h")
        for lead in _HOUR_LEADS
        if clock.period is None or timedelta(hours=lead) * 2 <= clock.period
    ]
    if not planned and clock.start < ends_at:
        return [Slot(clock.start, "lead:0h")]
    return planned


def _told_late(clock: Clock, planned: list[Slot], ends_at: datetime) -> list[Slot]:
    """Drop what lies before `start`; the latest of it goes at the person's next reminder hour.

    It goes at once (at `start`) where that hour is not before the next slot and before
    `act_by_at`, and in periods reminded by the hour. Never at or after the end.
    """
    start = clock.start
    missed = [slot for slot in planned if slot.at < start]
    if not missed:
        return planned
    left = planned[len(missed) :]
    following = left[0].at if left else ends_at
    moved = start if clock.is_short else next_hour(clock, start)
    if moved >= min(following, _act_by(clock, ends_at)):
        moved = start
    return [Slot(moved, missed[-1].name), *left] if moved < following else left


def _unseen(clock: Clock, planned: list[Slot]) -> list[Slot]:
    if not clock.is_seen:
        return planned
    if first_margin(planned) is None:
        return planned[-1:]
    return [slot for slot in planned if not slot.name.startswith("lead:")]


def _snoozed(clock: Clock, planned: list[Slot], ends_at: datetime) -> list[Slot]:
    if clock.snoozed_until is None:
        return planned
    wakes_at = at(clock, clock.snoozed_until)
    if wakes_at < clock.start:
        return planned
    margin = first_margin(planned)
    since = clock.snoozed_at
    if since is not None and margin is not None and since < margin.at < wakes_at:
        return [slot for slot in planned if slot.at >= margin.at]
    if wakes_at >= ends_at:
        return planned[-1:]
    name = f"snooze:{clock.snoozed_until.isoformat()}"
    return [Slot(wakes_at, name), *(slot for slot in planned if slot.at > wakes_at)]


def first_margin(planned: list[Slot]) -> Slot | None:
    """The slot with which the margin begins; None where there is no margin."""
    return next((slot for slot in planned if slot.name.startswith("margin:")), None)


def _act_by(clock: Clock, ends_at: datetime) -> datetime:
    return ends_at if clock.act_by_at is None else min(clock.act_by_at, ends_at)
