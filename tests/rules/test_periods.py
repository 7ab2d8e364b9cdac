import pytest

from cards.rules.periods import Period, Unit, occurrence

from .facts import day, period


@pytest.mark.parametrize(
    ("anchor", "length", "n", "expected"),
    [
        ("2026-03-01", "180 days", 1, "2026-08-28"),
        ("2026-03-01", "6 months", 1, "2026-09-01"),
        ("2026-01-31", "1 month", 1, "2026-02-28"),
        ("2026-01-31", "1 month", 2, "2026-03-31"),
        ("2026-01-31", "1 month", 3, "2026-04-30"),
        ("2026-01-31", "1 month", 12, "2027-01-31"),
        ("2028-01-31", "1 month", 1, "2028-02-29"),
        ("2025-11-30", "1 quarter", 1, "2026-02-28"),
        ("2025-11-30", "1 quarter", 2, "2026-05-30"),
        ("2024-02-29", "1 year", 1, "2025-02-28"),
        ("2024-02-29", "1 year", 4, "2028-02-29"),
        ("2096-02-29", "1 year", 4, "2100-02-28"),
        ("2096-02-29", "1 year", 8, "2104-02-29"),
        ("2026-12-01", "2 weeks", 3, "2027-01-12"),
        ("2026-12-31", "1 month", 0, "2026-12-31"),
    ],
)
def test_an_occurrence_counts_from_the_anchor_and_is_clamped(
    anchor: str, length: str, n: int, expected: str
) -> None:
    assert occurrence(day(anchor), period(length), n) == day(expected)


@pytest.mark.parametrize(
    ("anchor", "length", "n"),
    [("9999-12-31", "1 day", 1), ("9999-12-01", "1 month", 1), ("2026-01-01", "1 hour", 1)],
)
def test_an_occurrence_that_is_no_date_is_refused(anchor: str, length: str, n: int) -> None:
    with pytest.raises(ValueError):
        occurrence(day(anchor), period(length), n)


@pytest.mark.parametrize("count", [0, -1, 10**15])
def test_a_period_needs_a_sensible_count(count: int) -> None:
    with pytest.raises(ValueError):
        Period(count, Unit.DAY)


def test_a_period_knows_its_measure() -> None:
    assert (period("2 quarters").months, period("2 years").months) == (6, 24)
    assert (period("3 weeks").days, period("36 hours").hours) == (21, 36)
    assert period("1 quarter").approx_days >= 90
    assert 28 <= period("1 month").approx_days < 90
    for wrong in (lambda: period("1 day").months, lambda: period("1 month").days):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(ValueError):
        _ = period("1 day").hours
