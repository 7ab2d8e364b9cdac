"""Credit that is sent can take days of validity with it (Zain Kuwait: the sender loses validity)."""

from typing import Any

import pytest

from cards.rules.validity import AfterStage, Entry, From, Mode, Outcome

from .facts import action, at, day, period, played, reading, rule

ADD = {"base": From.LATER, "mode": Mode.ADD}


def sent(on: str, days: int | None, **overrides: Any) -> Entry:
    return action(on, "credit-sent", days_given=days, **overrides)


def test_the_end_moves_back_by_the_days_given() -> None:
    gift = sent("2026-02-01", 30)
    found = played(rule("180 days"), action("2026-01-01"), gift)
    # 1 Jan + 180 days = 30 Jun; 30 days earlier is 31 May.
    assert (found.ends_on, found.decided_by) == (day("2026-05-31"), gift.id)
    assert found.outcomes[gift.id] is Outcome.SHORTENED
    assert (found.started_on, found.last_counted_on) == (day("2026-01-01"), day("2026-01-01"))
    assert found.last_alive_on == day("2026-02-01")


@pytest.mark.parametrize("days", [29, 30, 31, 30_000])
def test_no_end_moves_before_the_day_it_was_given_away(days: int) -> None:
    found = played(rule("30 days"), action("2026-01-01"), sent("2026-01-02", days))
    assert found.ends_on == max(day("2026-01-02"), day("2026-01-31").replace(day=31 - min(days, 29)))


@pytest.mark.parametrize("on", ["2026-01-31", "2026-02-03"])
def test_an_end_of_that_day_or_before_it_stays(on: str) -> None:
    gift = sent(on, 5)
    found = played(rule("30 days"), action("2026-01-01"), gift)
    assert (found.ends_on, found.outcomes[gift.id]) == (day("2026-01-31"), Outcome.NO_EFFECT)


@pytest.mark.parametrize("days", [None, 0])
def test_credit_sent_without_days_moves_nothing(days: int | None) -> None:
    found = played(rule("30 days"), action("2026-01-01"), sent("2026-01-02", days))
    assert found.ends_on == day("2026-01-31")


def test_without_a_date_there_is_nothing_to_give() -> None:
    gift = sent("2026-01-02", 5)
    found = played(rule("30 days"), gift)
    assert (found.ends_on, found.outcomes[gift.id]) == (None, Outcome.NO_EFFECT)


def test_later_actions_count_on_from_the_shortened_end() -> None:
    days = rule("30 days", **ADD)
    # 31 Jan, less 3 = 28 Jan, + 30 = 27 Feb.
    more = played(days, action("2026-01-01"), sent("2026-01-02", 3), action("2026-01-10"))
    assert more.ends_on == day("2026-02-27")
    months = rule("1 month", **ADD)
    # 31 Jan + 1 month = 28 Feb, less 1 = 27 Feb: the new anchor, + 1 month = 27 Mar.
    more = played(months, action("2026-01-31"), sent("2026-02-01", 1), action("2026-02-02"))
    assert more.ends_on == day("2026-03-27")


def test_a_reading_of_that_day_contains_what_was_given() -> None:
    found = played(
        rule("180 days"), action("2026-01-01"), sent("2026-02-01", 30), reading("2026-02-01", "2026-05-31")
    )
    assert found.ends_on == day("2026-05-31")


def test_hours_are_given_to_the_minute_and_never_past_the_day() -> None:
    of = rule("72 hours")
    start = action("2026-12-01", at=at("2026-12-01T10:30+03:00"))
    found = played(of, start, sent("2026-12-01", 1))
    assert (found.ends_on, found.ends_at) == (day("2026-12-03"), at("2026-12-03T07:30"))
    found = played(of, start, sent("2026-12-03", 5))
    # The end of 3 December in Bahrain.
    assert (found.ends_on, found.ends_at) == (day("2026-12-03"), at("2026-12-03T21:00"))
    found = played(of, start, sent("2026-12-04", 5))
    assert found.ends_at == at("2026-12-04T07:30")


def test_after_a_known_loss_nothing_can_be_given() -> None:
    grace = (AfterStage("grace", period("10 days"), "service"),)
    gift = sent("2026-03-01", 5)
    found = played(rule("30 days", stages=grace), action("2026-01-01"), gift)
    assert (found.outcomes[gift.id], found.last_alive_on) == (Outcome.AFTER_LOSS, day("2026-01-01"))


def test_when_it_became_known_is_the_later_of_the_entry_and_the_date_it_shortens() -> None:
    late = action("2026-01-01", recorded_at=at("2026-05-01"))
    early = sent("2026-02-01", 30, recorded_at=at("2026-02-01"))
    assert played(rule("180 days"), late, early).known_at == at("2026-05-01")


def test_a_first_period_that_was_shortened_is_still_no_known_loss() -> None:
    of = rule("180 days", first_period=period("30 days"), is_lost_at_end=True)
    late = action("2026-03-01")
    found = played(of, sent("2026-01-05", 3), late, started_on=day("2026-01-01"))
    assert found.outcomes[late.id] is Outcome.COUNTED
    assert found.ends_on == day("2026-08-28")
