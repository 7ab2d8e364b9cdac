"""Turns of fixed charges: by hand at month ends and in leap years, and by law."""

from datetime import date, timedelta
from itertools import islice, pairwise, takewhile
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.rules.charges import confirmed_turns, count_until, due_between, next_due, turn, turns
from cards.rules.periods import LAST_DAY, Period, Unit, occurrence

from .everything import DAYS, LAW, PERIODS
from .facts import day, period

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("first_on", "length", "expected"),
    [
        ("2026-01-31", "1 month", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2028-01-30", "1 month", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        ("2026-11-30", "1 quarter", ["2026-11-30", "2027-02-28", "2027-05-30"]),
        ("2024-02-29", "1 year", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2026-12-15", "4 weeks", ["2026-12-15", "2027-01-12", "2027-02-09"]),
    ],
)
def test_turns_count_from_the_anchor_and_are_clamped(first_on: str, length: str, expected: list[str]) -> None:
    found = islice(turns(day(first_on), period(length)), len(expected))
    assert [str(one) for one in found] == expected


def test_a_due_day_stands_until_it_is_confirmed() -> None:
    first, month = day("2026-01-31"), period("1 month")
    # Nothing but a confirmation moves it: years later it is the same turn.
    assert next_due(first, month, 0) == first
    assert next_due(first, month, 1) == day("2026-02-28")
    assert next_due(first, month, 2) == day("2026-03-31")


def test_a_charge_that_begins_later_has_no_turn_before() -> None:
    first = day("2027-06-01")
    assert due_between(first, period("1 month"), after=day("2026-01-01"), until=day("2027-05-31")) == ()
    assert due_between(first, period("1 month"), after=day("2026-01-01"), until=first) == (first,)


def test_the_first_day_of_the_span_is_left_out_and_the_last_is_in() -> None:
    first, month = day("2026-01-31"), period("1 month")
    found = due_between(first, month, after=day("2026-02-28"), until=day("2026-04-30"))
    assert found == (day("2026-03-31"), day("2026-04-30"))
    assert due_between(first, month, after=first, until=day("2026-04-30"), confirmed=3) == (
        day("2026-04-30"),
    )
    assert due_between(first, month, after=day("2026-04-30"), until=day("2026-04-30")) == ()


def test_a_charge_without_a_period_is_due_once() -> None:
    first = day("2026-03-01")
    span = {"after": day("2026-01-01"), "until": day("2030-01-01")}
    assert due_between(first, None, **span) == (first,)
    assert due_between(first, None, confirmed=1, **span) == ()
    assert list(turns(first, None)) == [first]


def test_what_is_no_turn_is_refused_and_the_calendar_has_an_end() -> None:
    with pytest.raises(ValueError):
        turn(day("2026-01-01"), period("1 month"), -1)
    with pytest.raises(ValueError):
        turn(day("2026-01-01"), Period(24, Unit.HOUR), 1)
    assert turn(day("9990-12-01"), period("1 year"), 1) == LAST_DAY
    assert turn(day("2026-01-01"), Period(36500, Unit.DAY), 10**6) == LAST_DAY
    assert list(turns(day("9990-11-30"), period("1 month"))) == [day("9990-11-30"), day("9990-12-30")]


@LAW
@given(DAYS, PERIODS, st.integers(0, 60))
def test_a_turn_is_an_occurrence_of_the_anchor_whatever_was_confirmed(
    first_on: date, length: Period, confirmed: int
) -> None:
    assert turn(first_on, length, confirmed) == occurrence(first_on, length, confirmed)
    assert next(turns(first_on, length, confirmed=confirmed)) == next_due(first_on, length, confirmed)


@LAW
@given(DAYS, PERIODS)
def test_every_turn_is_later_than_the_one_before(first_on: date, length: Period) -> None:
    assert all(one < other for one, other in pairwise(islice(turns(first_on, length), 30)))


@LAW
@given(DAYS, PERIODS, DAYS, DAYS, st.integers(0, 20))
def test_a_span_holds_exactly_the_open_turns_that_lie_in_it(
    first_on: date, length: Period, one: date, other: date, confirmed: int
) -> None:
    after, until = sorted([one, other])
    found = due_between(first_on, length, after=after, until=until, confirmed=confirmed)
    slowly = []
    n = confirmed
    while (due := occurrence(first_on, length, n)) <= until:
        if due > after:
            slowly.append(due)
        n += 1
    assert list(found) == slowly


@LAW
@given(DAYS, PERIODS, DAYS, DAYS, DAYS)
def test_two_spans_side_by_side_hold_what_one_over_both_holds(
    first_on: date, length: Period, one: date, two: date, three: date
) -> None:
    begin, middle, end = sorted([one, two, three])
    whole = due_between(first_on, length, after=begin, until=end)
    halves = (
        *due_between(first_on, length, after=begin, until=middle),
        *due_between(first_on, length, after=middle, until=end),
    )
    assert whole == halves


# Which turns are confirmed

OFFSETS = st.lists(st.integers(-400, 1500), max_size=30)
ANCHOR = date(2024, 1, 31)


@LAW
@given(PERIODS, OFFSETS, st.randoms())
def test_confirmations_come_to_the_same_in_any_order_and_never_to_more_than_there_are(
    period: Period, offsets: list[int], dice: Random
) -> None:
    days = [ANCHOR + timedelta(days=offset) for offset in offsets]
    count = confirmed_turns(ANCHOR, period, days)
    assert count <= len(days)
    dice.shuffle(days)
    assert confirmed_turns(ANCHOR, period, days) == count
    if days:  # the turn that stands is the next one after the last word, at the most
        assert count == 0 or turn(ANCHOR, period, count - 1) <= max(days) + timedelta(days=60)


@LAW
@given(PERIODS, st.integers(0, 30), OFFSETS)
def test_who_confirms_each_turn_on_its_day_has_confirmed_them_all(
    period: Period, count: int, offsets: list[int]
) -> None:
    days = [turn(ANCHOR, period, n) for n in range(count)]
    assert confirmed_turns(ANCHOR, period, days) == count
    assert confirmed_turns(ANCHOR, period, days * 2) == count  # each told twice is told once
    before = [ANCHOR - timedelta(days=500 + abs(offset)) for offset in offsets]
    assert confirmed_turns(ANCHOR, period, [*days, *before]) == count  # of a time before the charge


@LAW
@given(PERIODS, st.integers(-800, 1500), st.integers(0, 12))
def test_turns_are_counted_as_they_are_walked(period: Period, offset: int, confirmed: int) -> None:
    until = ANCHOR + timedelta(days=offset)
    walked = takewhile(lambda day: day <= until, turns(ANCHOR, period, confirmed=confirmed))
    assert count_until(ANCHOR, period, until, confirmed=confirmed) == len(list(walked))
