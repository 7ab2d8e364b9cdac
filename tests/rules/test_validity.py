from datetime import timedelta
from decimal import Decimal

import pytest

from cards.rules.validity import From, Mode, Outcome, Tier, play, renewal_rule

from .facts import BAHRAIN, action, at, day, ends, period, played, reading, rule, version

ADD = {"base": From.LATER, "mode": Mode.ADD}


def tier(minimum: str, length: str, mode: Mode | None = None) -> Tier:
    return Tier(minimum=Decimal(minimum), period=period(length), mode=mode)


def test_a_keep_alive_rule_does_not_count_the_actions_own_day() -> None:
    found = played(rule("180 days"), action("2026-03-01"))
    assert found.ends_on == day("2026-08-28")
    assert found.ends_at == at("2026-08-28T21:00")
    assert found.period == timedelta(days=180)
    assert (found.started_on, found.last_counted_on) == (day("2026-03-01"), day("2026-03-01"))


def test_a_rule_may_count_the_first_day() -> None:
    assert ends(rule("7 days", counts_first_day=True), action("2026-12-01")) == "2026-12-07"
    assert ends(rule("1 month", counts_first_day=True), action("2026-01-31")) == "2026-02-27"


@pytest.mark.parametrize(
    ("actions", "length", "expected"),
    [
        (["2026-12-01", "2026-12-03"], "7 days", "2026-12-14"),
        (["2026-01-31"] * 2, "1 month", "2026-03-30"),
        (["2026-01-31"] * 3, "1 month", "2026-04-29"),
    ],
)
def test_from_a_current_end_no_first_day_is_subtracted_again(
    actions: list[str], length: str, expected: str
) -> None:
    assert ends(rule(length, counts_first_day=True, **ADD), *map(action, actions)) == expected


@pytest.mark.parametrize(
    ("base", "mode", "second", "expected"),
    [
        # First action 1 Mar 2026 + 30 days = 31 Mar; then one before and one after the end.
        (From.ACTION, Mode.RESET, "2026-03-11", "2026-04-10"),
        (From.ACTION, Mode.RESET, "2026-04-11", "2026-05-11"),
        (From.ACTION, Mode.AT_LEAST, "2026-03-11", "2026-04-10"),
        (From.END, Mode.RESET, "2026-03-11", "2026-04-30"),
        (From.END, Mode.RESET, "2026-04-11", "2026-04-30"),
        (From.END, Mode.ADD, "2026-04-11", "2026-04-30"),
        (From.LATER, Mode.RESET, "2026-03-11", "2026-04-30"),
        (From.LATER, Mode.RESET, "2026-03-31", "2026-04-30"),
        (From.LATER, Mode.RESET, "2026-04-11", "2026-05-11"),
        (From.LATER, Mode.ADD, "2026-03-11", "2026-04-30"),
        (From.LATER, Mode.ADD, "2026-04-11", "2026-05-11"),
    ],
)
def test_from_gives_the_base_and_mode_how_it_meets_the_end(
    base: From, mode: Mode, second: str, expected: str
) -> None:
    of = rule("30 days", base=base, mode=mode)
    assert ends(of, action("2026-03-01"), action(second)) == expected


def test_a_reset_may_shorten_and_at_least_never_does() -> None:
    tiers = (tier("1", "30 days"), tier("10", "365 days"))
    entries = (
        action("2026-01-01", amount="10", currency="BHD"),
        action("2026-02-01", amount="1", currency="BHD"),
    )
    reset = rule(tiers=tiers, currency="BHD")
    assert ends(reset, *entries) == "2026-03-03"
    at_least = rule(tiers=tiers, currency="BHD", mode=Mode.AT_LEAST)
    found = played(at_least, *entries)
    assert found.ends_on == day("2027-01-01")
    assert found.decided_by == entries[0].id
    assert found.outcomes[entries[1].id] is Outcome.NO_EFFECT


@pytest.mark.parametrize(
    ("anchor", "times", "expected"),
    [
        ("2026-01-31", 2, "2026-03-31"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-08-31", 7, "2027-03-31"),
    ],
)
def test_renewals_from_the_end_keep_the_anchor(anchor: str, times: int, expected: str) -> None:
    of = renewal_rule(period("1 month"))
    assert ends(of, *(action(anchor, "renewal") for _ in range(times))) == expected


def test_months_of_different_tiers_share_the_anchor() -> None:
    of = rule(tiers=(tier("1", "1 month"), tier("3", "1 quarter")), currency="BHD", **ADD)
    one = action("2026-01-31", amount="1", currency="BHD")
    three = action("2026-01-31", amount="3", currency="BHD")
    assert ends(of, one, three) == "2026-05-31"


def test_the_anchor_is_new_after_days_a_reading_an_actions_day_and_a_cap() -> None:
    of = renewal_rule(period("1 month"))
    read = ends(of, action("2026-01-31", "renewal"), reading("2026-02-01", "2026-02-28"),
                action("2026-02-02", "renewal"))  # fmt: skip
    assert read == "2026-03-28"
    tiers = (tier("1", "1 month"), tier("3", "5 days"))
    mixed = rule(tiers=tiers, currency="BHD", **ADD)
    month, days = (action("2026-01-31", amount=a, currency="BHD") for a in ("1", "3"))
    assert ends(mixed, month, days, action("2026-01-31", amount="1", currency="BHD")) == "2026-04-05"
    late = rule("1 month", **ADD)
    assert ends(late, action("2026-01-31"), action("2026-03-01"), action("2026-03-02")) == "2026-05-01"
    capped = rule("1 month", cap=period("40 days"), **ADD)
    # 28 Feb, then at most 31 Jan + 40 days = 12 Mar, and from there a month on.
    found = ends(capped, action("2026-01-31"), action("2026-01-31"), action("2026-03-10"))
    assert found == "2026-04-12"


def test_a_cap_holds_the_end_but_never_pulls_it_back() -> None:
    capped = rule("30 days", cap=period("50 days"), **ADD)
    assert ends(capped, action("2026-01-01"), action("2026-01-01")) == "2026-02-20"
    before = action("2026-01-02")
    found = played(capped, reading("2026-01-01", "2026-02-19"), action("2026-01-01"), before)
    assert found.ends_on == day("2026-02-21")
    # An end beyond the cap, kept: nothing moves.
    free = version(rule("300 days", **ADD))
    held = version(rule("30 days", cap=period("50 days"), **ADD), "2026-02-01")
    late = action("2026-02-02")
    kept = play([action("2026-01-01"), late], [free, held], zones=BAHRAIN)
    assert kept.ends_on == day("2026-10-28")
    assert kept.outcomes[late.id] is Outcome.NO_EFFECT


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"amount": "5", "currency": "BHD"}, Outcome.COUNTED),
        ({"amount": "4.999", "currency": "BHD"}, Outcome.TOO_SMALL),
        ({}, Outcome.TOO_SMALL),
        ({"amount": "5", "currency": "USD"}, Outcome.OTHER_CURRENCY),
        ({"amount": "5", "currency": "BHD", "kind": "call"}, Outcome.OTHER_KIND),
    ],
)
def test_an_action_counts_by_kind_amount_and_currency(facts: dict[str, str], outcome: Outcome) -> None:
    entry = action("2026-03-01", **facts)
    found = played(rule(minimum=Decimal(5), currency="BHD"), entry)
    assert found.outcomes == {entry.id: outcome}
    assert (found.ends_on is not None) is (outcome is Outcome.COUNTED)


def test_the_highest_tier_reached_is_taken_and_below_the_lowest_nothing_counts() -> None:
    of = rule(tiers=(tier("5", "30 days"), tier("10", "90 days")), currency="BHD")

    def after(amount: str) -> str:
        return ends(of, action("2026-01-01", amount=amount, currency="BHD"))

    assert [after("4"), after("5"), after("9"), after("10"), after("99")] == [
        "None", "2026-01-31", "2026-01-31", "2026-04-01", "2026-04-01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("overrides", "entries", "expected"),
    [
        ({"first_period": period("30 days")}, [], "2026-01-31"),
        ({"first_period": period("30 days")}, ["2026-01-10"], "2026-07-09"),
        # Nothing said about the first period and nothing recorded: the date is unknown.
        ({}, [], "None"),
        (ADD, ["2026-01-01"], "2026-06-30"),
        (ADD, ["2026-01-01", "2026-01-01"], "2026-12-27"),
        ({"first_action_starts": True}, [], "None"),
        ({"first_action_starts": True}, ["2026-02-01"], "2026-07-31"),
        ({"first_action_starts": True, "first_period": period("30 days")}, ["2026-02-01"], "2026-03-03"),
        (
            {"first_action_starts": True, "first_period": period("30 days")},
            ["2026-02-01", "2026-02-02"],
            "2026-08-01",
        ),
    ],
)
def test_the_first_period_runs_from_the_start_or_the_first_action(
    overrides: dict[str, object], entries: list[str], expected: str
) -> None:
    of = rule("180 days", **overrides)
    assert ends(of, *map(action, entries), started_on=day("2026-01-01")) == expected


def test_a_fixed_date_stands_until_an_entry_moves_it() -> None:
    fixed = day("2026-06-30")
    alone = played(None, fixed=fixed)
    assert (alone.ends_on, alone.known_at, alone.decided_by) == (fixed, None, None)
    assert ends(renewal_rule(period("1 month")), action("2026-06-01", "renewal"), fixed=fixed) == (
        "2026-07-30"
    )


def test_without_a_rule_only_readings_fix_the_end() -> None:
    top_up, read = action("2026-03-01"), reading("2026-03-02", "2030-01-01")
    found = played(None, top_up, read)
    assert found.ends_on == day("2030-01-01")
    assert found.outcomes == {top_up.id: Outcome.OTHER_KIND, read.id: Outcome.READ}
    assert (found.period, found.after.is_unknown) == (None, True)


def test_hours_give_the_exact_instant() -> None:
    of = rule("24 hours", **ADD)
    first = action("2026-12-01", at=at("2026-12-01T10:30+03:00"))
    found = played(of, first)
    assert (found.ends_on, found.ends_at) == (day("2026-12-02"), at("2026-12-02T07:30"))
    second = action("2026-12-02", at=at("2026-12-02T07:00"))
    assert played(of, first, second).ends_at == at("2026-12-03T07:30")
    # No instant: from the first of the day at the operator's place.
    found = played(of, action("2026-12-01"))
    assert (found.ends_on, found.ends_at) == (day("2026-12-01"), at("2026-12-01T21:00"))


def test_an_instant_is_converted_to_the_day_at_the_operators_place() -> None:
    late = action("2026-03-01", at=at("2026-03-01T22:30"))
    assert ends(rule("1 day"), late) == "2026-03-03"
    west = ["America/New_York", "America/Los_Angeles"]
    early = action("2026-03-02", at=at("2026-03-02T06:30"))
    assert ends(rule("1 day"), early, zones=west) == "2026-03-02"


def test_the_rule_in_force_on_the_actions_day_counts() -> None:
    versions = [
        version(rule("90 days"), "2026-06-01", at("2026-05-20")),
        version(rule("180 days"), "2020-01-01"),
    ]
    old = play([action("2026-05-31")], versions, zones=BAHRAIN)
    assert (old.ends_on, old.known_at) == (day("2026-11-27"), at("2025-01-01"))
    new = play([action("2026-06-01")], versions, zones=BAHRAIN)
    assert (new.ends_on, new.known_at) == (day("2026-08-30"), at("2026-05-20"))
    before_all = play([action("2019-01-01")], versions, zones=BAHRAIN)
    assert before_all.ends_on == day("2019-06-30")


def test_known_at_follows_what_fixed_the_date() -> None:
    of = rule("30 days", **ADD)
    first = action("2026-01-01", recorded_at=at("2026-05-01"))
    second = action("2026-01-15", recorded_at=at("2026-02-01"))
    # The second builds on the first, which was recorded later.
    assert played(of, first, second).known_at == at("2026-05-01")
    # The same date again was known before.
    again = action("2026-01-01", recorded_at=at("2026-06-01"))
    assert played(rule("30 days"), first, again).known_at == at("2026-05-01")
    assert played(rule("30 days"), first, again).decided_by == again.id


def test_dates_stop_before_the_end_of_time() -> None:
    of = rule("100 years", **ADD)
    found = played(of, *(action("2026-01-01") for _ in range(90)))
    assert found.ends_on == day("9990-12-31")
    assert found.ends_at == at("9990-12-31T21:00")
    assert ends(rule("180 days"), action("9990-12-01")) == "9990-12-31"


def test_whatever_shows_the_line_in_use_is_when_it_was_last_seen_alive() -> None:
    top_up = action("2026-01-01")
    used = [action("2026-01-05", "call-received"), action("2026-01-07", "sms"), action("2026-01-09", "note")]
    found = played(rule("30 days"), top_up, *used)
    assert (found.last_alive_on, found.last_counted_on) == (day("2026-01-07"), day("2026-01-01"))
    # It is shown, and moves nothing.
    assert found.ends_on == day("2026-01-31")
    lost = played(rule("30 days", is_lost_at_end=True), top_up, action("2026-02-01", "sms"))
    assert lost.last_alive_on == day("2026-01-01")
