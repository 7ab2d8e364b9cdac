"""The balance between readings: an estimate, the day it can't cover what is due, a fall nobody explains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from cards.rules.charges import count_until, due_between
from cards.rules.periods import LAST_DAY, Period
from cards.rules.usage import Level, Use, in_order, use_between

# Farther ahead an estimate says nothing.
HORIZON = timedelta(days=3 * 366)
# Money is read off less often than data.
WINDOW = timedelta(days=90)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Money that a recorded entry put on the balance (positive) or took from it, in its currency."""

    day: date
    amount: Decimal
    place: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fixed charge in the balance's currency; `confirmed` turns are in the ledger. `period` None: once."""

    amount: Decimal
    first_on: date
    period: Period | None
    confirmed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The balance now: as read on `read_on`, moved by what was recorded since (then `is_estimated`)."""

    amount: Decimal
    read_on: date
    is_estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """Between two readings the balance fell by `amount` more than the entries explain."""

    amount: Decimal
    since: date
    until: date


def moved_by(levels: Sequence[Level], moves: Sequence[Move]) -> tuple[Move, ...]:
    """Return what was recorded after the last reading, in order; nothing without a reading."""
    if not levels:
        return ()
    found = _after(moves, in_order(levels)[-1])
    return tuple(sorted(found, key=lambda move: (move.day, move.place)))


def estimate(levels: Sequence[Level], moves: Sequence[Move]) -> Estimate | None:
    """Return the last reading with what was recorded after it; None without a reading.

    A reading contains what was done on its day, unless both have an instant.
    """
    if not levels:
        return None
    last, since = in_order(levels)[-1], moved_by(levels, moves)
    return Estimate(amount=last.left + _sum(since), read_on=last.day, is_estimated=bool(since))


def other_use(levels: Sequence[Level], moves: Sequence[Move]) -> Use | None:
    """Return what is used a day beside what was recorded, between the first and the last reading.

    Of the readings of the last ninety days; a balance that rose more than recorded says nothing.
    """
    run = in_order(levels)
    run = [level for level in run if run[-1].day - level.day <= WINDOW]
    if not run:
        return None
    return use_between(run, _fall(run[0], run[-1], moves))


def short_on(now: Estimate, fees: Sequence[Fee], use: Use | None = None) -> date | None:
    """Return the first day on which the balance does not cover what is taken; None: none within three years.

    Turns that are due and not confirmed count as taken: the estimate is rather too low. Never before
    the last reading.
    """
    most = min(HORIZON, LAST_DAY - now.read_on).days
    if _is_short(now, fees, use, 0):
        return now.read_on
    if not _is_short(now, fees, use, most):
        return None
    # What is taken never comes back, so the first short day is found by halving, not by walking there.
    enough, short = 0, most
    while short - enough > 1:
        middle = (enough + short) // 2
        if _is_short(now, fees, use, middle):
            short = middle
        else:
            enough = middle
    return now.read_on + short * _DAY


def _is_short(now: Estimate, fees: Sequence[Fee], use: Use | None, days: int) -> bool:
    """Whether the balance does not cover what is taken up to so many days after it was read."""
    until = now.read_on + days * _DAY
    left = now.amount - sum((_taken(fee, until) for fee in fees), Decimal(0))
    return left < 0 or (use is not None and use.lasts(left) < days)


def tops_up_on(now: Estimate, below: Decimal, fees: Sequence[Fee], use: Use | None = None) -> date | None:
    """Return the day an automatic top-up is likely: the first on which the balance is under `below`.

    None: none within three years. Nothing counts as topped up until it is recorded.
    """
    return short_on(replace(now, amount=now.amount - below), fees, use)


def covers(now: Estimate | None, currency: str, fee_amount: Decimal | None, fee_currency: str) -> bool | None:
    """Tell whether the balance covers one turn of a fee; None: not known, or another currency."""
    if now is None or fee_amount is None or currency != fee_currency:
        return None
    return now.amount >= fee_amount


def unexplained(
    levels: Sequence[Level],
    moves: Sequence[Move],
    *,
    tolerance: Decimal = Decimal(0),
    fees: Sequence[Fee] = (),
) -> Fall | None:
    """Return how much more the balance fell between the last two readings than the entries explain.

    Turns of `fees` that fell due between the two, or on their days, explain it too, though nobody
    has confirmed them yet.
    """
    run = in_order(levels)
    if len(run) < 2:
        return None
    before, last = run[-2], run[-1]
    fall = _fall(before, last, moves) - sum((_due(fee, before.day, last.day) for fee in fees), Decimal(0))
    return Fall(amount=fall, since=before.day, until=last.day) if fall > tolerance else None


def _after(moves: Iterable[Move], level: Level) -> list[Move]:
    return [move for move in moves if is_after(move, level)]


def is_after(move: Move, level: Level) -> bool:
    """Whether the reading does not contain the move yet."""
    if move.day == level.day and move.at is not None and level.at is not None:
        return move.at > level.at
    # A reading contains what was done on its day.
    return move.day > level.day


def _fall(before: Level, last: Level, moves: Sequence[Move]) -> Decimal:
    """How much less the later reading shows than the earlier one and the entries between them do."""
    between = [move for move in _after(moves, before) if not is_after(move, last)]
    return before.left + _sum(between) - last.left


def _sum(moves: Iterable[Move]) -> Decimal:
    return sum((move.amount for move in moves), Decimal(0))


def _due(fee: Fee, since: date, until: date) -> Decimal:
    if fee.amount <= 0:
        return Decimal(0)
    days = due_between(fee.first_on, fee.period, after=since - _DAY, until=until, confirmed=fee.confirmed)
    return fee.amount * len(days)


def _taken(fee: Fee, until: date) -> Decimal:
    """What the turns still open take up to a day; what costs nothing, or less, is no fee."""
    if fee.amount <= 0:
        return Decimal(0)
    return fee.amount * count_until(fee.first_on, fee.period, until, confirmed=fee.confirmed)
