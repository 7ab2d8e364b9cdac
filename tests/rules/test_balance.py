"""The balance between readings, by hand and by law."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cards.rules.balance import Estimate, Fee, Move, covers, estimate, other_use, short_on, unexplained
from cards.rules.periods import Period, Unit
from cards.rules.usage import Level

DAY = timedelta(days=1)
BEGIN = date(2026, 1, 31)
MONTH = Period(1, Unit.MONTH)


def read(offset: int, left: str) -> Level:
    return Level(day=BEGIN + offset * DAY, left=Decimal(left), place=offset)


def move(offset: int, amount: str) -> Move:
    return Move(day=BEGIN + offset * DAY, amount=Decimal(amount), place=offset)


def monthly(amount: str, confirmed: int = 0) -> Fee:
    return Fee(amount=Decimal(amount), first_on=BEGIN, period=MONTH, confirmed=confirmed)


def test_what_was_recorded_after_the_reading_moves_it_and_what_was_on_its_day_is_in_it() -> None:
    found = estimate([read(0, "5"), read(3, "10")], [move(1, "7"), move(3, "2"), move(4, "-1.5")])
    assert found == Estimate(amount=Decimal("8.5"), read_on=BEGIN + 3 * DAY, is_estimated=True)
    assert estimate([], [move(1, "7")]) is None
    plain = estimate([read(0, "5")], [])
    assert plain is not None and not plain.is_estimated


def test_it_reaches_zero_when_a_fee_is_not_covered_from_its_anchor() -> None:
    now = Estimate(amount=Decimal(8), read_on=BEGIN, is_estimated=False)
    # 3 on 31 January, 3 on 28 February: 2 are left, and 31 March is not covered.
    assert short_on(now, [monthly("3")]) == date(2026, 3, 31)
    # The first turn is confirmed: it was taken before the balance was read.
    assert short_on(now, [monthly("3", confirmed=1)]) == date(2026, 4, 30)
    assert short_on(now, [monthly("3"), monthly("5")]) == date(2026, 2, 28)
    assert short_on(now, []) is None


def test_a_fee_that_begins_later_and_one_that_is_taken_once() -> None:
    now = Estimate(amount=Decimal(8), read_on=BEGIN, is_estimated=False)
    once = Fee(amount=Decimal(9), first_on=date(2026, 6, 1), period=None)
    assert short_on(now, [once]) == date(2026, 6, 1)
    paid = Fee(amount=Decimal(9), first_on=date(2026, 6, 1), period=None, confirmed=1)
    assert short_on(now, [paid]) is None


def test_use_that_nobody_records_wears_it_down() -> None:
    use = other_use([read(0, "30"), read(10, "20")], [])
    assert use is not None and use.per_day == 1
    now = Estimate(amount=Decimal(20), read_on=BEGIN + 10 * DAY, is_estimated=False)
    # 20 days are covered; the next is not.
    assert short_on(now, [], use) == BEGIN + 31 * DAY
    # The fee of 28 February comes on top: 18 + 3 are more than 20 on that day already.
    assert short_on(now, [monthly("3", confirmed=1)], use) == date(2026, 2, 28)


def test_recorded_fees_and_top_ups_are_no_other_use() -> None:
    assert other_use([read(0, "30"), read(10, "20")], [move(5, "-10")]) is None
    use = other_use([read(0, "30"), read(10, "30")], [move(5, "10")])
    assert use is not None and use.per_day == 1


def test_a_negative_balance_is_short_on_the_day_it_was_read() -> None:
    now = Estimate(amount=Decimal(-1), read_on=BEGIN, is_estimated=False)
    assert short_on(now, []) == BEGIN


def test_covering_is_known_in_one_currency_only() -> None:
    now = Estimate(amount=Decimal(8), read_on=BEGIN, is_estimated=False)
    assert covers(now, "EUR", Decimal(8), "EUR") is True
    assert covers(now, "EUR", Decimal("8.01"), "EUR") is False
    assert covers(now, "EUR", Decimal(1), "GBP") is None
    assert covers(None, "", Decimal(1), "EUR") is None
    assert covers(now, "EUR", None, "EUR") is None


def test_a_fall_beyond_what_was_recorded_is_told() -> None:
    told = [read(0, "30"), read(10, "20")]
    fall = unexplained(told, [move(3, "-4")])
    assert fall is not None and (fall.amount, fall.since) == (6, BEGIN)
    assert unexplained(told, [move(3, "-10")]) is None
    assert unexplained(told, [move(3, "-9")], tolerance=Decimal(1)) is None
    assert unexplained([read(0, "30")], []) is None


AMOUNTS = st.decimals(0, 100, places=2)


@given(AMOUNTS, st.lists(st.tuples(AMOUNTS, st.integers(-40, 400), st.integers(0, 3)), max_size=4))
def test_more_money_never_makes_it_end_earlier(amount: Decimal, told: list[tuple[Decimal, int, int]]) -> None:
    fees = [
        Fee(amount=price, first_on=BEGIN + offset * DAY, period=MONTH, confirmed=turns)
        for price, offset, turns in told
    ]
    less = short_on(Estimate(amount=amount, read_on=BEGIN, is_estimated=False), fees)
    more = short_on(Estimate(amount=amount + 1, read_on=BEGIN, is_estimated=False), fees)
    far = BEGIN + 5000 * DAY
    assert (less or far) <= (more or far)
    if less is not None:
        assert less >= BEGIN
