"""Laws of what keeping a line costs in a year."""

import random
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cards.rules.keeping import Cost, Drain, Sum, sums_of, total, ways_of
from cards.rules.rulebook import Rule

from .everything import IN_HOURS, LAW, PERIODS, rules
from .facts import period

CODES = st.sampled_from(["BHD", "BHD", "USD"])
MONEY = st.decimals(0, 100, places=3)
COSTS = st.lists(
    st.builds(
        Cost, kind=st.sampled_from(["top-up", "call", "sms"]), amount=MONEY, currency=CODES
    ),
    max_size=5,
)  # fmt: skip
DRAINS = st.lists(
    st.builds(Drain, amount=MONEY, currency=CODES, period=PERIODS | IN_HOURS, is_bill=st.booleans()),
    max_size=3,
)


def paid(sums: tuple[Sum, ...], currency: str) -> Decimal:
    return sum((item.paid for item in sums if item.currency == currency), Decimal(0))


@LAW
@given(rules(), COSTS, DRAINS)
def test_within_one_currency_the_cheapest_way_comes_first_and_unknown_ones_last(
    rule: Rule, costs: list[Cost], drains: list[Drain]
) -> None:
    ways = ways_of(rule, costs, drains)
    known = [way.price is not None for way in ways]
    assert known == sorted(known, reverse=True)
    for currency in ("BHD", "USD"):
        mine = [way for way in ways if way.price and way.currency == currency]
        for one, other in pairwise(paid(sums_of(way, drains), currency) for way in mine):
            assert one <= other


@LAW
@given(rules(), COSTS)
def test_a_way_in_another_currency_never_stands_before_one_in_the_rules(
    rule: Rule, costs: list[Cost]
) -> None:
    elsewhere = [way.currency != rule.currency for way in ways_of(rule, costs) if way.price]
    assert elsewhere == sorted(elsewhere)


@LAW
@given(rules(), COSTS, DRAINS, st.randoms(use_true_random=False))
def test_the_order_of_costs_and_charges_changes_no_sum(
    rule: Rule, costs: list[Cost], drains: list[Drain], dice: random.Random
) -> None:
    mixed, drained = list(costs), list(drains)
    dice.shuffle(mixed)
    dice.shuffle(drained)
    found = {(way.kind, way.period, way.price, way.currency) for way in ways_of(rule, costs)}
    assert {(way.kind, way.period, way.price, way.currency) for way in ways_of(rule, mixed)} == found
    assert sums_of(None, drained) == sums_of(None, drains)


@LAW
@given(rules(), COSTS, DRAINS)
def test_nothing_is_paid_twice_and_only_top_ups_stay(
    rule: Rule, costs: list[Cost], drains: list[Drain]
) -> None:
    for way in ways_of(rule, costs, drains):
        for item in sums_of(way, drains):
            alone = paid(sums_of(None, drains), item.currency)
            own = (way.a_year or Decimal(0)) if way.currency == item.currency else Decimal(0)
            assert max(alone, own) <= item.paid <= alone + own
            assert Decimal(0) <= item.stays <= item.paid
            assert way.stays or item.stays == 0


@LAW
@given(DRAINS, DRAINS)
def test_totals_add_up_by_currency(one: list[Drain], other: list[Drain]) -> None:
    first, second = sums_of(None, one), sums_of(None, other)
    both = total([*first, *second])
    assert [item.currency for item in both] == sorted({item.currency for item in (*first, *second)})
    for item in both:
        assert item.paid == paid(first, item.currency) + paid(second, item.currency)


def test_a_month_is_a_twelfth_and_a_quarter_a_fourth_of_the_year() -> None:
    for length, expected in (("1 month", "12"), ("1 quarter", "4"), ("1 year", "1"), ("2 years", "0.5")):
        drain = Drain(amount=Decimal(1), currency="BHD", period=period(length), is_bill=False)
        assert drain.a_year == Decimal(expected)
