"""Laws of use, balance and yearly cost, and what they say at the edges."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cards.rules.balance import (
    HORIZON,
    Estimate,
    Fee,
    Move,
    estimate,
    moved_by,
    other_use,
    short_on,
    tops_up_on,
    unexplained,
)
from cards.rules.charges import due_between
from cards.rules.usage import Level, RunOut, Use, in_order, is_low, overage, run_out, segment, use_per_day

from .everything import IN_DAYS, IN_MONTHS, LAW
from .facts import day, period

DAY = timedelta(days=1)
BEGIN = date(2028, 1, 31)
FAR = date.max
OFFSETS = st.integers(0, 120)
MONEY = st.decimals(0, 200, places=3)
PLACES = st.integers(0, 10**6)


def levels_of(left: st.SearchStrategy[Decimal]) -> st.SearchStrategy[list[Level]]:
    one = st.builds(Level, day=OFFSETS.map(lambda n: BEGIN + n * DAY), left=left, place=PLACES)
    return st.lists(one, max_size=8, unique_by=lambda level: level.place)


MOVES = st.lists(
    st.builds(
        Move,
        day=OFFSETS.map(lambda n: BEGIN + n * DAY),
        amount=st.decimals(-50, 50, places=3),
        place=PLACES,
    ),
    max_size=6,
)
FEES = st.lists(
    st.builds(
        Fee,
        amount=st.decimals("0.001", 50, places=3),
        first_on=st.integers(-400, 900).map(lambda n: BEGIN + n * DAY),
        period=st.none() | IN_DAYS | IN_MONTHS,
        confirmed=st.integers(0, 5),
    ),
    max_size=4,
)
USES = st.none() | st.builds(
    lambda fall, days: Use(fall=fall, since=BEGIN - days * DAY, until=BEGIN, count=2),
    st.decimals("0.001", 50, places=3),
    st.integers(1, 60),
)


def now_of(amount: Decimal) -> Estimate:
    return Estimate(amount=amount, read_on=BEGIN, is_estimated=False)


@LAW
@given(MONEY, FEES, USES)
def test_the_first_day_not_covered_is_the_first_one_found_day_by_day(
    amount: Decimal, fees: list[Fee], use: Use | None
) -> None:
    found = short_on(now_of(amount), fees, use)
    expected = None
    for offset in range(HORIZON.days + 1):
        today = BEGIN + offset * DAY
        taken = Decimal(0)
        for fee in fees:
            due = due_between(
                fee.first_on, fee.period, after=date(2000, 1, 1), until=today, confirmed=fee.confirmed
            )
            taken += fee.amount * len(due)
        # Whole numbers on both sides: nothing is rounded.
        worn_days = 0 if use is None else use.fall * offset
        if worn_days > (amount - taken) * (1 if use is None else use.days):
            expected = today
            break
    assert found == expected


@LAW
@given(MONEY, FEES, FEES, USES)
def test_another_fee_or_any_use_never_makes_it_last_longer(
    amount: Decimal, fees: list[Fee], more: list[Fee], use: Use | None
) -> None:
    for start in (amount, amount - 100):
        alone = short_on(now_of(start), fees) or FAR
        assert (short_on(now_of(start), [*fees, *more]) or FAR) <= alone
        assert (short_on(now_of(start), fees, use) or FAR) <= alone
        assert alone >= BEGIN


@LAW
@given(MONEY, MONEY, FEES, USES)
def test_an_automatic_top_up_comes_no_later_than_the_balance_would_be_short(
    amount: Decimal, below: Decimal, fees: list[Fee], use: Use | None
) -> None:
    likely = tops_up_on(now_of(amount), below, fees, use) or FAR
    assert BEGIN <= likely <= (short_on(now_of(amount), fees, use) or FAR)


def test_a_top_up_is_likely_on_the_day_the_balance_falls_under_the_threshold() -> None:
    fee = Fee(amount=Decimal(3), first_on=BEGIN, period=period("1 month"))
    # 10 - 3 = 7, 4 on 29 February, 1 on 31 March: below 4 then, not when it is 4.
    assert tops_up_on(now_of(Decimal(10)), Decimal(4), [fee]) == date(2028, 3, 31)
    assert tops_up_on(now_of(Decimal(3)), Decimal(4), []) == BEGIN
    assert tops_up_on(now_of(Decimal(10)), Decimal(4), []) is None


def test_a_fee_never_hides_a_balance_that_is_below_zero_already() -> None:
    fee = Fee(amount=Decimal(3), first_on=BEGIN + 20 * DAY, period=None)
    assert short_on(now_of(Decimal(-1)), [fee]) == BEGIN


def test_a_fee_of_nothing_or_less_takes_and_gives_nothing() -> None:
    fees = [Fee(amount=Decimal(amount), first_on=BEGIN, period=period("1 day")) for amount in (0, -5)]
    due = Fee(amount=Decimal(3), first_on=BEGIN + 9 * DAY, period=None)
    assert short_on(now_of(Decimal(2)), [*fees, due]) == BEGIN + 9 * DAY
    read = [Level(day=BEGIN, left=Decimal(9)), Level(day=BEGIN + DAY, left=Decimal(5), place=1)]
    assert unexplained(read, [], fees=fees) == unexplained(read, [])


@LAW
@given(levels_of(MONEY), MOVES, st.randoms(use_true_random=False))
def test_the_order_of_input_never_matters(
    levels: list[Level], moves: list[Move], dice: random.Random
) -> None:
    mixed, moved = list(levels), list(moves)
    dice.shuffle(mixed)
    dice.shuffle(moved)
    assert estimate(mixed, moved) == estimate(levels, moves)
    assert unexplained(mixed, moved) == unexplained(levels, moves)
    assert other_use(mixed, moved) == other_use(levels, moves)
    assert (in_order(mixed), use_per_day(mixed)) == (in_order(levels), use_per_day(levels))


@LAW
@given(levels_of(MONEY), MOVES)
def test_an_estimate_is_the_last_reading_and_what_moved_it(levels: list[Level], moves: list[Move]) -> None:
    found, since = estimate(levels, moves), moved_by(levels, moves)
    if found is None:
        assert (levels, since) == ([], ())
        return
    last = in_order(levels)[-1]
    assert found.amount - last.left == sum((move.amount for move in since), Decimal(0))
    assert found.is_estimated is bool(since)
    assert all(move.day > last.day for move in since)


@LAW
@given(levels_of(MONEY), MOVES, st.decimals("0.001", 20, places=3))
def test_recording_what_was_unexplained_explains_it(
    levels: list[Level], moves: list[Move], tolerance: Decimal
) -> None:
    fall = unexplained(levels, moves)
    if fall is None:
        return
    assert fall.amount > 0
    if fall.since < fall.until:
        told = Move(day=fall.until, amount=-fall.amount)
        assert unexplained(levels, [*moves, told]) is None
    assert (unexplained(levels, moves, tolerance=tolerance) is None) == (fall.amount <= tolerance)


def test_a_fee_that_fell_due_between_the_readings_explains_the_fall_before_it_is_confirmed() -> None:
    read = [Level(day=BEGIN, left=Decimal(9)), Level(day=BEGIN + 30 * DAY, left=Decimal(5), place=1)]
    monthly = Fee(amount=Decimal(3), first_on=day("2027-12-31"), period=period("1 month"))
    # 31 January and 29 February lie in it: 6 explain a fall of 4.
    assert unexplained(read, [], fees=[monthly]) is None
    once = Fee(amount=Decimal(3), first_on=BEGIN + DAY, period=None)
    fall = unexplained(read, [], fees=[once])
    assert fall is not None and fall.amount == 1
    # A confirmed turn is in the ledger: there it counts.
    taken = Fee(amount=Decimal(3), first_on=BEGIN + DAY, period=None, confirmed=1)
    assert unexplained(read, [Move(day=BEGIN + DAY, amount=Decimal(-3))], fees=[taken]) == fall


def test_on_one_day_instants_decide_where_both_have_one() -> None:
    def at(hour: int) -> datetime:
        return datetime(2028, 1, 31, hour, tzinfo=UTC)

    read = Level(day=BEGIN, left=Decimal(5), at=at(9))
    top_up = Move(day=BEGIN, amount=Decimal(10))
    for when, expected in ((None, 5), (at(8), 5), (at(9), 5), (at(10), 15)):
        found = estimate([read], [Move(day=BEGIN, amount=top_up.amount, at=when)])
        assert found is not None and found.amount == expected
    late = Level(day=BEGIN, left=Decimal(500), place=1, at=at(20))
    early = Level(day=BEGIN, left=Decimal(900), place=3, at=at(7))
    bare = Level(day=BEGIN, left=Decimal(700), place=2)
    assert in_order([late, bare, early]) == [early, bare, late]


@LAW
@given(levels_of(st.integers(0, 20_000).map(Decimal)))
def test_a_segment_only_falls_and_ends_with_the_last_reading(levels: list[Level]) -> None:
    run = segment(levels)
    assert run[-1:] == in_order(levels)[-1:]
    assert [level.left for level in run] == sorted((level.left for level in run), reverse=True)


@LAW
@given(levels_of(st.integers(0, 20_000).map(Decimal)), st.integers(1, 5000))
def test_more_data_left_at_the_start_never_means_a_later_end(levels: list[Level], more: int) -> None:
    run = segment(levels)
    found = run_out(run)
    if found is None or found.use is None:
        return
    first = Level(day=run[0].day, left=run[0].left + more, place=run[0].place)
    faster = run_out([first, *run[1:]])
    assert faster is not None and faster.on <= found.on


def test_thirds_are_not_rounded_to_a_day_too_early() -> None:
    # 20 in 3 days; 20 are left: exactly 3 days more, though 20/3 has no end.
    read = [Level(day=BEGIN, left=Decimal(40)), Level(day=BEGIN + 3 * DAY, left=Decimal(20), place=1)]
    found = run_out(read)
    assert found is not None and found.on == BEGIN + 6 * DAY


def test_who_reads_once_in_a_month_and_a_half_gets_an_answer_too() -> None:
    read = [
        Level(day=BEGIN + 45 * n * DAY, left=Decimal(left), place=n)
        for n, left in enumerate((9000, 5000, 4550))
    ]
    use = use_per_day(read)
    assert use is not None and (use.per_day, use.count) == (10, 2)


def test_low_is_below_the_alarm_and_always_when_nothing_is_left() -> None:
    assert [is_low(Decimal(left), 100) for left in (101, 100, 99, 0)] == [False, False, True, True]
    assert [is_low(Decimal(left), None) for left in (1, 0)] == [False, True]
    assert is_low(Decimal(0), 0)


def test_data_that_ends_before_the_plan_lacks_the_use_of_the_days_between() -> None:
    read = [Level(day=BEGIN, left=Decimal(100)), Level(day=BEGIN + 3 * DAY, left=Decimal(80), place=1)]
    found = run_out(read)
    # 80 / (20 / 3) = 12 days.
    assert found is not None and found.on == BEGIN + 15 * DAY
    assert overage(found, found.on) is None
    assert overage(found, None) is None and overage(None, BEGIN) is None
    short = overage(found, found.on + 2 * DAY)
    # 2 days of 6.67 MiB are 13.3: 14 are lacking.
    assert short is not None and (short.on, short.days, short.lacks) == (found.on, 2, 14)
    nothing = overage(RunOut(on=BEGIN, use=None), BEGIN + DAY)
    assert nothing is not None and (nothing.days, nothing.lacks) == (1, None)
