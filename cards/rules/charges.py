"""Fixed charges: their turns, each counted from the anchor. A charge without a period is taken once."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from cards.rules.periods import LAST_DAY, Period, occurrence

# A turn is paid this long before its day at most: what is older was meant for another one.
EARLIEST = timedelta(days=60)


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


def confirmed_turns(first_on: date, period: Period | None, days: Iterable[date]) -> int:
    """Count the turns that entries of these days confirm, whatever their order.

    A turn that is still to come is confirmed from the day after the turn before it, and not on a day
    that has confirmed one already: the same turn said twice, or said under other facts of the charge,
    leaves none out. In doubt the turn stands.
    """
    if period is None:
        return 1 if any(True for _ in days) else 0
    count, last = 0, None
    for day in sorted(days):
        due = turn(first_on, period, count)
        is_doubtful = day <= _turn_before(first_on, period, count) or day < due - EARLIEST or day == last
        if day >= due or not is_doubtful:
            count, last = count + 1, day
    return count


def _turn_before(first_on: date, period: Period, n: int) -> date:
    """The due day before turn `n`; before the first turn as far back as the second lies ahead."""
    if n > 0:
        return turn(first_on, period, n - 1)
    if period.is_hours:
        return date.min
    try:
        return occurrence(first_on, period, -1)
    except (ValueError, OverflowError):
        return date.min


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


def count_until(first_on: date, period: Period | None, until: date, *, confirmed: int = 0) -> int:
    """How many turns are due up to and with `until`, turns that are confirmed left out."""
    if period is None:
        return int(confirmed == 0 and first_on <= until)
    limit = min(until, LAST_DAY - timedelta(days=1))
    count = _turns_surely_before(first_on, period, limit)
    while turn(first_on, period, count) <= limit:
        count += 1
    return max(count - confirmed, 0)


def _turns_surely_before(first_on: date, period: Period, day: date) -> int:
    """A number of turns that all lie on `day` or before it: a daily fee of years is not walked through."""
    if day < first_on or period.is_hours:
        return 0
    if period.is_calendar:
        months = (day.year - first_on.year) * 12 + day.month - first_on.month
        return max(months // period.months, 0)
    return (day - first_on) // timedelta(days=period.days)
