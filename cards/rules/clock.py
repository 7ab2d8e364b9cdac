"""One person's clock on one deadline, and the reminder hour it goes by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count

from cards.rules.periods import LAST_DAY
from cards.rules.places import at_hour, day_at

DAY = timedelta(days=1)
# Below this a day's reminder hour would come too early or too late: leads go by the hour.
_SHORT = timedelta(hours=72)


class After(StrEnum):
    """What is said after the end."""

    SAVE = "save"
    ONCE = "once"
    NOTHING = "nothing"
    CHASE = "chase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One person's clock on one deadline; all instants aware, `hour` in the person's `zone`.

    `ends_at` None with `asks_from` is the question for an unknown date. `snoozed_at` is the
    instant the snooze was asked for: given, a snooze from before the margin is held to the
    margin's first slot even when the dates have moved since.
    """

    ends_at: datetime | None
    act_by_at: datetime | None
    save_until_at: datetime | None = None
    lost_at: datetime | None = None
    after: After = After.NOTHING
    known_at: datetime
    began_at: datetime
    period: timedelta | None = None
    leads: tuple[int, ...] = (30, 14, 7, 3, 1, 0)
    hour: time = time(9)
    zone: str = "UTC"
    snoozed_until: date | None = None
    snoozed_at: datetime | None = None
    is_seen: bool = False
    asks_from: datetime | None = None

    @property
    def start(self) -> datetime:
        """Since when this person could be told: what lies before is late knowledge."""
        return max(self.known_at, self.began_at)

    @property
    def is_short(self) -> bool:
        return self.period is not None and self.period < _SHORT


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One thing to say, at an instant (UTC); `name` is unique within a clock."""

    at: datetime
    name: str


def at(clock: Clock, day: date) -> datetime:
    """The person's reminder hour on `day`, in UTC."""
    return at_hour(day, clock.hour, clock.zone)


def every(clock: Clock, first: date, step: int, word: str) -> Iterator[Slot]:
    """Slots `word:1`, `word:2` ... from `first` on, `step` days apart, without end."""
    for n in count(1):
        day = first + (n - 1) * step * DAY
        if day > LAST_DAY:
            return
        yield Slot(at(clock, day), f"{word}:{n}")


def first_day(clock: Clock, instant: datetime) -> date:
    """The first local date whose reminder hour lies at or after `instant`."""
    day = day_at(instant, (clock.zone,)) - DAY
    while at(clock, day) < instant:
        day += DAY
    return day


def last_day(clock: Clock, instant: datetime) -> date:
    """The last local date whose reminder hour lies at or before `instant`."""
    day = day_at(instant, (clock.zone,)) + DAY
    while at(clock, day) > instant:
        day -= DAY
    return day


def next_hour(clock: Clock, instant: datetime) -> datetime:
    """The person's first reminder hour at or after `instant`, in UTC."""
    return at(clock, first_day(clock, instant))


def strictly(ordered: Iterator[Slot]) -> Iterator[Slot]:
    """Of slots at one instant the last: a zone that skips a day puts two days' hours together."""
    held: Slot | None = None
    for slot in ordered:
        if held is not None and slot.at > held.at:
            yield held
        held = slot
    if held is not None:
        yield held
