"""What readings over time say: use per day, and the day on which it is used up.

The method, in one sentence: the fall between the first and the last reading since the last refill, of
the thirty days before the last reading (of the last two, where no other lies there), divided by the
days between them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import groupby

from cards.rules.periods import LAST_DAY

WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What was left (MiB, or money) on a day; `place` is the entry's place in the ledger; `at` is aware."""

    day: date
    left: Decimal
    place: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What went (`fall`, above zero) between two different days, from `count` readings."""

    fall: Decimal
    since: date
    until: date
    count: int

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def per_day(self) -> Decimal:
        return self.fall / self.days

    def lasts(self, left: Decimal) -> int:
        """For how many whole days `left` (zero or more) is enough; exact, `per_day` may be rounded."""
        return int(left * self.days // self.fall)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOut:
    """The last day that what is left is expected to cover, and the use that says so (None: it is nil)."""

    on: date
    use: Use | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overage:
    """The data is used up `days` before the plan's end; `lacks` MiB by then (None: use not known)."""

    on: date
    days: int
    lacks: int | None


def in_order(levels: Iterable[Level]) -> list[Level]:
    """Return the readings as they were taken: by day, then by instant where both have one, else by entry."""
    ordered: list[Level] = []
    for _day, group in groupby(sorted(levels, key=_by_entry), key=lambda one: one.day):
        same_day = list(group)
        timed = sorted((one for one in same_day if one.at is not None), key=_by_instant)
        # Those with an instant change places among themselves only.
        ordered.extend(one if one.at is None else timed.pop(0) for one in same_day)
    return ordered


def _by_entry(level: Level) -> tuple[date, int]:
    return level.day, level.place


def _by_instant(level: Level) -> tuple[datetime, int]:
    assert level.at is not None
    return level.at, level.place


def segment(levels: Iterable[Level]) -> list[Level]:
    """Return the readings since the last refill, those of the last thirty days, as they were taken.

    At least two where there are two: who reads once in a month gets an answer too.
    """
    run: list[Level] = []
    for level in in_order(levels):
        if run and level.left > run[-1].left:
            run = []
        run.append(level)
    recent = [level for level in run if run[-1].day - level.day <= WINDOW]
    return recent if len(recent) > 1 else run[-2:]


def use_per_day(levels: Iterable[Level]) -> Use | None:
    """Return the use, or None: fewer than two readings a day apart, or nothing was used."""
    run = segment(levels)
    return use_between(run, run[0].left - run[-1].left) if run else None


def use_between(run: list[Level], fall: Decimal) -> Use | None:
    """Return `fall` as the use between the first and the last of some readings, in order."""
    if run[-1].day == run[0].day or fall <= 0:
        return None
    return Use(fall=fall, since=run[0].day, until=run[-1].day, count=len(run))


def run_out(levels: Iterable[Level]) -> RunOut | None:
    """Return the day on which it is used up; None while nothing tells. Never before the last reading."""
    run = segment(levels)
    if not run:
        return None
    last = run[-1]
    if last.left <= 0:
        return RunOut(on=last.day, use=None)
    use = use_per_day(run)
    if use is None:
        return None
    days = use.lasts(last.left)
    if days > (LAST_DAY - last.day).days:
        return None
    return RunOut(on=last.day + timedelta(days=days), use=use)


def is_low(left: Decimal, alarm: int | None) -> bool:
    """Whether so much MiB is below what somebody wants to be warned at; nothing left is always low."""
    return left <= 0 or (alarm is not None and left < alarm)


def overage(found: RunOut | None, ends_on: date | None) -> Overage | None:
    """Return by how much the data falls short of the plan's end; None: it lasts, or nothing tells."""
    if found is None or ends_on is None or found.on >= ends_on:
        return None
    days = (ends_on - found.on).days
    lacks = None
    if found.use is not None:
        exact = found.use.fall * days / found.use.days
        lacks = int(exact.to_integral_value(ROUND_CEILING))
    return Overage(on=found.on, days=days, lacks=lacks)
