"""Which amounts count, for which kind of action, and for which clock."""

from decimal import Decimal

import pytest

from cards.rules.validity import Entry, Mode, Outcome, Rule, Tier, check_rule

from .facts import action, ends, period, played, reading, rule

CALLS_AND_TOP_UPS = frozenset({"call", "top-up"})


def tier(minimum: str, length: str, *, is_credit: bool = False) -> Tier:
    return Tier(minimum=Decimal(minimum), period=period(length), is_credit=is_credit)


def paid(amount: str, on: str = "2026-01-01", kind: str = "top-up") -> Entry:
    return action(on, kind, amount=amount, currency="USD")


def outcome(of: Rule, entry: Entry) -> Outcome:
    return played(of, entry).outcomes[entry.id]


def test_a_minimum_may_be_for_one_kind_only() -> None:
    of = rule(counts=CALLS_AND_TOP_UPS, minima=(("top-up", Decimal(10)),), currency="USD")
    assert outcome(of, action("2026-01-01", "call")) is Outcome.COUNTED
    assert outcome(of, action("2026-01-01")) is Outcome.TOO_SMALL
    assert outcome(of, paid("9.999")) is Outcome.TOO_SMALL
    assert outcome(of, paid("10")) is Outcome.COUNTED
    assert outcome(of, action("2026-01-01", amount="10", currency="EUR")) is Outcome.OTHER_CURRENCY
    # Whatever the call cost, it counts.
    assert outcome(of, action("2026-01-01", "call", amount="0.1", currency="EUR")) is Outcome.COUNTED


@pytest.mark.parametrize("own", ["2", "50"])
def test_a_kinds_own_minimum_beats_the_common_one_upwards_and_downwards(own: str) -> None:
    of = rule(counts=CALLS_AND_TOP_UPS, minimum=Decimal(10), minima=(("call", Decimal(own)),), currency="USD")
    assert outcome(of, paid(own, kind="call")) is Outcome.COUNTED
    assert outcome(of, paid("1.999", kind="call")) is Outcome.TOO_SMALL
    assert outcome(of, paid("49.999", kind="call")) is (Outcome.COUNTED if own == "2" else Outcome.TOO_SMALL)
    assert outcome(of, paid("9.999")) is Outcome.TOO_SMALL
    assert outcome(of, paid("10")) is Outcome.COUNTED


def test_a_tier_that_names_the_credits_clock_does_not_move_the_line() -> None:
    of = rule(tiers=(tier("5", "7 days", is_credit=True), tier("10", "90 days")), currency="USD")
    assert outcome(of, paid("4")) is Outcome.TOO_SMALL
    assert outcome(of, paid("5")) is Outcome.OTHER_CLOCK
    assert ends(of, paid("10")) == "2026-04-01"
    found = played(of, paid("10"), paid("5", "2026-02-01"))
    assert (str(found.ends_on), str(found.last_counted_on)) == ("2026-04-01", "2026-01-01")
    # It still shows that the line is alive.
    assert str(found.last_alive_on) == "2026-02-01"


def test_the_highest_tier_reached_says_the_clock() -> None:
    of = rule(tiers=(tier("5", "30 days"), tier("10", "90 days", is_credit=True)), currency="USD")
    assert ends(of, paid("9.999")) == "2026-01-31"
    assert outcome(of, paid("10")) is Outcome.OTHER_CLOCK


def test_where_every_tier_is_the_credits_the_line_has_the_rules_own_period() -> None:
    of = rule(tiers=(tier("10", "30 days", is_credit=True),), currency="USD")
    # 1 Jan + 180 days = day 181 = 30 Jun, whatever the amount.
    assert ends(of, action("2026-01-01")) == ends(of, paid("1")) == ends(of, paid("10")) == "2026-06-30"


def test_a_reading_is_not_measured_by_the_credits_tiers() -> None:
    of = rule("30 days", tiers=(tier("5", "30 days"), tier("10", "1 year", is_credit=True)), currency="USD")
    found = played(of, paid("5"), reading("2026-01-02", "2026-12-31"))
    assert (str(found.ends_on), str(found.unconfirmed_on)) == ("2026-01-31", "2026-12-31")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"minima": (("top-up", Decimal(5)),)}, "a minimum amount needs a currency"),
        ({"minima": (("top-up", Decimal(-5)),), "currency": "USD"}, "an amount must be zero or more"),
        ({"minima": (("top-up", Decimal("NaN")),), "currency": "USD"}, "an amount must be zero or more"),
        ({"tiers": (tier("NaN", "1 day"), tier("5", "1 day"))}, "an amount must be zero or more"),
        (
            {"minima": (("call", Decimal(5)),), "currency": "USD"},
            "a minimum amount is for an action that does not count",
        ),
        (
            {"minima": (("top-up", Decimal(5)), ("top-up", Decimal(6))), "currency": "USD"},
            "an action has two minimum amounts",
        ),
        ({"zero_after": period("101 years")}, "a period of more than 100 years is no period"),
        (
            {"tiers": (tier("5", "101 years", is_credit=True),), "currency": "USD"},
            "a period of more than 100 years is no period",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_a_sentence(
    facts: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        check_rule(rule(**facts))


def test_a_rule_with_everything_makes_sense() -> None:
    check_rule(
        rule(
            minima=(("top-up", Decimal(0)),),
            tiers=(tier("0", "7 days", is_credit=True), tier("10", "1 year")),
            currency="USD",
            mode=Mode.AT_LEAST,
            zero_after=period("45 days"),
            first_period=period("10 days"),
            cap=period("2 years"),
            is_lost_at_end=True,
        )
    )
