from decimal import Decimal

import pytest

from cards.rules.stages import AfterStage
from cards.rules.validity import From, Mode, Outcome, Rule, Tier, check_rule, play

from .facts import BAHRAIN, RECORDED, action, at, day, ends, period, played, reading, rule, version

GRACE = (AfterStage("grace", period("30 days"), "service"),)


def test_a_reading_wins_and_later_actions_continue_from_it() -> None:
    of = rule("180 days", base=From.LATER, mode=Mode.ADD)
    read = reading("2026-04-01", "2026-09-30")
    found = played(of, action("2026-03-01"), read)
    assert (found.ends_on, found.decided_by) == (day("2026-09-30"), read.id)
    assert ends(of, action("2026-03-01"), read, action("2026-04-02")) == "2027-03-29"


def test_an_earlier_date_read_off_wins_too() -> None:
    assert ends(rule(), action("2026-03-01"), reading("2026-04-01", "2026-04-15")) == "2026-04-15"


def test_entries_before_a_reading_no_longer_matter_for_it() -> None:
    read = reading("2026-04-01", "2026-09-01")
    for earlier in ([], [action("2026-03-31")], [action("2020-01-01"), action("2026-01-01")]):
        assert ends(rule(), read, *earlier) == "2026-09-01"


def test_on_one_day_actions_come_before_readings_unless_both_have_instants() -> None:
    of = rule("30 days")
    read, top_up = reading("2026-04-01", "2026-04-20"), action("2026-04-01")
    assert ends(of, read, top_up) == "2026-04-20"
    timed = action("2026-04-01", at=at("2026-04-01T12:00"))
    earlier = reading("2026-04-01", "2026-04-20", at=at("2026-04-01T11:00"))
    assert ends(of, earlier, timed) == "2026-05-01"


def test_a_correction_keeps_the_place_of_what_it_voids() -> None:
    first = reading("2026-04-01", "2026-04-20")
    second = reading("2026-04-01", "2026-04-25")
    corrected = reading("2026-04-01", "2026-04-19", place=first.place)
    assert ends(None, second, corrected) == "2026-04-25"


def test_a_reading_later_than_the_rule_allows_waits_for_a_second_one() -> None:
    of, top_up = rule("180 days"), action("2026-03-01")
    wrong_year = reading("2026-04-01", "2027-08-28")
    waiting = played(of, top_up, wrong_year)
    assert (waiting.ends_on, waiting.unconfirmed_on) == (day("2026-08-28"), day("2027-08-28"))
    assert waiting.decided_by == top_up.id
    assert waiting.outcomes[wrong_year.id] is Outcome.UNCONFIRMED

    second = reading("2026-04-02", "2027-08-28")
    confirmed = played(of, top_up, wrong_year, second)
    assert (confirmed.ends_on, confirmed.unconfirmed_on) == (day("2027-08-28"), None)
    assert confirmed.decided_by == second.id


def test_a_later_second_reading_confirms_the_earlier_date_only() -> None:
    found = played(
        rule(), action("2026-03-01"), reading("2026-04-01", "2027-08-28"),
        reading("2026-04-02", "2028-08-28"),
    )  # fmt: skip
    assert (found.ends_on, found.unconfirmed_on) == (day("2027-08-28"), day("2028-08-28"))


def test_an_earlier_second_reading_takes_the_place_of_the_first() -> None:
    entries = action("2026-03-01"), reading("2026-04-01", "2028-08-28")
    still = played(rule(), *entries, reading("2026-04-02", "2027-08-28"))
    assert (still.ends_on, still.unconfirmed_on) == (day("2026-08-28"), day("2027-08-28"))
    plausible = played(rule(), *entries, reading("2026-04-02", "2026-09-01"))
    assert (plausible.ends_on, plausible.unconfirmed_on) == (day("2026-09-01"), None)


@pytest.mark.parametrize(
    ("overrides", "expires_on", "is_read"),
    [
        # Top-up on 1 Mar + 30 days = 31 Mar; reading on 21 Mar.
        ({}, "2026-04-20", True),
        ({}, "2026-04-21", False),
        ({"base": From.LATER, "mode": Mode.ADD}, "2026-04-30", True),
        ({"base": From.LATER, "mode": Mode.ADD}, "2026-05-01", False),
        ({"base": From.LATER, "mode": Mode.ADD, "cap": period("35 days")}, "2026-04-25", True),
        ({"base": From.LATER, "mode": Mode.ADD, "cap": period("35 days")}, "2026-04-26", False),
        ({"first_period": period("60 days")}, "2026-05-20", True),
    ],
)
def test_a_rule_allows_what_one_action_on_that_day_would_give(
    overrides: dict[str, object], expires_on: str, is_read: bool
) -> None:
    read = reading("2026-03-21", expires_on)
    found = played(rule("30 days", **overrides), action("2026-03-01"), read)
    assert (found.outcomes[read.id] is Outcome.READ) is is_read
    assert (found.ends_on == day(expires_on)) is is_read


def test_without_any_end_the_earlier_date_is_what_the_rule_allows() -> None:
    found = played(rule("180 days"), reading("2026-01-01", "2027-12-31"))
    assert (found.ends_on, found.unconfirmed_on) == (day("2026-06-30"), day("2027-12-31"))
    # An end that was only reckoned from a start years ago is disproved by the reading.
    old = played(rule("180 days"), reading("2026-01-01", "2027-12-31"), started_on=day("2020-01-01"))
    assert (old.ends_on, old.unconfirmed_on) == (day("2026-06-30"), day("2027-12-31"))


def test_an_action_that_reaches_an_unconfirmed_date_settles_it() -> None:
    entries = action("2026-03-01"), reading("2026-04-01", "2026-12-01")
    assert played(rule(), *entries, action("2026-05-01")).unconfirmed_on == day("2026-12-01")
    assert played(rule(), *entries, action("2026-06-10")).unconfirmed_on is None


def test_a_reading_without_a_date_does_nothing() -> None:
    entry = action("2026-04-01", "reading", amount="0")
    assert played(rule(), entry).outcomes == {entry.id: Outcome.NO_EFFECT}


def test_a_reading_names_the_day_and_keeps_a_known_hour() -> None:
    bought = action("2026-12-01", at=at("2026-12-01T07:30"))
    found = played(rule("24 hours"), bought, reading("2026-12-01", "2026-12-02"))
    assert found.ends_at == at("2026-12-02T07:30")


def test_hearsay_runs_but_never_replaces_an_earlier_firm_date() -> None:
    rumour = rule("180 days", confidence="C", stages=GRACE)
    found = played(rumour, action("2026-03-01"))
    assert (found.ends_on, found.is_hearsay) == (day("2026-08-28"), True)
    # Stage lengths that are only hearsay are unknown: nothing is called lost.
    assert (found.lost_on, found.after.is_unknown) == (None, True)

    top_up = action("2026-03-02")
    held = played(rumour, reading("2026-03-01", "2026-04-01"), top_up)
    assert (held.ends_on, held.is_hearsay) == (day("2026-04-01"), False)
    assert held.outcomes[top_up.id] is Outcome.NO_EFFECT
    assert ends(rumour, top_up, fixed=day("2026-04-01")) == "2026-04-01"
    earlier = played(rumour, reading("2026-03-01", "2027-04-01"), top_up)
    assert (earlier.ends_on, earlier.is_hearsay) == (day("2026-08-29"), True)


def test_a_hearsay_length_does_not_hold_back_the_operators_own_date() -> None:
    rumour = rule("30 days", confidence="C")
    found = played(rumour, action("2026-03-01"), reading("2026-03-02", "2027-01-01"))
    assert (found.ends_on, found.is_hearsay) == (day("2027-01-01"), False)


def test_an_action_counts_after_the_end_while_the_card_can_be_saved() -> None:
    of = rule("30 days", stages=GRACE)
    found = played(of, action("2026-01-01"))
    assert (found.ends_on, found.save_until_on, found.lost_on) == (
        day("2026-01-31"), day("2026-03-02"), day("2026-03-03"),
    )  # fmt: skip
    assert ends(of, action("2026-01-01"), action("2026-03-02")) == "2026-04-01"


def test_after_a_known_loss_an_action_changes_nothing_until_restored() -> None:
    of = rule("30 days", stages=GRACE)
    first, late = action("2026-01-01"), action("2026-03-03")
    lost = played(of, first, late)
    assert (lost.ends_on, lost.last_counted_on) == (day("2026-01-31"), day("2026-01-01"))
    assert lost.outcomes[late.id] is Outcome.AFTER_LOSS

    restored = action("2026-03-04", "restored")
    reopened = played(of, first, late, restored)
    assert (reopened.ends_on, reopened.outcomes[restored.id]) == (None, Outcome.REOPENED)
    assert ends(of, first, late, restored, action("2026-03-05")) == "2026-04-04"
    assert ends(of, first, late, restored, reading("2026-03-05", "2026-04-01")) == "2026-04-01"
    counting = rule("30 days", stages=GRACE, counts=frozenset({"top-up", "restored"}))
    assert ends(counting, first, restored) == "2026-04-03"


def test_an_unknown_length_is_never_lost() -> None:
    of = rule("30 days", stages=(*GRACE, AfterStage("limbo", None, "number")))
    assert ends(of, action("2026-01-01"), action("2029-01-01")) == "2029-01-31"


def test_a_reading_that_shows_the_line_alive_outweighs_a_reckoned_loss() -> None:
    of = rule("30 days", stages=GRACE)
    first = action("2026-01-01")
    assert ends(of, first, reading("2026-06-01", "2026-06-20")) == "2026-06-20"
    past = reading("2026-06-01", "2026-05-20")
    found = played(of, first, past)
    assert (found.ends_on, found.outcomes[past.id]) == (day("2026-01-31"), Outcome.AFTER_LOSS)


def test_a_loss_reckoned_from_the_start_alone_yields_to_a_later_action() -> None:
    of = rule("30 days", first_period=period("30 days"), stages=GRACE)
    started = day("2020-01-01")
    assert str(played(of, started_on=started).lost_on) == "2020-03-02"
    assert ends(of, action("2026-01-01"), started_on=started) == "2026-01-31"


def test_the_stages_are_those_of_the_rule_in_force_at_the_end() -> None:
    longer = rule("30 days", stages=(AfterStage("grace", period("60 days"), "service"),))
    versions = [version(rule("30 days", stages=GRACE)), version(longer, "2026-01-15")]
    found = play([action("2026-01-01")], versions, zones=BAHRAIN)
    assert (found.ends_on, found.lost_on) == (day("2026-01-31"), day("2026-04-02"))
    assert found.known_at == RECORDED


@pytest.mark.parametrize(
    "wrong",
    [
        rule(counts=frozenset()),
        rule(mode=Mode.ADD),
        rule(confidence="D"),
        rule("24 hours", cap=period("30 days")),
        rule(cap=period("24 hours")),
        rule("101 years"),
        rule(minimum=Decimal(5)),
        rule(minimum=Decimal(-5), currency="BHD"),
        rule(minimum=Decimal("NaN"), currency="BHD"),
        rule(
            currency="BHD",
            tiers=tuple(Tier(minimum=Decimal(least), period=period("30 days")) for least in (5, 5)),
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: Rule) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        check_rule(wrong)


def test_sensible_rules_pass() -> None:
    check_rule(rule())
    check_rule(rule(base=From.LATER, mode=Mode.ADD, cap=period("1 year"), stages=GRACE))
