"""Plan advice against trying everything, by a second, slower reading of the rules."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cards.rules.advice import UNLIMITED, Amount, Cover, Plan, Trip, advise
from cards.rules.periods import Period, Unit, occurrence

LAW = settings(max_examples=500, deadline=None, database=None)
# Before the end of a long and of a short month.
START = date(2027, 1, 27)

amounts = st.builds(Amount, st.integers(0, 3), st.booleans())
# Seldom too small for one day, often for a few.
limits = st.sampled_from([2, 3, 4, 5, 6, 7, 9, 12, UNLIMITED])
extras = st.sampled_from([0, 3, 8, UNLIMITED, UNLIMITED, UNLIMITED])
periods = st.one_of(
    st.builds(Period, st.integers(1, 4), st.just(Unit.DAY)),
    st.builds(Period, st.sampled_from([20, 24, 47, 48]), st.just(Unit.HOUR)),
    st.sampled_from([Period(1, Unit.WEEK), Period(1, Unit.MONTH), Period(1, Unit.QUARTER)]),
)


@st.composite
def trips(draw: st.DrawFn) -> Trip:
    start = START + timedelta(days=draw(st.integers(0, 9) | st.integers(0, 40)))
    end = start + timedelta(days=draw(st.integers(0, 5)))
    return Trip(
        starts_on=start, ends_on=end, data_mib=draw(amounts), minutes=draw(amounts), sms=draw(amounts),
        needs_hotspot=draw(st.sampled_from([False, False, False, True])),
    )  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    period = draw(periods)
    # Longer ones cost more, but less a day: else one plan would nearly always win alone.
    quarters = draw(st.integers(0, 3)) + draw(st.integers(0, 3)) * min(round(period.approx_days), 6)
    return Plan(
        id=draw(st.integers(0, 10**6)), price=Decimal(quarters) / 4, currency="KWD", period=period,
        data_mib=draw(limits), minutes=draw(extras), sms=draw(extras),
        has_hotspot=draw(st.sampled_from([True, True, False])),
        throttled_after_mib=draw(st.sampled_from([None, None, 3, 7])),
    )  # fmt: skip


price_lists = st.lists(plans(), min_size=1, max_size=3, unique_by=lambda plan: plan.id) | st.lists(
    plans(), min_size=3, max_size=3, unique_by=lambda plan: plan.id
)


Need = tuple[int, int, int, bool]


def needs_of(trips: list[Trip]) -> dict[date, Need]:
    needs: dict[date, Need] = {}
    for trip in trips:
        days = (trip.ends_on - trip.starts_on).days + 1
        for n in range(days):
            day = trip.starts_on + timedelta(days=n)
            data, minutes, sms, hotspot = needs.get(day, (0, 0, 0, False))
            needs[day] = (
                data + trip.data_mib.on(n, days), minutes + trip.minutes.on(n, days),
                sms + trip.sms.on(n, days), hotspot or trip.needs_hotspot,
            )  # fmt: skip
    return dict(sorted(needs.items()))


def last_day(plan: Plan, bought_on: date) -> date:
    if plan.period.is_hours:
        return bought_on + timedelta(days=plan.period.hours // 24 - 1)
    return occurrence(bought_on, plan.period, 1) - timedelta(days=1)


def carried(plan: Plan, count: int, days: list[tuple[date, Need]]) -> int:
    """How many of `days` go by on `count` plans bought on the first: used up one day at a time."""
    full_speed = plan.data_mib
    if plan.throttled_after_mib is not None:
        full_speed = min(full_speed, plan.throttled_after_mib)
    data, minutes, sms = count * full_speed, count * plan.minutes, count * plan.sms
    number = 0
    for day, (data_need, minutes_need, sms_need, hotspot) in days:
        fits = data_need <= data and minutes_need <= minutes and sms_need <= sms
        if day > last_day(plan, days[0][0]) or not fits or (hotspot and not plan.has_hotspot):
            break
        data, minutes, sms = data - data_need, minutes - minutes_need, sms - sms_need
        number += 1
    return number


Bought = tuple[tuple[date, int, int], ...]


def everything(days: list[tuple[date, Need]], plans: list[Plan], most_equal: int) -> Iterator[Bought]:
    """Yield every sequence of purchases (day, plan, how many) that carries all days."""
    if not days:
        yield ()
        return
    for plan in plans:
        for count in range(1, most_equal + 1):
            if number := carried(plan, count, days):
                for rest in everything(days[number:], plans, most_equal):
                    yield ((days[0][0], plan.id, count), *rest)


def bought(cover: Cover) -> Bought:
    return tuple((p.bought_on, p.plan.id, p.count) for p in cover.purchases)


@LAW
@given(st.lists(trips(), min_size=1, max_size=3), price_lists, st.integers(1, 3))
def test_no_sequence_is_cheaper_and_none_without_one_of_its_plans_beats_the_runner_up(
    trips: list[Trip], plans: list[Plan], most_equal: int
) -> None:
    needs = needs_of(trips)
    # Seven days at most, so that everything can be tried.
    days = list(needs.items())[: 8 - most_equal]
    cut = [
        Trip(
            starts_on=day, ends_on=day, data_mib=Amount(need[0]), minutes=Amount(need[1]),
            sms=Amount(need[2]), needs_hotspot=need[3],
        )
        for day, need in days
    ]  # fmt: skip
    whole = trips if len(needs) == len(days) else cut
    prices = {plan.id: plan.price for plan in plans}

    def weight(sequence: Bought) -> tuple[Decimal, int]:
        price = sum((prices[number] * count for _, number, count in sequence), Decimal(0))
        return price, sum(count for _, _, count in sequence)

    advice = advise(whole, plans, most_equal=most_equal)
    sequences = {sequence: weight(sequence) for sequence in everything(days, plans, most_equal)}

    if advice.stuck is not None:
        assert sequences == {}
        stuck = [day for day, need in days if not any(carried(p, most_equal, [(day, need)]) for p in plans)]
        assert (advice.stuck.day, advice.stuck.days) == (stuck[0], len(stuck))
        return
    assert advice.best is not None
    best = bought(advice.best)
    assert sequences[best] == min(sequences.values())
    assert advice.best.price == sequences[best][0]
    kinds = {number for _, number, _ in best}
    others = {s: w for s, w in sequences.items() if not kinds <= {number for _, number, _ in s}}
    if advice.runner_up is None:
        assert others == {}
        return
    assert others[bought(advice.runner_up)] == min(others.values())
    assert advice.saving == advice.runner_up.price - advice.best.price


@LAW
@given(st.lists(trips(), min_size=1, max_size=4), price_lists, st.integers(1, 3))
def test_days_and_leftovers_of_a_cover_add_up(trips: list[Trip], plans: list[Plan], most_equal: int) -> None:
    advice = advise(trips, plans, most_equal=most_equal)
    needs = needs_of(trips)

    for cover in filter(None, (advice.best, advice.runner_up)):
        assert sum(p.days for p in cover.purchases) == cover.days == len(needs)
        for number in range(3):
            held = [p.count * p.plan.amounts[number] for p in cover.purchases]
            if max(held) < UNLIMITED:
                needed = sum(need[number] for need in needs.values())
                assert sum(held) - cover.left[number] == needed
        assert all(p.bought_on <= p.last_used_on <= p.ends_on for p in cover.purchases)
        assert [bool(p.ended_by) for p in cover.purchases] == [True] * (len(cover.purchases) - 1) + [False]
