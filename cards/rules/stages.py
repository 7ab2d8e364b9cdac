"""What follows the end of a validity, and how urgent a deadline is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from cards.rules.periods import LAST_DAY, Period, add_months

_DAY = timedelta(days=1)
_DUE = timedelta(days=7)
_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AfterStage:
    """One stage after the end, such as a grace period.

    `length` None: unknown. `consequence` says what is at stake: "credit", "service" or "number".
    """

    name: str
    length: Period | None
    consequence: str


@dataclass(frozen=True, slots=True)
class AfterEnd:
    """The stages after an end, with dates.

    `boundaries` holds (stage, first day, last day or None when unknown); stages behind one of
    unknown length have no date and are left out. `save_until_on` is the last day on which the
    card can be saved, `lost_on` the first on which it can't; both None when unknown.
    """

    boundaries: tuple[tuple[AfterStage, date, date | None], ...]
    save_until_on: date | None
    lost_on: date | None
    is_unknown: bool


NOTHING_KNOWN = AfterEnd((), None, None, True)


def after_end(ends_on: date, stages: Sequence[AfterStage], *, is_lost_at_end: bool = False) -> AfterEnd:
    """Dates of the stages after `ends_on`, the last good day; no stages at all means unknown.

    With `is_lost_at_end` there are none and that is known: lost on the day after the end.

    Boundaries count from the end by the sum of the lengths so far: months summed and clamped
    once, then days. Hours count as whole days, rounded down over the sum.
    """
    if is_lost_at_end:
        return AfterEnd((), ends_on, _next_day(ends_on), False)
    if not stages:
        return NOTHING_KNOWN
    months = days = hours = 0
    first = _next_day(ends_on)
    boundaries: list[tuple[AfterStage, date, date | None]] = []
    for stage_ in stages:
        length = stage_.length
        if length is None:
            boundaries.append((stage_, first, None))
            return AfterEnd(tuple(boundaries), None, None, True)
        if length.is_calendar:
            months += length.months
        elif length.is_hours:
            hours += length.hours
        else:
            days += length.days
        last = _boundary(ends_on, months, days + hours // 24)
        boundaries.append((stage_, first, last))
        first = _next_day(last)
    return AfterEnd(tuple(boundaries), last, first, False)


def _boundary(ends_on: date, months: int, days: int) -> date:
    try:
        return add_months(ends_on, months) + timedelta(days=days)
    except (ValueError, OverflowError):
        return max(ends_on, LAST_DAY)


def _next_day(day: date) -> date:
    return day + _DAY if day < date.max else day


class Stage(StrEnum):
    """How urgent a deadline is; never stored, it changes without a write."""

    FAR = "far"
    SOON = "soon"
    DUE = "due"
    OVER = "over"
    LOST = "lost"
    UNKNOWN = "unknown"
    NONE = "none"


def stage(
    *,
    now: datetime,
    act_by_at: datetime | None,
    ends_at: datetime | None,
    lost_at: datetime | None,
) -> Stage:
    """The stage at `now`; without `act_by_at` there is no margin and `ends_at` takes its place.

    NONE is never returned: it is for cards without any deadline.
    """
    if ends_at is None:
        return Stage.UNKNOWN
    if lost_at is not None and now >= lost_at:
        return Stage.LOST
    if now >= ends_at:
        return Stage.OVER
    left = (act_by_at or ends_at) - now
    if left <= _DUE:
        return Stage.DUE
    return Stage.SOON if left <= _SOON else Stage.FAR
