"""Fixed charges: their turns, each counted from the anchor. A charge without a period is taken once."""

from collections.abc import Iterator
from datetime import date, timedelta

from cards.rules.periods import LAST_DAY, Period, occurrence


def turn(first_on: date, period: Period, n: int) -> date:
    """The due day of turn `n`, the first being turn 0: 31 Jan, 28 Feb, 31 Mar.

    Beyond the calendar it is `LAST_DAY`. ValueError for a negative `n` and, after the first turn, for a
    period in hours: its turns are no days.
    """
    if n < 0:
        raise ValueError("turns are counted forward only")
    if n == 0:
        return first_on
    if period.is_hours:
        raise ValueError("a charge is not taken by the hour")
    try:
        return min(occurrence(first_on, period, n), LAST_DAY)
    except (ValueError, OverflowError):
        return LAST_DAY


def next_due(first_on: date, period: Period, confirmed: int) -> date:
    """The day that is due after so many confirmed turns; it stands until it is confirmed."""
    return turn(first_on, period, confirmed)


def turns(first_on: date, period: Period | None, *, confirmed: int = 0) -> Iterator[date]:
    """Yield the due days that are not confirmed yet, in order, to the end of the calendar."""
    if period is None:
        if confirmed == 0:
            yield first_on
        return
    n, day = confirmed, turn(first_on, period, confirmed)
    while day < LAST_DAY:
        yield day
        n += 1
        day = turn(first_on, period, n)


def due_between(
    first_on: date, period: Period | None, *, after: date, until: date, confirmed: int = 0
) -> tuple[date, ...]:
    """The due days after `after` up to and with `until`, turns that are confirmed left out."""
    if period is not None:
        confirmed = max(confirmed, _turns_surely_before(first_on, period, after))
    found = []
    for day in turns(first_on, period, confirmed=confirmed):
        if day > until:
            break
        if day > after:
            found.append(day)
    return tuple(found)


def _turns_surely_before(first_on: date, period: Period, day: date) -> int:
    """A number of turns that all lie on `day` or before it: a daily fee of years is not walked through."""
    if day < first_on or period.is_hours:
        return 0
    if period.is_calendar:
        months = (day.year - first_on.year) * 12 + day.month - first_on.month
        return max(months // period.months, 0)
    return (day - first_on) // timedelta(days=period.days)
