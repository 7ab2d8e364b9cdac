"""Working days of a country, by the operator's own weekend."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

_DAY = timedelta(days=1)
# "(estimated)" and "(observed, estimated)" stand behind the name.
ESTIMATED = "estimated)"


@dataclass(frozen=True, slots=True)
class WorkdayResult:
    """A working day reckoned; `has_estimated` when a holiday on the way is only estimated."""

    day: date
    has_estimated: bool


@dataclass(frozen=True, slots=True)
class _Year:
    off: frozenset[date]
    estimated: frozenset[date]
    made_up: frozenset[date]


_PLAIN_YEAR = _Year(frozenset(), frozenset(), frozenset())


def add_working_days(day: date, n: int, *, country: str, weekend: frozenset[int]) -> WorkdayResult:
    """The `n`-th working day after `day`, which is day 0 whatever it is.

    `country` is an ISO 3166 code; for an unknown one only the weekend counts. `weekend` holds
    weekdays, Monday 0; the country's own idea of it is not asked. Days made up for a holiday
    (China) are working days. ValueError for a negative `n` or a week without a working day.
    """
    _check(n, weekend)
    has_estimated = False
    while n > 0:
        day += _DAY
        has_estimated = has_estimated or day in _year(country, day.year).estimated
        n -= is_working_day(day, country=country, weekend=weekend)
    return WorkdayResult(day, has_estimated)


def take_working_days(day: date, n: int, *, country: str, weekend: frozenset[int]) -> WorkdayResult:
    """The last working day from which `n` working days end by `day`: the way back of `add_working_days`.

    A day off can be day 0 of a wait, but nobody takes an application on it.
    """
    _check(n, weekend)
    has_estimated = False
    while n > 0 or not is_working_day(day, country=country, weekend=weekend):
        has_estimated = has_estimated or day in _year(country, day.year).estimated
        if n > 0:
            n -= is_working_day(day, country=country, weekend=weekend)
        day -= _DAY
    return WorkdayResult(day, has_estimated)


def is_working_day(day: date, *, country: str, weekend: frozenset[int]) -> bool:
    """Whether the country works on that day; days made up for a holiday are worked."""
    year = _year(country, day.year)
    return day in year.made_up or not (day in year.off or day.weekday() in weekend)


def _check(n: int, weekend: frozenset[int]) -> None:
    if n < 0:
        raise ValueError("working days are not counted below zero")
    if len(weekend & frozenset(range(7))) == 7:
        raise ValueError("a week needs a working day")


@lru_cache(maxsize=1024)
def _year(country: str, year: int) -> _Year:
    # With the next year: its first holidays can be made up for in this December. In English,
    # because the mark of an estimated date is a word in the holiday's name.
    try:
        known = holidays.country_holidays(country, years=(year, year + 1), language="en_US")
    except NotImplementedError:
        return _PLAIN_YEAR
    ours = {day: name for day, name in known.items() if day.year == year}
    return _Year(
        off=frozenset(ours),
        estimated=frozenset(day for day, name in ours.items() if name.endswith(ESTIMATED)),
        made_up=frozenset(day for day in known.weekend_workdays if day.year == year),
    )
