"""Lengths of time as operators write them, and dates counted from an anchor."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from cards.rules.words import gettext_noop

# Far beyond any card, near enough to date.max that stages and zones still fit behind it.
LAST_DAY = date(9990, 12, 31)


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Period:
    """`count` units of time; 180 days is not 6 months. ValueError when count is below 1."""

    count: int
    unit: Unit
    # Worked out once: a ledger of fifty entries asks for them a hundred times.
    is_hours: bool = field(init=False, repr=False, compare=False)
    is_calendar: bool = field(init=False, repr=False, compare=False)
    length: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(gettext_noop("a period needs a count of at least 1"))
        try:
            length = timedelta(days=self.approx_days)
        except OverflowError as error:
            raise ValueError(gettext_noop("a period of that length is no period")) from error
        object.__setattr__(self, "is_hours", self.unit is Unit.HOUR)
        object.__setattr__(self, "is_calendar", self.unit in _MONTHS)
        object.__setattr__(self, "length", length)

    @property
    def months(self) -> int:
        """Length in months; ValueError for other units."""
        if not self.is_calendar:
            raise ValueError(f"a period in {self.unit}s has no months")
        return self.count * _MONTHS[self.unit]

    @property
    def days(self) -> int:
        """Length in days; ValueError for hours and for units counted in months."""
        if self.unit not in _DAYS:
            raise ValueError(f"a period in {self.unit}s has no fixed days")
        return self.count * _DAYS[self.unit]

    @property
    def hours(self) -> int:
        """Length in hours; ValueError for every other unit."""
        if not self.is_hours:
            raise ValueError(f"a period in {self.unit}s has no fixed hours")
        return self.count

    @property
    def approx_days(self) -> float:
        """Length in days for margins and leads (`length`, the same as a timedelta).

        A month is a twelfth of 365.25 days: a quarter is always 90 days and more.
        """
        if self.unit is Unit.HOUR:
            return self.count / 24
        if self.unit in _DAYS:
            return float(self.count * _DAYS[self.unit])
        return self.count * _MONTHS[self.unit] * _DAYS_A_MONTH


@lru_cache(maxsize=2048)
def _step(months: int) -> relativedelta:
    return relativedelta(months=months)


def add_months(anchor: date, months: int) -> date:
    """`anchor` + `months`, clamped to that month's last day; ValueError past the year 9999.

    One addition from the anchor: relativedelta chained month by month drifts to the 28th.
    """
    if anchor.day > 28:
        return anchor + _step(months)
    # Every month has this day: no clamping, and a tenth of the time over thousands of replays.
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month0 + 1, anchor.day)


def occurrence(anchor: date, period: Period, n: int) -> date:
    """`anchor` + n x `period`, always from the anchor: 31 Jan, 28 Feb, 31 Mar.

    ValueError for periods in hours and for dates past the year 9999.
    """
    if period.is_calendar:
        return add_months(anchor, n * period.months)
    try:
        return anchor + timedelta(days=n * period.days)
    except OverflowError as error:
        raise ValueError("the date lies past the year 9999") from error
