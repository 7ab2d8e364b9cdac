"""The second clock of some rules: so long a balance may stay at zero before the line is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cards.rules.ledger import READING, Entry, in_order
from cards.rules.periods import Period
from cards.rules.reckoning import Grant, reckon
from cards.rules.rulebook import Mode, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceReading:
    """A balance that somebody read off; `place` is the entry's place in the ledger."""

    day: date
    amount: Decimal
    recorded_at: datetime
    at: datetime | None = None
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroEnd:
    """The last good day, the day of the first balance at zero, and when that became known."""

    ends_on: date
    since_on: date
    known_at: datetime


def zero_end(
    readings: Sequence[BalanceReading],
    period: Period,
    *,
    zones: Sequence[str],
    raises: Iterable[Entry] = (),
) -> ZeroEnd | None:
    """The end of the time that a balance of zero leaves; None while it is not at or below zero.

    Counted from the first of the unbroken run of balances at or below zero, its own day not
    counted. `raises` are the top-ups that count: after one the balance is above zero whatever was
    read before; nothing else between two readings breaks a run. The order is the ledger's: on one
    day top-ups come before readings, unless both have an instant.
    """
    # Below every entry's own number, so that a reading is told from a top-up by its number.
    read = {-number: one for number, one in enumerate(readings, 1)}
    entries = [*(_entry(number, one) for number, one in read.items()), *raises]
    run: tuple[date, BalanceReading] | None = None
    for day, entry in in_order(entries, zones):
        one = read.get(entry.id)
        if one is None or one.amount > 0:
            run = None
        elif run is None:
            run = day, one
    if run is None:
        return None
    day, first = run
    grant = Grant(Rule(counts=frozenset(), period=period), period, Mode.RESET)
    end = reckon(None, grant, day, first.at, zones)
    return ZeroEnd(ends_on=end.on, since_on=day, known_at=first.recorded_at)


def _entry(number: int, one: BalanceReading) -> Entry:
    return Entry(
        id=number, place=one.place, kind=READING, day=one.day, at=one.at, recorded_at=one.recorded_at
    )
