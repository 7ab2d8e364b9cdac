"""Working days of a country, by the operator's own weekend."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

_DAY = timedelta(days=1)
_ESTIMATED = "(estimated)"


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
    if n < 0:
        raise ValueError("working days are counted forward only")
    if len(weekend & frozenset(range(7))) == 7:
        raise ValueError("a week needs a working day")
    has_estimated = False
    while n > 0:
        day += _DAY
        year = _year(country, day.year)
        has_estimated = has_estimated or day in year.estimated
        is_off = day in year.off or day.weekday() in weekend
        if day in year.made_up or not is_off:
            n -= 1
    return WorkdayResult(day, has_estimated)


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
        estimated=frozenset(day for day, name in ours.items() if _ESTIMATED in name),
        made_up=frozenset(day for day in known.weekend_workdays if day.year == year),
    )
