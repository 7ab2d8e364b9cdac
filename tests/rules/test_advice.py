"""Plan advice: hand-worked cases, each with its arithmetic in words."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cards.rules.advice import (
    MOST_DAYS,
    NOTHING,
    PRESETS,
    UNLIMITED,
    Advice,
    Amount,
    Amounts,
    Cover,
    Limit,
    Plan,
    Reason,
    Scenario,
    Stuck,
    Trip,
    advise,
)
from cards.rules.advice_need import demand_of
from cards.rules.advice_plans import ends_of
from cards.rules.periods import occurrence

from .facts import day, period


def plan(number: int, length: str, cost: str, data_mib: int = UNLIMITED, **overrides: Any) -> Plan:
    facts: dict[str, Any] = {
        "id": number,
        "price": Decimal(cost),
        "currency": "BHD",
        "period": period(length),
        "data_mib": data_mib,
        "minutes": UNLIMITED,
        "sms": UNLIMITED,
    }
    return Plan(**(facts | overrides))


def trip(starts_on: str, ends_on: str, data_a_day: int = 0, **overrides: Any) -> Trip:
    facts: dict[str, Any] = {
        "starts_on": day(starts_on),
        "ends_on": day(ends_on),
        "data_mib": Amount(data_a_day, is_per_day=True),
    }
    return Trip(**(facts | overrides))


def best(*trips: Trip, plans: list[Plan], most_equal: int = 1) -> Cover:
    found = advise(trips, plans, most_equal=most_equal).best
    assert found is not None
    return found


def bought(cover: Cover) -> list[tuple[str, int, int]]:
    """(day, plan, how many) of each purchase."""
    return [(f"{p.bought_on}", p.plan.id, p.count) for p in cover.purchases]


def test_long_plans_and_short_ones_are_combined() -> None:
    # 10 days: a week (5.000) and three days (3.000) are 8; two weeks 10, ten days 10.
    plans = [plan(1, "1 day", "1"), plan(7, "1 week", "5")]

    cover = best(trip("2026-12-01", "2026-12-10"), plans=plans)

    assert cover.price == Decimal(8)
    assert cover.price_a_day == Decimal("0.800")
    assert dict(cover.counts) == {plans[0]: 3, plans[1]: 1}
    assert cover.number_of_plans == 4


def test_validity_runs_on_between_trips_and_data_does_not() -> None:
    # A month from 31 Jan covers to 27 Feb: both trips, of 2 and 3 days, 5 x 100 MiB of 600.
    month = plan(30, "1 month", "9", 600)
    plans = [plan(1, "1 day", "2"), month]

    cover = best(trip("2026-01-31", "2026-02-01", 100), trip("2026-02-25", "2026-02-27", 100), plans=plans)

    [purchase] = cover.purchases
    assert (purchase.plan, purchase.ends_on, purchase.days) == (month, day("2026-02-27"), 5)
    assert purchase.left == Amounts(100, UNLIMITED, UNLIMITED)
    assert purchase.ended_by == ()


def test_the_day_after_the_validity_needs_another_plan() -> None:
    # One more day than above: 28 Feb is not in the month that began on 31 Jan.
    plans = [plan(1, "1 day", "2"), plan(30, "1 month", "9")]

    cover = best(trip("2026-01-31", "2026-02-28"), plans=plans)

    assert bought(cover) == [("2026-01-31", 1, 1), ("2026-02-01", 30, 1)]
    assert bought(best(trip("2026-01-31", "2026-02-28"), plans=plans[1:])) == [
        ("2026-01-31", 30, 1),
        ("2026-02-28", 30, 1),
    ]


def test_data_left_that_is_less_than_a_day_needs_is_lost() -> None:
    # 1000 MiB at 300 a day: three days, 100 are lost; seven days take three such plans.
    cover = best(trip("2026-12-01", "2026-12-07", 300), plans=[plan(30, "30 days", "10", 1000)])

    assert bought(cover) == [("2026-12-01", 30, 1), ("2026-12-04", 30, 1), ("2026-12-07", 30, 1)]
    assert [p.left.data_mib for p in cover.purchases] == [100, 100, 700]
    assert [p.ended_by for p in cover.purchases] == [(Limit.DATA,), (Limit.DATA,), ()]
    assert cover.left == Amounts(900, UNLIMITED, UNLIMITED)


def test_stacked_plans_run_together_and_add_up() -> None:
    # 1500 MiB on one day: two plans of 1000 hold it, and no single one does. They last both days
    # (2000 - 1500 leaves 500 for the second).
    trips = [trip("2026-12-01", "2026-12-02", 500), trip("2026-12-01", "2026-12-01", 1000)]
    plans = [plan(2, "2 days", "3", 1000)]

    assert bought(best(*trips, plans=plans, most_equal=2)) == [("2026-12-01", 2, 2)]
    assert advise(trips, plans, most_equal=1).stuck == Stuck(
        day=day("2026-12-01"), needs=Amounts(1500, 0, 0), needs_hotspot=False, days=1, lacks=(Limit.DATA,)
    )


def test_overlapping_trips_add_up() -> None:
    trips = [trip("2026-12-01", "2026-12-03", 100), trip("2026-12-03", "2026-12-04", 50)]

    assert demand_of(trips).needs == (
        Amounts(100, 0, 0), Amounts(100, 0, 0), Amounts(150, 0, 0), Amounts(50, 0, 0),
    )  # fmt: skip


def test_an_amount_for_the_whole_trip_is_spread_evenly_and_adds_up() -> None:
    assert [Amount(10).on(n, 4) for n in range(4)] == [3, 2, 3, 2]
    assert [Amount(2).on(n, 5) for n in range(5)] == [1, 0, 1, 0, 0]
    assert [Amount(7, is_per_day=True).on(n, 4) for n in range(4)] == [7, 7, 7, 7]
    assert all(sum(Amount(t).on(n, d) for n in range(d)) == t for t in range(40) for d in range(1, 15))


def test_a_plan_of_exactly_the_whole_amount_is_enough() -> None:
    month = plan(30, "1 month", "9", 1000, minutes=20, sms=5)
    whole = trip("2026-12-01", "2026-12-30", data_mib=Amount(1000), minutes=Amount(20), sms=Amount(5))

    [purchase] = best(whole, plans=[month]).purchases

    assert purchase.left == Amounts(0, 0, 0)


@pytest.mark.parametrize(
    ("need", "lacking"),
    [
        ({"minutes": Amount(31, is_per_day=True)}, Limit.MINUTES),
        ({"sms": Amount(11, is_per_day=True)}, Limit.SMS),
        ({"data_mib": Amount(501, is_per_day=True)}, Limit.DATA),
        ({"needs_hotspot": True}, Limit.HOTSPOT),
    ],
)
def test_what_a_plan_lacks_is_named(need: dict[str, Any], lacking: Limit) -> None:
    small = plan(1, "1 day", "1", 500, minutes=30, sms=10)
    easy, hard = trip("2026-12-01", "2026-12-04"), trip("2026-12-03", "2026-12-04", **need)

    advice = advise([easy, hard], [small], most_equal=1)

    assert advice.best is None
    assert advice.stuck is not None
    assert (advice.stuck.day, advice.stuck.days, advice.stuck.lacks) == (day("2026-12-03"), 2, (lacking,))


def test_throttled_data_counts_as_used_up() -> None:
    throttled = plan(7, "1 week", "4", throttled_after_mib=1000)

    cover = best(trip("2026-12-01", "2026-12-04", 500), plans=[throttled])

    assert [p.days for p in cover.purchases] == [2, 2]


def test_a_day_with_hotspot_is_carried_by_a_plan_with_hotspot_only() -> None:
    plans = [plan(30, "30 days", "5"), plan(1, "1 day", "2", has_hotspot=True)]
    without, with_it = trip("2026-12-01", "2026-12-10"), trip("2026-12-11", "2026-12-12", needs_hotspot=True)

    assert bought(best(without, with_it, plans=plans)) == [
        ("2026-12-01", 30, 1), ("2026-12-11", 1, 1), ("2026-12-12", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("hours", "days"), [(24, 1), (36, 1), (47, 1), (48, 2), (72, 3)])
def test_hours_count_in_whole_days(hours: int, days: int) -> None:
    [purchase] = best(
        trip("2026-12-01", f"2026-12-{days:02}"), plans=[plan(1, f"{hours} hours", "1")]
    ).purchases

    assert purchase.ends_on == day("2026-12-01") + timedelta(days=days - 1)


def test_less_than_24_hours_carry_no_day() -> None:
    stuck = advise([trip("2026-12-01", "2026-12-01")], [plan(1, "23 hours", "1")]).stuck

    assert stuck is not None
    assert stuck.lacks == (Limit.VALIDITY,)


def test_without_plans_the_first_day_is_stuck() -> None:
    assert advise([trip("2026-12-01", "2026-12-02", 5)], []) == Advice(
        stuck=Stuck(day=day("2026-12-01"), needs=Amounts(5, 0, 0), needs_hotspot=False, days=2, lacks=())
    )


def test_the_runner_up_does_without_one_of_the_plans() -> None:
    # 8 days: a week and a day are 6; without the day two weeks are 10, without the week eight
    # days are 8.
    plans = [plan(1, "1 day", "1"), plan(7, "1 week", "5")]

    advice = advise([trip("2026-12-01", "2026-12-08")], plans)

    assert advice.best is not None
    assert advice.runner_up is not None
    assert (advice.best.price, advice.runner_up.price) == (Decimal(6), Decimal(8))
    assert dict(advice.runner_up.counts) == {plans[0]: 8}
    assert (advice.reason, advice.saving) == (Reason.CHEAPER, Decimal(2))


def test_the_runner_up_is_not_the_best_with_one_more_plan_beside_it() -> None:
    # 31 days: the month is 10; with a day bought before it 11; four weeks and three days 19.
    plans = [plan(1, "1 day", "1"), plan(7, "1 week", "4"), plan(30, "1 month", "10")]

    advice = advise([trip("2026-12-01", "2026-12-31")], plans)

    assert advice.runner_up is not None
    assert dict(advice.runner_up.counts) == {plans[0]: 3, plans[1]: 4}
    assert advice.saving == Decimal(9)


def test_with_one_plan_there_is_no_runner_up() -> None:
    advice = advise([trip("2026-12-01", "2026-12-08")], [plan(1, "1 day", "1")])

    assert (advice.runner_up, advice.reason, advice.saving) == (None, Reason.ONLY, Decimal(0))


def test_for_the_same_money_fewer_plans_are_better() -> None:
    plans = [plan(1, "1 day", "1"), plan(7, "1 week", "7")]

    advice = advise([trip("2026-12-01", "2026-12-07")], plans)

    assert advice.best is not None
    assert dict(advice.best.counts) == {plans[1]: 1}
    assert (advice.reason, advice.saving) == (Reason.FEWER, Decimal(0))


def test_among_equals_the_plan_listed_first_is_taken() -> None:
    plans = [plan(2, "1 week", "7"), plan(1, "1 week", "7")]

    advice = advise([trip("2026-12-01", "2026-12-07")], plans)

    assert advice.best is not None
    assert bought(advice.best) == [("2026-12-01", 2, 1)]
    assert advice.reason is Reason.LISTED_FIRST


@pytest.mark.parametrize(
    ("scenario", "expected", "price"),
    [
        # 4 days at 500 MiB: four day passes 6; a week would be 8.
        (Scenario.SHORT_TRIP, {1: 4}, "6"),
        # 8 x 3 days from 1 December to 21 January: two months at 12 are 24, a quarter is 33, 24
        # day passes are 36, 8 weeks 64. Days for the first three trips and one month from 22
        # December, which ends on 21 January, are 13.5 + 12.
        (Scenario.FREQUENT_TRAVELLER, {30: 2}, "24"),
        # A year at 120 holds 182,500 MiB; twelve months are 144, four quarters 132 (the 365th day
        # is their last).
        (Scenario.LONG_POSTING, {365: 1}, "120"),
    ],
)
def test_the_scenarios_of_the_guides_get_the_advice_of_the_guides(
    scenario: Scenario, expected: dict[int, int], price: str
) -> None:
    plans = [
        plan(1, "1 day", "1.5", 1000), plan(7, "1 week", "8", 5000), plan(30, "1 month", "12", 20_000),
        plan(90, "1 quarter", "33", 60_000), plan(365, "1 year", "120", 200_000),
    ]  # fmt: skip
    [preset] = [preset for preset in PRESETS if preset.scenario is scenario]

    cover = best(*preset.from_day(day("2026-12-01")), plans=plans)

    assert {taken.id: count for taken, count in cover.counts} == expected
    assert cover.price == Decimal(price)


@pytest.mark.parametrize("length", ["1 month", "5 months", "1 quarter", "1 year", "10 days", "3 weeks"])
def test_validities_of_many_days_agree_with_the_period(length: str) -> None:
    demand = demand_of([trip("2027-01-01", "2029-12-31")])
    first, size = demand.days[0], len(demand.days)

    found = ends_of(plan(1, length, "1"), demand)

    after = [occurrence(bought_on, period(length), 1) for bought_on in demand.days]
    assert found == [min((end - first).days, size) for end in after]


@pytest.mark.parametrize(
    "overrides",
    [
        {"price": Decimal("-1")}, {"price": Decimal("NaN")}, {"price": Decimal("0.0001")},
        {"price": Decimal("1E+10")}, {"minutes": -1}, {"sms": UNLIMITED + 1}, {"throttled_after_mib": -1},
        {"period": period("101 years")},
    ],
)  # fmt: skip
def test_a_plan_that_makes_no_sense_is_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|at most|no period"):
        plan(1, "1 day", "1", **overrides)


def test_a_trip_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        trip("2026-12-02", "2026-12-01")
    with pytest.raises(ValueError, match="three years"):
        trip("2026-12-01", "2030-12-01")
    with pytest.raises(ValueError, match="three years"):
        trip("9990-12-01", "9990-12-02")
    with pytest.raises(ValueError, match="amount"):
        Amount(-1)


def test_advice_is_refused_where_it_can_t_be_right() -> None:
    one = trip("2026-12-01", "2026-12-02")
    daily = plan(1, "1 day", "1")

    with pytest.raises(ValueError, match="no trip"):
        advise([], [daily])
    with pytest.raises(ValueError, match="currencies"):
        advise([one], [daily, plan(2, "1 day", "1", currency="EUR")])
    with pytest.raises(ValueError, match="same id"):
        advise([one], [daily, plan(1, "2 days", "1")])
    with pytest.raises(ValueError, match="at least one"):
        advise([one], [daily], most_equal=0)
    with pytest.raises(ValueError, match="three years"):
        advise([trip("2026-01-01", "2028-12-31"), trip("2029-06-01", "2029-06-30")], [daily])


def test_the_longest_trip_and_the_latest_day_are_advised() -> None:
    last = date(9890, 12, 31)
    longest = Trip(starts_on=last - timedelta(days=MOST_DAYS - 1), ends_on=last, data_mib=NOTHING)

    assert best(longest, plans=[plan(1, "100 years", "1")]).days == MOST_DAYS
