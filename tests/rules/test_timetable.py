from datetime import time, timedelta
from itertools import islice

import pytest

from cards.rules.timetable import After, Clock, Slot, due, slots, snooze_limit, upcoming

from .facts import at, day, make_clock


def names(clock: Clock, limit: int = 60) -> list[str]:
    return [slot.name for slot in islice(slots(clock), limit)]


def told(clock: Clock, limit: int = 60) -> dict[str, str]:
    """Slot to UTC instant, as text to the minute."""
    return {slot.name: slot.at.strftime("%Y-%m-%d %H:%M") for slot in islice(slots(clock), limit)}


def bahrain(**overrides: object) -> Clock:
    """The example of DESIGN.md: ends on 31 Dec in Bahrain, margin 7, a person in Shanghai."""
    facts: dict[str, object] = {"zone": "Asia/Shanghai"}
    return make_clock("2026-12-31T21:00", "2026-12-24T21:00", **(facts | overrides))


def test_leads_count_back_from_the_safe_date_and_the_margin_is_daily() -> None:
    assert told(bahrain()) == {
        "lead:30": "2026-11-24 01:00",
        "lead:14": "2026-12-10 01:00",
        "lead:7": "2026-12-17 01:00",
        "lead:3": "2026-12-21 01:00",
        "lead:1": "2026-12-23 01:00",
        "lead:0": "2026-12-24 01:00",
        "margin:1": "2026-12-25 01:00",
        "margin:2": "2026-12-26 01:00",
        "margin:3": "2026-12-27 01:00",
        "margin:4": "2026-12-28 01:00",
        "margin:5": "2026-12-29 01:00",
        "margin:6": "2026-12-30 01:00",
        "margin:7": "2026-12-31 01:00",
    }


def test_a_week_long_pass_seen_from_los_angeles() -> None:
    clock = make_clock("2026-12-07T21:00", period=timedelta(days=7), zone="America/Los_Angeles")
    assert told(clock) == {
        "lead:3": "2026-12-03 17:00",
        "lead:1": "2026-12-05 17:00",
        "lead:0": "2026-12-06 17:00",
    }


@pytest.mark.parametrize(
    ("zone", "hour", "expected"),
    [
        # The hour lies exactly six hours before the end: that day still is the base day.
        ("UTC", time(15), "2026-12-24 15:00"),
        ("UTC", time(15, 1), "2026-12-23 15:01"),
        ("Pacific/Kiritimati", time(9), "2026-12-23 19:00"),
        ("Pacific/Kiritimati", time(5), "2026-12-24 15:00"),
        ("Pacific/Pago_Pago", time(9), "2026-12-23 20:00"),
        ("Pacific/Pago_Pago", time(0), "2026-12-24 11:00"),
        ("Pacific/Pago_Pago", time(23, 59), "2026-12-24 10:59"),
    ],
)
def test_the_last_lead_leaves_six_hours_to_act(zone: str, hour: time, expected: str) -> None:
    clock = make_clock("2026-12-24T21:00", zone=zone, hour=hour)
    assert told(clock)["lead:0"] == expected


def test_reminders_keep_their_hour_when_the_clocks_change() -> None:
    # New York goes forward on 8 March 2026 and back on 1 November.
    spring = make_clock("2026-03-10T04:00", zone="America/New_York", leads=(3, 1, 0))
    assert told(spring) == {
        "lead:3": "2026-03-06 14:00",
        "lead:1": "2026-03-08 13:00",
        "lead:0": "2026-03-09 13:00",
    }
    autumn = make_clock("2026-11-03T05:00", zone="America/New_York", leads=(3, 1, 0))
    assert told(autumn) == {
        "lead:3": "2026-10-30 13:00",
        "lead:1": "2026-11-01 14:00",
        "lead:0": "2026-11-02 14:00",
    }
    missing = make_clock("2026-03-10T04:00", zone="America/New_York", leads=(1,), hour=time(2, 30))
    assert told(missing) == {"lead:1": "2026-03-08 07:30"}


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (60, ["lead:30", "lead:14", "lead:7", "lead:3", "lead:1", "lead:0"]),
        (59, ["lead:14", "lead:7", "lead:3", "lead:1", "lead:0"]),
        (7, ["lead:3", "lead:1", "lead:0"]),
        (3, ["lead:1", "lead:0"]),
    ],
)
def test_only_leads_of_at_most_half_the_period_are_said(length: int, expected: list[str]) -> None:
    assert names(make_clock("2026-12-31T21:00", period=timedelta(days=length))) == expected


def test_without_a_period_the_days_since_it_is_known_count() -> None:
    clock = make_clock(
        "2026-12-31T21:00",
        period=None,
        known_at=at("2026-12-17T21:00"),
        began_at=at("2026-12-17T21:00"),
    )
    assert names(clock) == ["lead:7", "lead:3", "lead:1", "lead:0"]


def test_someone_with_long_leads_only_still_hears_of_a_short_period_once() -> None:
    short = {"period": timedelta(days=7)}
    assert names(make_clock("2026-12-31T21:00", leads=(30, 14), **short)) == ["lead:0"]
    assert names(make_clock("2026-12-31T21:00", leads=(), **short)) == []


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (48, {"lead:12h": "2026-12-31 09:00", "lead:3h": "2026-12-31 18:00"}),
        (24, {"lead:12h": "2026-12-31 09:00", "lead:3h": "2026-12-31 18:00"}),
        (23, {"lead:3h": "2026-12-31 18:00"}),
        (6, {"lead:3h": "2026-12-31 18:00"}),
        (5, {"lead:0h": "2026-12-31 16:00"}),
    ],
)
def test_periods_under_three_days_go_by_the_hour(hours: int, expected: dict[str, str]) -> None:
    began = at("2026-12-31T21:00") - timedelta(hours=hours)
    clock = make_clock("2026-12-31T21:00", period=timedelta(hours=hours), known_at=began, began_at=began)
    assert told(clock) == expected


def test_hour_leads_missed_go_at_once_and_never_after_the_end() -> None:
    def pass_known(when: str) -> dict[str, str]:
        return told(make_clock("2026-12-31T21:00", period=timedelta(hours=24), known_at=at(when)))

    assert pass_known("2026-12-31T10:00") == {
        "lead:12h": "2026-12-31 10:00",
        "lead:3h": "2026-12-31 18:00",
    }
    assert pass_known("2026-12-31T20:00") == {"lead:3h": "2026-12-31 20:00"}
    assert pass_known("2026-12-31T21:00") == {}


@pytest.mark.parametrize(
    ("known_at", "first", "instant", "second"),
    [
        # The next hour comes before the next lead.
        ("2026-12-18T06:00", "lead:7", "2026-12-19 01:00", "lead:3"),
        # The next hour is the next lead's: at once.
        ("2026-12-20T06:00", "lead:7", "2026-12-20 06:00", "lead:3"),
        # A lead exactly at the instant is not late.
        ("2026-12-21T01:00", "lead:3", "2026-12-21 01:00", "lead:1"),
        # After lead 0 the next hour already is the margin's: at once.
        ("2026-12-24T06:00", "lead:0", "2026-12-24 06:00", "margin:1"),
        # Inside the margin the most recent margin slot goes at once.
        ("2026-12-27T06:00", "margin:3", "2026-12-27 06:00", "margin:4"),
        ("2026-12-31T20:00", "margin:7", "2026-12-31 20:00", None),
        # After the end nothing from before is said.
        ("2026-12-31T21:00", None, None, None),
    ],
)
def test_late_knowledge_moves_the_latest_missed_slot(
    known_at: str, first: str | None, instant: str | None, second: str | None
) -> None:
    for late in ({"known_at": at(known_at)}, {"began_at": at(known_at)}):
        found = list(told(bahrain(**late)).items())
        assert (found[0] if found else (None, None)) == (first, instant)
        assert (found[1][0] if len(found) > 1 else None) == second


def test_without_a_margin_a_late_last_lead_goes_at_once_after_the_last_hour() -> None:
    clock = make_clock("2026-12-31T21:00", known_at=at("2026-12-31T10:00"))
    assert told(clock) == {"lead:0": "2026-12-31 10:00"}


def after_names(clock: Clock, limit: int = 200) -> list[str]:
    return [name for name in names(clock, limit) if not name.startswith(("lead:", "margin:"))]


def test_while_it_can_be_saved_it_is_said_daily_and_lost_once() -> None:
    clock = bahrain(after=After.SAVE, lost_at=at("2027-01-03T21:00"))
    assert after_names(clock) == ["after:1", "after:2", "after:3", "lost"]
    assert told(clock)["after:1"] == "2027-01-01 01:00"
    assert told(clock)["lost"] == "2027-01-04 01:00"


def test_the_first_hour_may_be_the_instant_of_the_end() -> None:
    clock = make_clock("2026-12-31T09:00", after=After.SAVE, lost_at=at("2027-01-01T09:00"))
    assert told(clock)["after:1"] == "2026-12-31 09:00"
    assert told(clock)["lost"] == "2027-01-01 09:00"


def test_of_unknown_length_it_is_daily_then_weekly_then_one_question() -> None:
    clock = make_clock("2026-12-31T21:00", after=After.SAVE)
    weekly = [f"after:{n}" for n in (21, 28, 35, 42, 49, 56, 63, 70, 77, 84)]
    assert after_names(clock) == [
        *(f"after:{n}" for n in range(1, 15)),
        *weekly,
        "ask-lost",
    ]
    assert told(clock)["after:21"] == "2027-01-21 09:00"
    assert told(clock)["ask-lost"] == "2027-04-01 09:00"


def test_other_deadlines_say_one_thing_or_nothing_or_chase_without_end() -> None:
    assert after_names(make_clock("2026-12-31T21:00", after=After.ONCE)) == ["after:1"]
    assert after_names(make_clock("2026-12-31T21:00", after=After.NOTHING)) == []
    chased = told(make_clock("2026-12-31T21:00", after=After.CHASE), 1000)
    assert chased["chase:1"] == "2027-01-01 09:00"
    assert chased["chase:500"] == "2036-07-25 09:00"


@pytest.mark.parametrize(
    ("overrides", "known_at", "name", "instant"),
    [
        # The next daily one comes by itself.
        ({"after": After.SAVE}, "2027-01-05T10:00", "after:6", "2027-01-06 09:00"),
        # The latest missed weekly one is said at the next hour.
        ({"after": After.SAVE}, "2027-01-23T10:00", "after:21", "2027-01-24 09:00"),
        ({"after": After.SAVE}, "2030-01-01T10:00", "ask-lost", "2030-01-02 09:00"),
        (
            {"after": After.SAVE, "lost_at": at("2027-01-03T21:00")},
            "2027-06-01T10:00",
            "lost",
            "2027-06-02 09:00",
        ),
        ({"after": After.CHASE}, "2027-01-10T10:00", "chase:2", "2027-01-11 09:00"),
        ({"after": After.ONCE}, "2027-01-10T10:00", "after:1", "2027-01-11 09:00"),
    ],
)
def test_what_is_known_after_the_end_is_said_at_the_next_hour(
    overrides: dict[str, object], known_at: str, name: str, instant: str
) -> None:
    clock = make_clock("2026-12-31T21:00", known_at=at(known_at), **overrides)
    assert next(iter(told(clock).items())) == (name, instant)


def test_the_question_for_a_date_comes_on_day_7_and_then_every_30() -> None:
    clock = make_clock(
        None, asks_from=at("2026-01-01T23:00"), zone="Asia/Shanghai", known_at=at("2026-06-01")
    )
    assert told(clock, 3) == {
        "ask:1": "2026-01-09 01:00",
        "ask:2": "2026-02-08 01:00",
        "ask:3": "2026-03-10 01:00",
    }
    assert names(make_clock(None)) == []


def test_seen_silences_up_to_the_margin_but_never_the_last_word() -> None:
    assert names(bahrain(is_seen=True)) == [f"margin:{n}" for n in range(1, 8)]
    assert names(make_clock("2026-12-31T21:00", is_seen=True)) == ["lead:0"]
    short = make_clock("2026-12-31T21:00", is_seen=True, period=timedelta(hours=24))
    assert names(short) == ["lead:3h"]


def test_a_snooze_takes_the_place_of_what_comes_before_it() -> None:
    found = told(bahrain(snoozed_until=day("2026-12-19"), after=After.ONCE))
    assert list(found)[:3] == ["snooze:2026-12-19", "lead:3", "lead:1"]
    assert found["snooze:2026-12-19"] == "2026-12-19 01:00"
    inside = names(bahrain(snoozed_until=day("2026-12-29")))
    assert inside == ["snooze:2026-12-29", "margin:6", "margin:7"]


def test_a_snooze_never_passes_the_end_nor_touches_what_comes_after() -> None:
    clock = bahrain(snoozed_until=day("2027-01-20"), after=After.ONCE)
    assert names(clock) == ["margin:7", "after:1"]
    assert names(make_clock("2026-12-31T21:00", snoozed_until=day("2027-01-20"))) == ["lead:0"]


def test_a_snooze_from_before_the_margin_is_held_to_its_start() -> None:
    clock = bahrain(snoozed_until=day("2026-12-29"), snoozed_at=at("2026-12-01"))
    assert names(clock) == [f"margin:{n}" for n in range(1, 8)]


def test_a_snooze_that_was_over_when_the_date_became_known_is_no_snooze() -> None:
    clock = bahrain(snoozed_until=day("2026-12-01"), known_at=at("2026-12-09"))
    assert names(clock)[:2] == ["lead:30", "lead:14"]


def test_a_question_can_be_snoozed() -> None:
    clock = make_clock(None, asks_from=at("2026-01-01"), snoozed_until=day("2026-01-20"))
    assert names(clock, 2) == ["snooze:2026-01-20", "ask:2"]
    stale = make_clock(None, asks_from=at("2026-01-01"), snoozed_until=day("2025-01-20"))
    assert names(stale, 1) == ["ask:1"]


@pytest.mark.parametrize(
    ("now", "limit"),
    [
        ("2026-12-01", "2026-12-25"),
        ("2026-12-25T00:59", "2026-12-25"),
        ("2026-12-25T01:00", "2026-12-31"),
        ("2026-12-31T00:59", "2026-12-31"),
        ("2026-12-31T01:00", None),
    ],
)
def test_a_snooze_may_name_the_margins_start_and_then_the_last_slot(now: str, limit: str | None) -> None:
    expected = day(limit) if limit else None
    assert snooze_limit(bahrain(), now=at(now)) == expected


def test_a_snooze_without_a_margin_or_a_date_has_a_limit_too() -> None:
    assert snooze_limit(make_clock("2026-12-31T21:00"), now=at("2026-12-01")) == day("2026-12-31")
    question = make_clock(None, asks_from=at("2026-01-01"))
    assert snooze_limit(question, now=at("2026-01-10")) == day("2026-02-09")


def test_after_an_outage_the_most_urgent_is_said_and_the_rest_superseded() -> None:
    said, superseded = due(bahrain(), now=at("2026-12-22"), done={"lead:30"})
    assert said == Slot(at("2026-12-21T01:00"), "lead:3")
    assert [slot.name for slot in superseded] == ["lead:14", "lead:7"]
    everything = {"lead:30", "lead:14", "lead:7", "lead:3"}
    assert due(bahrain(), now=at("2026-12-22"), done=everything) == (None, ())


def test_a_slot_is_due_at_its_instant_and_not_before() -> None:
    clock = bahrain()
    assert due(clock, now=at("2026-11-24T00:59"), done=()) == (None, ())
    said, _ = due(clock, now=at("2026-11-24T01:00"), done=())
    assert said is not None and said.name == "lead:30"


def test_an_older_slot_that_turns_up_after_a_more_urgent_one_was_said_stays_unsaid() -> None:
    clock, now = bahrain(leads=(14, 10, 7, 0)), at("2026-12-18")
    assert due(clock, now=now, done={"lead:14", "lead:7"}) == (None, ())
    following = upcoming(clock, now=now, done={"lead:14", "lead:7"})
    assert following is not None and following.name == "lead:0"


def test_upcoming_is_the_earliest_open_slot_even_in_the_past() -> None:
    found = upcoming(bahrain(), now=at("2026-12-22"), done={"lead:30"})
    assert found == Slot(at("2026-12-10T01:00"), "lead:14")
    assert upcoming(bahrain(), now=at("2027-06-01"), done={"margin:7"}) is None
    chasing = make_clock("2026-12-31T21:00", after=After.CHASE)
    assert upcoming(chasing, now=at("2027-01-02"), done={"chase:1"}) == Slot(
        at("2027-01-08T09:00"), "chase:2"
    )


def test_a_day_that_a_zone_left_out_gives_one_reminder_not_two() -> None:
    # Samoa left out 30 December 2011: two days' hours are one instant.
    clock = make_clock(
        "2012-01-02T10:00", leads=(4, 3, 2, 1, 0), zone="Pacific/Apia", known_at=at("2011-01-01"),
        began_at=at("2011-01-01"),
    )  # fmt: skip
    instants = [slot.at for slot in slots(clock)]
    assert len(instants) == len(set(instants)) == 4
