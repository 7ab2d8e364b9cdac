"""Ends of plans, and the safe date beside the operator's."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from cards.rules.periods import Period, occurrence
from cards.rules.places import day_at, end_of_day, start_of_day

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_LONG = timedelta(days=90)
_MIDDLE = timedelta(days=28)


def subscription_end(
    *,
    bought_on: date | None,
    bought_at: datetime | None,
    period: Period,
    zones: Sequence[str],
    counts_first_day: bool = True,
    renewals: int = 0,
) -> tuple[date, datetime]:
    """(last good day, instant in UTC) of a plan bought then and renewed `renewals` times.

    An instant rules over the day; hours without one count from the day's first instant.
    ValueError when neither is given or the end lies past the year 9999.
    """
    day = bought_on if bought_at is None else day_at(bought_at, zones)
    if day is None:
        raise ValueError("a plan needs the day or the instant it was bought")
    times = 1 + renewals
    try:
        if period.is_hours:
            starts_at = start_of_day(day, zones) if bought_at is None else bought_at
            ends_at = starts_at + timedelta(hours=times * period.hours)
            return max(day_at(ends_at - _INSTANT, zones), day), ends_at
        ends_on = occurrence(day, period, times)
        if counts_first_day:
            ends_on -= _DAY
        return ends_on, end_of_day(ends_on, zones)
    except OverflowError as error:
        raise ValueError("the plan ends past the year 9999") from error


def margin_days(period: timedelta | None) -> int:
    """Days between the safe date and the end: 7 from 90 days on, 1 from 28, else 0.

    An unknown period gets 7.
    """
    if period is None or period >= _LONG:
        return 7
    return 1 if period >= _MIDDLE else 0


def act_by(ends_on: date | None, ends_at: datetime, margin: int, zones: Sequence[str]) -> datetime:
    """The end of the safe date (`ends_on` - `margin` days) in UTC; `ends_at` without a margin."""
    if margin <= 0 or ends_on is None:
        return ends_at
    return min(end_of_day(ends_on - margin * _DAY, zones), ends_at)
