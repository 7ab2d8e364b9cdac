"""Month ends, leap days, quarters and clock changes that other trackers got wrong, each by its report.

Names are those of the public issue lists: Wallos, SubsTracker (wangwangit), subtrackr (bscott).
"""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from cards.rules.stages import Stage, stage
from cards.rules.timetable import upcoming
from cards.rules.validity import Entry, From, Mode, play, renewal_rule

from .facts import BAHRAIN, action, at, day, ends, make_clock, period, played, rule, version

SHANGHAI = ("Asia/Shanghai",)


def renewed(first_end: str, times: int, length: str = "1 month") -> list[str]:
    """The ends of a line that ends on `first_end` first and is renewed `times` times, each on its end."""
    of, fixed = renewal_rule(period(length)), day(first_end)
    entries: list[Entry] = []
    found = []
    for _ in range(times):
        last = found[-1] if found else first_end
        entries.append(action(last, "renewal"))
        found.append(ends(of, *entries, fixed=fixed))
    return found


def test_wallos_551_the_31st_is_the_months_last_day_and_no_month_is_left_out() -> None:
    """There: nothing in November, then the 1st of every month."""
    assert renewed("2024-10-31", 6) == [
        "2024-11-30", "2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30",
    ]  # fmt: skip


def test_wallos_551_the_30th_does_not_drift_to_the_2nd_after_february() -> None:
    """There: nothing in February, 2 March, and the 2nd ever after, a year later too."""
    found = renewed("2024-10-30", 18)
    assert found[:6] == [
        "2024-11-30", "2024-12-30", "2025-01-30", "2025-02-28", "2025-03-30", "2025-04-30",
    ]  # fmt: skip
    assert found[-3:] == ["2026-02-28", "2026-03-30", "2026-04-30"]


def test_wallos_657_the_last_day_of_each_month_also_through_leap_years() -> None:
    """There: 31 December, then 1 December, 31 January and 3 March."""
    found = renewed("2024-12-31", 50)
    assert found[:3] == ["2025-01-31", "2025-02-28", "2025-03-31"]
    following = [date.fromisoformat(one).toordinal() + 1 for one in found]
    assert all(date.fromordinal(one).day == 1 for one in following)
    assert "2028-02-29" in found


def test_substracker_103_a_renewal_counts_from_its_own_day_where_the_rule_says_so() -> None:
    """7 days: from 1 Dec to 8 Dec; renewed on the 2nd to the 9th, on the 5th to the 12th.

    The report says the 13th for the last one; 5 + 7 is 12.
    """
    of = rule("7 days", counts=frozenset({"renewal"}))
    start = action("2025-12-01", "renewal")
    assert ends(of, start) == "2025-12-08"
    assert ends(of, start, action("2025-12-02", "renewal")) == "2025-12-09"
    assert ends(of, start, action("2025-12-05", "renewal")) == "2025-12-12"


def test_substracker_103_where_the_cycle_is_fixed_the_day_of_renewal_does_not_matter() -> None:
    of = renewal_rule(period("1 year"))
    for on in ("2025-12-02", "2026-11-30", "2026-12-20"):
        assert ends(of, action(on, "renewal"), fixed=day("2026-12-01")) == "2027-12-01"


@pytest.mark.parametrize(
    ("length", "on", "expected"),
    [
        # giffgaff as commonly handled, Skinny, and a site to be visited every 3 months
        ("180 days", "2025-09-04", "2026-03-03"),
        ("1 year", "2024-02-29", "2025-02-28"),
        ("3 months", "2025-11-30", "2026-02-28"),
        ("1 quarter", "2025-11-30", "2026-02-28"),
    ],
)
def test_substracker_103_its_examples(length: str, on: str, expected: str) -> None:
    assert ends(rule(length), action("2024-01-15"), action(on)) == expected


def test_substracker_130_paid_early_or_late_the_new_end_follows_the_payment() -> None:
    """There the mode for it went on counting from the end of the last cycle."""
    of, first = rule("1 month"), action("2026-01-31")
    assert ends(of, first) == "2026-02-28"
    assert ends(of, first, action("2026-02-09")) == "2026-03-09"
    assert ends(of, first, action("2026-03-05")) == "2026-04-05"
    later = rule("1 month", base=From.LATER, mode=Mode.ADD)
    assert ends(later, first, action("2026-02-09")) == "2026-03-31"
    assert ends(later, first, action("2026-03-05")) == "2026-04-05"


def test_substracker_166_an_hour_after_midnight_in_beijing_is_that_day() -> None:
    """There it was still the day before until eight in the morning."""
    early = action("2026-04-27", at=at("2026-04-27T01:00+08:00"))
    assert ends(rule("30 days"), early, zones=SHANGHAI) == "2026-05-27"
    assert played(rule("30 days"), early, zones=SHANGHAI).started_on == day("2026-04-27")


def test_substracker_166_what_ended_an_hour_ago_is_over_and_has_no_hours_left() -> None:
    found = played(None, fixed=day("2026-04-26"), zones=SHANGHAI)
    assert found.ends_at == at("2026-04-27T00:00+08:00")

    def stage_at(now: str) -> Stage:
        return stage(now=at(now), act_by_at=None, ends_at=found.ends_at, lost_at=None)

    assert stage_at("2026-04-26T23:59+08:00") is Stage.DUE
    assert stage_at("2026-04-27T01:00+08:00") is Stage.OVER


def test_substracker_166_a_reminder_at_midnight_of_the_last_day_is_not_missed() -> None:
    """Entered at 23:50 on the day before, to be told at 00:00 on the day it ends."""
    entered = at("2026-04-26T23:50+08:00")
    clock = make_clock(
        "2026-04-28T00:00+08:00",
        known_at=entered, began_at=entered, leads=(0,), hour=time(0), zone="Asia/Shanghai",
    )  # fmt: skip
    following = upcoming(clock, now=entered, done=set())
    assert following is not None
    assert (following.name, following.at) == ("lead:0", at("2026-04-27T00:00+08:00"))


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("2026-05-31", ["2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"]),
        ("2027-12-30", ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        ("2026-12-29", ["2027-01-29", "2027-02-28", "2027-03-29", "2027-04-29"]),
    ],
)
def test_substracker_178_a_short_month_does_not_stick(first: str, expected: list[str]) -> None:
    """There a clamp from the last result would stay on the 30th for ever: 31 May, 30 June, 30 July."""
    assert renewed(first, 4) == expected


def test_subtrackr_29_the_end_of_july_is_followed_by_the_end_of_august_once_it_is_recorded() -> None:
    of, fixed = renewal_rule(period("1 month")), day("2025-07-31")
    # Nothing rolls by itself: a date that nobody renewed stays what it was.
    assert ends(of, fixed=fixed) == "2025-07-31"
    assert ends(of, action("2025-08-01", "renewal"), fixed=fixed) == "2025-08-31"


def test_subtrackr_29_recorded_all_at_once_or_month_by_month_gives_the_same() -> None:
    """There the second engine chained its dates and went down to the 28th."""
    of, fixed = renewal_rule(period("1 month")), day("2025-07-31")
    at_once = [action("2026-07-31", "renewal") for _ in range(12)]
    assert ends(of, *at_once, fixed=fixed) == renewed("2025-07-31", 12)[-1] == "2026-07-31"


@pytest.mark.parametrize(
    ("first", "length", "expected"),
    [
        ("2025-11-30", "1 quarter", ["2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30", "2027-02-28"]),
        ("2027-08-31", "1 quarter", ["2027-11-30", "2028-02-29", "2028-05-31", "2028-08-31", "2028-11-30"]),
        ("2028-02-29", "1 year", ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29", "2033-02-28"]),
        ("2096-02-29", "4 years", ["2100-02-28", "2104-02-29", "2108-02-29", "2112-02-29", "2116-02-29"]),
        ("2025-08-31", "6 months", ["2026-02-28", "2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29"]),
    ],
)
def test_quarters_and_leap_days_come_back_to_their_anchor(
    first: str, length: str, expected: list[str]
) -> None:
    assert renewed(first, 5, length) == expected


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Beirut", "America/Havana"])
def test_no_change_of_the_clock_moves_a_day(zone: str) -> None:
    """Months added to an instant drift by an hour, and so by a day, twice a year."""
    of = renewal_rule(period("1 month"))
    for count in range(1, 13):
        entries = [action("2026-01-31", "renewal") for _ in range(count)]
        found = play(entries, [version(of)], zones=[zone], fixed=day("2026-01-31"))
        assert found.ends_at is not None and found.ends_on is not None
        local = found.ends_at.astimezone(ZoneInfo(zone))
        # The first instant of the next day: midnight, or one o'clock where midnight does not exist.
        assert (local.date() - found.ends_on).days == 1
        assert local.time() in (time(0), time(1))


def test_a_pass_of_a_day_and_one_of_24_hours_differ_when_the_clock_changes() -> None:
    zones = ("America/New_York",)
    noon = action("2026-03-07", at=at("2026-03-07T12:00-05:00"))
    hours = played(rule("24 hours"), noon, zones=zones)
    assert hours.ends_at == at("2026-03-08T13:00-04:00")
    whole_day = played(rule("1 day"), noon, zones=zones)
    assert (whole_day.ends_on, whole_day.ends_at) == (day("2026-03-08"), at("2026-03-09T00:00-04:00"))


def test_a_day_without_midnight_ends_the_day_before_at_one() -> None:
    found = played(rule("1 day"), action("2026-03-27"), zones=("Asia/Beirut",))
    # On 29 March 2026 the clocks of Beirut go from 00:00 to 01:00.
    assert (found.ends_on, found.ends_at) == (day("2026-03-28"), at("2026-03-29T01:00+03:00"))
    assert ends(rule("1 day"), action("2026-03-27"), zones=BAHRAIN) == "2026-03-28"
