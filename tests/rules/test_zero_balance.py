"""So long a balance may stay at zero: a clock of its own beside the line's."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from cards.rules.ledger import Entry
from cards.rules.zero_balance import BalanceReading, zero_end

from .facts import BAHRAIN, RECORDED, action, at, day, period

FORTY_FIVE = period("45 days")


def balance(on: str, amount: str, *, place: int = 0, **facts: datetime) -> BalanceReading:
    return BalanceReading(
        day=day(on), amount=Decimal(amount), place=place, **({"recorded_at": RECORDED} | facts)
    )


def ends(*readings: BalanceReading, length: str = "45 days", raises: tuple[Entry, ...] = ()) -> date | None:
    found = zero_end(readings, period(length), zones=BAHRAIN, raises=raises)
    return found and found.ends_on


def test_it_counts_from_the_first_balance_of_the_unbroken_run() -> None:
    found = zero_end(
        [balance("2026-04-20", "-1"), balance("2026-04-10", "0", recorded_at=at("2026-04-12"))],
        FORTY_FIVE,
        zones=BAHRAIN,
    )
    assert found is not None
    assert (found.since_on, found.ends_on) == (day("2026-04-10"), day("2026-05-25"))
    assert found.known_at == at("2026-04-12")


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([], None),
        (["5"], None),
        (["0.001"], None),
        (["0"], "2026-02-15"),
        (["-0.5", "3"], None),
        (["0", "3", "0"], "2026-02-17"),
        (["3", "0", "-1", "0"], "2026-02-16"),
    ],
)
def test_a_balance_above_zero_ends_the_run(amounts: list[str], expected: str | None) -> None:
    found = ends(*(balance(f"2026-01-0{n}", amount) for n, amount in enumerate(amounts, 1)))
    assert found == (expected and day(expected))


def test_a_top_up_that_counts_after_the_last_reading_ends_it_too() -> None:
    zero = balance("2026-04-10", "0", place=2)
    assert ends(zero, raises=(action("2026-04-11"),)) is None
    assert ends(zero, raises=(action("2026-04-09"),)) == day("2026-05-25")
    # The zero read after the top-up begins a run of its own.
    again = balance("2026-05-01", "0", place=4)
    assert ends(zero, again, raises=(action("2026-04-11"),)) == day("2026-06-15")


def test_on_one_day_a_reading_contains_the_top_up_unless_both_have_an_instant() -> None:
    assert ends(balance("2026-04-10", "0"), raises=(action("2026-04-10"),)) == day("2026-05-25")
    zero = balance("2026-04-10", "0", at=at("2026-04-10T08:00"))
    later = action("2026-04-10", at=at("2026-04-10T09:00"))
    assert ends(zero, raises=(later,)) is None


def test_of_two_readings_of_a_day_the_one_entered_last_stands() -> None:
    first, second = balance("2026-04-10", "0", place=1), balance("2026-04-10", "5", place=2)
    assert ends(second, first) is None
    assert ends(balance("2026-04-10", "0", place=3), second) == day("2026-05-25")


def test_an_instant_is_converted_to_the_day_at_the_operators_place() -> None:
    late = balance("2026-04-10", "0", at=at("2026-04-10T22:30"))
    assert ends(late) == day("2026-05-26")


def test_months_are_clamped_and_hours_end_on_their_last_good_day() -> None:
    assert ends(balance("2026-01-31", "0"), length="1 month") == day("2026-02-28")
    assert ends(balance("2026-01-31", "0"), length="48 hours") == day("2026-02-01")
