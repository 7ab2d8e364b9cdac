"""Readings over time: use per day and the day it is used up, by hand and by law."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cards.rules.usage import Level, run_out, segment, use_per_day

DAY = timedelta(days=1)
BEGIN = date(2026, 12, 1)


def levels(*told: tuple[int, int]) -> list[Level]:
    return [
        Level(day=BEGIN + offset * DAY, left=Decimal(left), place=place)
        for place, (offset, left) in enumerate(told)
    ]


def test_the_fall_between_the_first_and_the_last_reading_is_divided_by_the_days() -> None:
    use = use_per_day(levels((0, 5000), (3, 4700), (10, 3000)))
    assert use is not None
    assert (use.per_day, use.since, use.until, use.count) == (200, BEGIN, BEGIN + 10 * DAY, 3)
    found = run_out(levels((0, 5000), (3, 4700), (10, 3000)))
    assert found is not None and found.on == BEGIN + 25 * DAY  # 3000 / 200 = 15 days from the 11th


def test_a_refill_begins_anew() -> None:
    told = levels((0, 500), (5, 100), (6, 5000), (8, 4800))
    use = use_per_day(told)
    assert use is not None
    assert (use.per_day, use.since) == (100, BEGIN + 6 * DAY)


def test_old_readings_do_not_count() -> None:
    use = use_per_day(levels((0, 9000), (40, 1000), (50, 900)))
    assert use is not None
    assert use.per_day == 10


def test_one_reading_one_day_or_no_use_tells_nothing() -> None:
    assert run_out([]) is None
    assert run_out(levels((0, 500))) is None
    assert run_out(levels((0, 500), (0, 300))) is None
    assert run_out(levels((0, 500), (9, 500))) is None


def test_nothing_left_is_used_up_on_the_day_it_was_read() -> None:
    found = run_out(levels((0, 500), (4, 0)))
    assert found is not None
    assert (found.on, found.use) == (BEGIN + 4 * DAY, None)


TOLD = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20_000)), max_size=12)


@given(TOLD, st.randoms())
def test_the_order_of_input_never_matters_and_the_day_is_never_before_the_last_reading(
    told: list[tuple[int, int]], dice: object
) -> None:
    rows = levels(*told)
    found = run_out(rows)
    shuffled = list(rows)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert run_out(shuffled) == found
    if found is not None:
        assert found.on >= max(row.day for row in rows)


@given(TOLD)
def test_what_is_left_covers_the_days_up_to_the_last_and_not_one_more(told: list[tuple[int, int]]) -> None:
    rows = levels(*told)
    found = run_out(rows)
    if found is None or found.use is None:
        return
    last = segment(rows)[-1]
    days = (found.on - last.day).days
    assert found.use.per_day * days <= last.left < found.use.per_day * (days + 1)
