import pytest

from cards.rules.workdays import WorkdayResult, add_working_days

from .facts import day

SATURDAY_SUNDAY = frozenset({5, 6})
FRIDAY_SATURDAY = frozenset({4, 5})


@pytest.mark.parametrize(
    ("start", "n", "country", "weekend", "expected"),
    [
        # The day itself is day 0, whatever it is.
        ("2026-08-07", 0, "US", SATURDAY_SUNDAY, "2026-08-07"),
        ("2026-08-08", 0, "US", SATURDAY_SUNDAY, "2026-08-08"),
        ("2026-08-07", 1, "US", SATURDAY_SUNDAY, "2026-08-10"),
        ("2026-08-08", 1, "US", SATURDAY_SUNDAY, "2026-08-10"),
        # Labor Day 2026 is Monday 7 September.
        ("2026-09-04", 1, "US", SATURDAY_SUNDAY, "2026-09-08"),
        # Bahrain rests on Friday and Saturday.
        ("2026-08-06", 1, "BH", FRIDAY_SATURDAY, "2026-08-09"),
        # German unity fell on a Saturday in 2026: it costs nothing.
        ("2026-10-02", 1, "DE", SATURDAY_SUNDAY, "2026-10-05"),
        # China, May 2025: 1 to 5 off, Sunday 27 April made up for it.
        ("2025-04-26", 1, "CN", SATURDAY_SUNDAY, "2025-04-27"),
        ("2025-04-30", 1, "CN", SATURDAY_SUNDAY, "2025-05-06"),
        # The weekend is the operator's, not the library's (Hong Kong: Sunday only there).
        ("2026-08-07", 1, "HK", SATURDAY_SUNDAY, "2026-08-10"),
        # An unknown country has weekends only.
        ("2026-12-24", 1, "XX", SATURDAY_SUNDAY, "2026-12-25"),
        ("2026-12-24", 1, "", SATURDAY_SUNDAY, "2026-12-25"),
        # Over the turn of the year.
        ("2025-12-31", 1, "US", SATURDAY_SUNDAY, "2026-01-02"),
    ],
)
def test_working_days_are_counted_by_weekend_and_holidays(
    start: str, n: int, country: str, weekend: frozenset[int], expected: str
) -> None:
    result = add_working_days(day(start), n, country=country, weekend=weekend)
    assert result == WorkdayResult(day(expected), has_estimated=False)


def test_an_estimated_holiday_on_the_way_is_marked() -> None:
    # Eid al-Fitr 2027 is expected from Tuesday 9 to Thursday 11 March.
    result = add_working_days(day("2027-03-08"), 1, country="BH", weekend=FRIDAY_SATURDAY)
    assert result == WorkdayResult(day("2027-03-14"), has_estimated=True)


def test_going_back_and_a_week_without_work_are_refused() -> None:
    with pytest.raises(ValueError):
        add_working_days(day("2026-01-01"), -1, country="US", weekend=SATURDAY_SUNDAY)
    with pytest.raises(ValueError):
        add_working_days(day("2026-01-01"), 1, country="US", weekend=frozenset(range(7)))
