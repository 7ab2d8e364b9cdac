from datetime import timedelta

import pytest

from cards.rules.validity import act_by, margin_days, subscription_end

from .facts import BAHRAIN, at, day, period


@pytest.mark.parametrize(
    ("bought_on", "length", "renewals", "expected"),
    [
        ("2026-12-01", "7 days", 0, "2026-12-07"),
        ("2026-12-01", "7 days", 1, "2026-12-14"),
        ("2026-01-31", "1 month", 0, "2026-02-27"),
        ("2026-01-31", "1 month", 1, "2026-03-30"),
        ("2026-01-31", "1 month", 2, "2026-04-29"),
        ("2024-02-29", "1 year", 0, "2025-02-27"),
        ("2024-02-29", "1 year", 3, "2028-02-28"),
        ("2026-12-01", "1 day", 0, "2026-12-01"),
    ],
)
def test_a_plan_counts_the_day_it_is_bought(
    bought_on: str, length: str, renewals: int, expected: str
) -> None:
    ends_on, ends_at = subscription_end(
        bought_on=day(bought_on),
        bought_at=None,
        period=period(length),
        zones=BAHRAIN,
        renewals=renewals,
    )
    assert ends_on == day(expected)
    assert ends_at == at(f"{expected}T21:00")


def test_a_plan_may_say_that_its_first_day_is_free() -> None:
    ends_on, _ = subscription_end(
        bought_on=day("2026-12-01"),
        bought_at=None,
        period=period("7 days"),
        zones=BAHRAIN,
        counts_first_day=False,
    )
    assert ends_on == day("2026-12-08")


@pytest.mark.parametrize(
    ("bought_on", "bought_at", "ends_on", "ends_at"),
    [
        ("2026-12-01", "2026-12-01T10:30+03:00", "2026-12-02", "2026-12-02T07:30"),
        # Without an instant from the first one of the day: good on that day only.
        ("2026-12-01", None, "2026-12-01", "2026-12-01T21:00"),
        # The instant's day at the operator's place rules.
        ("2026-12-01", "2026-12-01T22:00", "2026-12-03", "2026-12-02T22:00"),
    ],
)
def test_a_pass_of_24_hours_ends_to_the_minute(
    bought_on: str, bought_at: str | None, ends_on: str, ends_at: str
) -> None:
    assert subscription_end(
        bought_on=day(bought_on),
        bought_at=at(bought_at) if bought_at else None,
        period=period("24 hours"),
        zones=BAHRAIN,
    ) == (day(ends_on), at(ends_at))


def test_hours_are_real_hours_when_the_clocks_change() -> None:
    ends_on, ends_at = subscription_end(
        bought_on=None,
        bought_at=at("2026-03-07T12:00-05:00"),
        period=period("24 hours"),
        zones=["America/New_York"],
    )
    assert (ends_on, ends_at) == (day("2026-03-08"), at("2026-03-08T13:00-04:00"))


def test_a_plan_without_a_day_or_past_the_last_year_is_refused() -> None:
    for bought_on, length in ((None, "1 month"), ("9999-12-31", "1 day"), ("9999-12-31", "99 hours")):
        with pytest.raises(ValueError):
            subscription_end(
                bought_on=day(bought_on) if bought_on else None,
                bought_at=None,
                period=period(length),
                zones=BAHRAIN,
                counts_first_day=False,
            )


@pytest.mark.parametrize(
    ("length", "margin"),
    [
        ("27 days", 0), ("28 days", 1), ("1 month", 1), ("89 days", 1), ("90 days", 7),
        ("1 quarter", 7), ("1 year", 7), ("24 hours", 0),
    ],
)  # fmt: skip
def test_the_margin_grows_with_the_period(length: str, margin: int) -> None:
    assert margin_days(period(length).length) == margin


def test_an_unknown_period_has_the_long_margin() -> None:
    assert margin_days(None) == 7


def test_the_safe_date_is_a_whole_day_at_the_operators_place() -> None:
    ends_on, ends_at = day("2026-12-31"), at("2026-12-31T21:00")
    assert act_by(ends_on, ends_at, 7, BAHRAIN) == at("2026-12-24T21:00")
    assert act_by(ends_on, ends_at, 0, BAHRAIN) == ends_at
    assert act_by(None, ends_at, 7, BAHRAIN) == ends_at
    # Over a change of the clocks the days stay days.
    spring = ["America/New_York"]
    assert act_by(day("2026-03-10"), at("2026-03-11T04:00"), 7, spring) == at("2026-03-04T05:00")
    assert timedelta(0) < at("2026-03-11T04:00") - at("2026-03-04T05:00") < timedelta(days=7)
