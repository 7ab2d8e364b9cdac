"""What trips need, day by day, and the usual scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

# Three years; more is no trip, and would keep a page waiting.
MOST_DAYS = 1096
MOST = 10**9
# A century before the calendar's end: a plan bought on a trip may run on behind it.
_LAST_TRIP_DAY = date(9890, 12, 31)


class Amounts(NamedTuple):
    """MiB, minutes and SMS: what a day needs, what a plan holds, what is left of it."""

    data_mib: int
    minutes: int
    sms: int


@dataclass(frozen=True, slots=True)
class Amount:
    """`count` MiB, minutes or SMS a day or for the whole trip. ValueError when out of range."""

    count: int
    is_per_day: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.count <= MOST:
            raise ValueError("an amount must be zero or more, and at most a thousand million")

    def on(self, number: int, days: int) -> int:
        """The share of the trip's day `number` (from 0) of `days`.

        An amount for the whole trip is spread evenly in whole units, the odd ones on earlier
        days: 10 over 4 days are 3, 2, 3, 2. The shares add up to the amount.
        """
        if self.is_per_day:
            return self.count
        # -(-a // b) is a / b rounded up.
        return -(-(number + 1) * self.count // days) + (-number * self.count // days)


NOTHING = Amount(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Days from `starts_on` to `ends_on`, both travelled, and what they need.

    A day that needs no data, minutes or SMS still needs a running plan. ValueError when the
    days are the wrong way round or more than `MOST_DAYS`.
    """

    starts_on: date
    ends_on: date
    data_mib: Amount = NOTHING
    minutes: Amount = NOTHING
    sms: Amount = NOTHING
    needs_hotspot: bool = False

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError("a trip can't end before it starts")
        if self.days > MOST_DAYS or self.ends_on > _LAST_TRIP_DAY:
            raise ValueError("a trip of more than three years is no trip")

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class Demand:
    """What all trips together need on each of their days, in order of the days.

    `totals` holds for data, minutes and SMS what the first n days need together (n from 0).
    """

    days: tuple[date, ...]
    needs: tuple[Amounts, ...]
    with_hotspot: tuple[bool, ...]
    totals: tuple[tuple[int, ...], ...]


def demand_of(trips: Sequence[Trip]) -> Demand:
    """Add up the trips, day by day; ValueError without a trip or with more than `MOST_DAYS`."""
    if not trips:
        raise ValueError("there is no trip")
    needs: dict[date, Amounts] = {}
    with_hotspot: set[date] = set()
    for trip in trips:
        for number in range(trip.days):
            day = trip.starts_on + timedelta(days=number)
            before = needs.get(day, Amounts(0, 0, 0))
            wanted = (amount.on(number, trip.days) for amount in (trip.data_mib, trip.minutes, trip.sms))
            needs[day] = Amounts(*(had + more for had, more in zip(before, wanted, strict=True)))
            if trip.needs_hotspot:
                with_hotspot.add(day)
    if len(needs) > MOST_DAYS:
        raise ValueError("trips of more than three years together are no trips")
    days = tuple(sorted(needs))
    ordered = tuple(needs[day] for day in days)
    totals = tuple(tuple(accumulate(column, initial=0)) for column in zip(*ordered, strict=True))
    return Demand(days, ordered, tuple(day in with_hotspot for day in days), totals)


class Scenario(StrEnum):
    SHORT_TRIP = "short-trip"
    FREQUENT_TRAVELLER = "frequent-traveller"
    LONG_POSTING = "long-posting"


@dataclass(frozen=True, slots=True)
class Preset:
    """`trips` trips of `days` days each, one every `every_days`, with MiB a day."""

    scenario: Scenario
    trips: int
    days: int
    every_days: int
    data_mib_a_day: int

    def from_day(self, starts_on: date) -> tuple[Trip, ...]:
        """The scenario's trips, the first one from `starts_on`."""
        starts = (starts_on + timedelta(days=number * self.every_days) for number in range(self.trips))
        data = Amount(self.data_mib_a_day, is_per_day=True)
        return tuple(
            Trip(starts_on=start, ends_on=start + timedelta(days=self.days - 1), data_mib=data)
            for start in starts
        )


# Without minutes, SMS and hotspot: few data cards have them, and then nothing would fit.
PRESETS = (
    Preset(Scenario.SHORT_TRIP, trips=1, days=4, every_days=4, data_mib_a_day=500),
    Preset(Scenario.FREQUENT_TRAVELLER, trips=8, days=3, every_days=7, data_mib_a_day=500),
    Preset(Scenario.LONG_POSTING, trips=1, days=365, every_days=365, data_mib_a_day=500),
)
