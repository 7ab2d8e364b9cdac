"""Clocks that change, places at the date line, months of unequal length: through the services."""

from dataclasses import fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cards.models import Action, Card, Deadline, Reminder, User
from cards.services.actions import void_action
from cards.services.people import Preferences, save_preferences
from cards.services.rules import RuleFacts, set_rule
from cards.tasks import tick
from tests.factories import act, make_card, make_plan, make_user, utc, watch_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox_dir")]
DAY = timedelta(days=1)


def pass_time(card: Card, kind: str, now: datetime, steps: int = 60) -> list[tuple[str, datetime]]:
    """Tick at each instant that the watch names. Return slots and the instants of their saying."""
    for _ in range(steps):
        next_at = watch_of(card, kind).next_at
        if next_at is None:
            break
        now = max(now, next_at)
        assert tick(now)["drifted"] == 0
    rows = Reminder.objects.filter(watch__deadline__card=card, state="said").order_by("taken_at")
    return list(rows.values_list("slot", "taken_at"))


def end_of(card: Card, kind: str = "line") -> Deadline:
    return Deadline.objects.get(card=card, kind=kind)


# The person's hour


@pytest.mark.parametrize(
    ("zone", "hour", "change_on", "expected"),
    [
        # Spring: 02:00 to 03:00. 02:30 becomes 03:30.
        ("America/New_York", time(2, 30), date(2027, 3, 14), "2027-03-14 07:30"),
        ("Europe/Berlin", time(2, 30), date(2027, 3, 28), "2027-03-28 01:30"),
        ("Pacific/Auckland", time(2, 30), date(2026, 9, 27), "2026-09-26 14:30"),
        # Half an hour only: 02:00 to 02:30. 02:10 becomes 02:40.
        ("Australia/Lord_Howe", time(2, 10), date(2026, 10, 4), "2026-10-03 15:40"),
        # The gap is midnight itself: 00:00 to 01:00.
        ("America/Santiago", time(0), date(2026, 9, 6), "2026-09-06 04:00"),
        # Autumn: the hour comes twice, the first one counts.
        ("America/New_York", time(1, 30), date(2026, 11, 1), "2026-11-01 05:30"),
        ("Europe/Berlin", time(2, 30), date(2026, 10, 25), "2026-10-25 00:30"),
        ("Pacific/Auckland", time(2, 30), date(2027, 4, 4), "2027-04-03 13:30"),
    ],
)
def test_an_hour_left_out_comes_later_and_a_doubled_hour_comes_once(
    zone: str, hour: time, change_on: date, expected: str
) -> None:
    # The plan ends on the day after the change, so lead 1 falls on the day of the change.
    starts_on = change_on - 5 * DAY
    now = datetime.combine(starts_on, time(12), utc("2026-01-01").tzinfo)
    alice = make_user(time_zone=zone, remind_at=hour)
    card = make_card(alice, zone=zone, now=now)
    make_plan(card, on=starts_on, period_count=7, now=now)
    said = pass_time(card, "plan-end", now)
    assert [slot for slot, _ in said] == ["lead:3", "lead:1", "lead:0", "after:1"]
    assert dict(said)["lead:1"] == utc(expected)


@pytest.mark.parametrize(
    ("ends_on", "changes_on", "before", "since"),
    [
        (date(2027, 3, 18), date(2027, 3, 14), "14:00", "13:00"),  # the margin runs from 12 to 18 March
        (date(2026, 11, 5), date(2026, 11, 1), "13:00", "14:00"),  # from 30 October to 5 November
    ],
)
def test_over_a_change_of_the_clocks_one_comes_each_day_at_the_same_hour(
    ends_on: date, changes_on: date, before: str, since: str
) -> None:
    now = datetime.combine(ends_on - 60 * DAY, time(12), utc("2026-01-01").tzinfo)
    alice = make_user(time_zone="America/New_York")
    card = make_card(alice, zone="America/New_York", expires_on=ends_on, now=now)
    margin = [at for slot, at in pass_time(card, "line", now, 20) if slot.startswith("margin:")]
    days = [ends_on - 6 * DAY + n * DAY for n in range(7)]
    assert margin == [utc(f"{day} {since if day >= changes_on else before}") for day in days]


# The operator's day end


@pytest.mark.parametrize(
    ("zone", "ends_on", "ends_at"),
    [
        ("America/New_York", date(2027, 3, 13), "2027-03-14 05:00"),
        ("America/New_York", date(2027, 3, 14), "2027-03-15 04:00"),  # a day of 23 hours
        ("America/New_York", date(2026, 10, 31), "2026-11-01 04:00"),
        ("America/New_York", date(2026, 11, 1), "2026-11-02 05:00"),  # a day of 25 hours
        # Midnight does not exist: the day before ends where the gap ends.
        ("America/Santiago", date(2026, 9, 5), "2026-09-06 04:00"),
        # At 24:00 the clocks go back to 23:00: the day lasts an hour longer.
        ("America/Santiago", date(2026, 4, 4), "2026-04-05 04:00"),
        # Midnight comes twice: the day is over at the first.
        ("America/Havana", date(2026, 10, 31), "2026-11-01 04:00"),
        ("Pacific/Auckland", date(2026, 9, 26), "2026-09-26 12:00"),
        ("Pacific/Auckland", date(2026, 9, 27), "2026-09-27 11:00"),
    ],
)
def test_a_day_ends_with_the_first_instant_of_the_next_at_the_operators_place(
    zone: str, ends_on: date, ends_at: str
) -> None:
    now = datetime.combine(ends_on - 30 * DAY, time(12), utc("2026-01-01").tzinfo)
    card = make_card(make_user(), zone=zone, expires_on=ends_on, now=now)
    assert (end_of(card).ends_on, end_of(card).ends_at) == (ends_on, utc(ends_at))


def test_the_safe_date_is_whole_days_back_over_a_change_of_the_clocks() -> None:
    card = make_card(
        make_user(), zone="America/New_York", expires_on=date(2027, 3, 18), now=utc("2027-01-01 00:00")
    )
    # 18 March is over at 04:00 UTC, in summer time; 11 March at 05:00 UTC, in winter time.
    assert end_of(card).ends_at == utc("2027-03-19 04:00")
    assert end_of(card).act_by_at == utc("2027-03-12 05:00")


@pytest.mark.parametrize(
    ("starts_at", "ends_on", "ends_at"),
    [
        # 12:00 in winter time is 13:00 in summer time, 24 real hours later.
        ("2027-03-13 17:00", date(2027, 3, 14), "2027-03-14 17:00"),
        ("2026-10-31 16:00", date(2026, 11, 1), "2026-11-01 16:00"),
    ],
)
def test_a_pass_of_24_hours_has_24_real_hours(starts_at: str, ends_on: date, ends_at: str) -> None:
    card = make_card(make_user(), zone="America/New_York", now=utc(starts_at))
    make_plan(
        card,
        on=ends_on - DAY,
        starts_at=utc(starts_at),
        period_count=24,
        period_unit="hour",
        now=utc(starts_at),
    )
    end = end_of(card, "plan-end")
    assert (end.ends_on, end.ends_at) == (ends_on, utc(ends_at))
    leads = [at for slot, at in pass_time(card, "plan-end", utc(starts_at)) if slot.startswith("lead:")]
    assert leads == [utc(ends_at) - timedelta(hours=12), utc(ends_at) - timedelta(hours=3)]


# UTC+13 and UTC-11


# 24 Dec is over in Bahrain at 21:00 UTC: 10:00 on the 25th in Tonga, 10:00 on the 24th in Samoa. 09:00 on
# that day leaves one hour only, so the day before is the base day: the same instant under two dates.
@pytest.mark.parametrize(
    ("zone", "base_on"),
    [("Pacific/Tongatapu", date(2026, 12, 24)), ("Pacific/Pago_Pago", date(2026, 12, 23))],
)
def test_people_on_both_sides_of_the_date_line_keep_their_hour_and_their_six_hours(
    zone: str, base_on: date
) -> None:
    now = utc("2026-07-10 00:00")
    card = make_card(make_user(time_zone=zone), zone="Asia/Bahrain", expires_on=date(2026, 12, 31), now=now)
    expected = {f"lead:{k}": base_on - k * DAY for k in (30, 14, 7, 3, 1, 0)}
    expected |= {f"margin:{n}": base_on + n * DAY for n in range(1, 9)}
    said = pass_time(card, "line", now, len(expected))
    assert said == [(slot, nine_o_clock(day, zone)) for slot, day in expected.items()]
    assert dict(said)["lead:0"] == utc("2026-12-23 20:00")
    assert watch_of(card).slot == "after:1"


def nine_o_clock(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(9), ZoneInfo(zone))


def prefer(user: User, now: datetime, **changes: object) -> None:
    values = {item.name: getattr(user, item.name) for item in fields(Preferences)}
    save_preferences(user=user, preferences=Preferences(**{**values, **changes}), now=now)


def test_moving_across_the_date_line_repeats_nothing_and_skips_nothing() -> None:
    now = utc("2026-07-10 00:00")
    alice = make_user(time_zone="Pacific/Tongatapu")
    card = make_card(alice, zone="Asia/Bahrain", expires_on=date(2026, 12, 31), now=now)
    tick(utc("2026-11-23 20:00"))  # lead 30: 24 Nov 09:00 in Tonga, 23 Nov 09:00 in Samoa
    prefer(alice, utc("2026-11-25 00:00"), time_zone="Pacific/Pago_Pago")
    assert (watch_of(card).slot, watch_of(card).next_at) == ("lead:14", utc("2026-12-09 20:00"))
    # 10:00 in Samoa less 6 hours is 04:00: 01:00 on 24 Dec is in time, so lead 14 is on 10 Dec.
    prefer(alice, utc("2026-11-26 00:00"), remind_at=time(1))
    said = pass_time(card, "line", utc("2026-11-26 00:00"), 3)
    assert said == [
        ("lead:30", utc("2026-11-23 20:00")),
        ("lead:14", utc("2026-12-10 12:00")),
        ("lead:7", utc("2026-12-17 12:00")),
        ("lead:3", utc("2026-12-21 12:00")),
    ]


# 31 January and 29 February


def renewed(card: Card, days: list[date], **facts: object) -> list[date | None]:
    """Record a renewal on each day. Return the card's end after each."""
    kind = "plan-end" if facts else "line"
    ends = []
    for day in days:
        now = datetime.combine(day, time(3), utc("2026-01-01").tzinfo)
        act(card, "renewal", on=day, now=now, **facts)
        ends.append(end_of(card, kind).ends_on)
    return ends


def line_renewed_from_its_end(period: tuple[int, str], ends_on: date, now: datetime) -> Card:
    card = make_card(make_user(), zone="Europe/London", now=now)
    rule = RuleFacts(counts=("renewal",), period_count=period[0], period_unit=period[1], counts_from="end")
    set_rule(card=card, facts=rule, applies_from=date(2020, 1, 1), by=card.owner, now=now)
    act(card, "reading", on=now.date(), now=now, expires_on=ends_on)
    return card


def test_a_line_that_ends_on_31_january_is_renewed_to_each_months_last_day() -> None:
    card = line_renewed_from_its_end((1, "month"), date(2027, 1, 31), utc("2027-01-10 00:00"))
    days = [date(2027, month, 20) for month in range(1, 5)]
    assert renewed(card, days) == [
        date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31),
    ]  # fmt: skip
    # Undoing the second one still counts from the anchor.
    second = Action.objects.filter(card=card, kind="renewal").order_by("pk")[1]
    void_action(action=second, by=card.owner, now=utc("2027-04-21 00:00"))
    assert end_of(card).ends_on == date(2027, 4, 30)
    # A month: margin 1, safe date 29 April, over at 23:00 UTC = 07:00 on the 30th in Shanghai: base day 29.
    assert end_of(card).act_by_at == utc("2027-04-29 23:00")
    # Known since the last renewal, 11:00 on the 20th there: lead 14 was missed and comes at the next hour.
    assert pass_time(card, "line", utc("2027-04-21 00:00"), 6) == [
        ("lead:14", utc("2027-04-21 01:00")),
        ("lead:7", utc("2027-04-22 01:00")),
        ("lead:3", utc("2027-04-26 01:00")),
        ("lead:1", utc("2027-04-28 01:00")),
        ("lead:0", utc("2027-04-29 01:00")),
        ("margin:1", utc("2027-04-30 01:00")),
    ]


def test_a_plan_bought_on_31_january_ends_a_day_before_each_months_last_day() -> None:
    now = utc("2027-01-31 12:00")
    card = make_card(make_user(), zone="Europe/London", now=now)
    plan = make_plan(card, on=date(2027, 1, 31), period_count=1, period_unit="month", now=now)
    assert end_of(card, "plan-end").ends_on == date(2027, 2, 27)
    days = [date(2027, 2, 20), date(2027, 3, 20), date(2027, 4, 20)]
    assert renewed(card, days, subscription=plan) == [
        date(2027, 3, 30), date(2027, 4, 29), date(2027, 5, 30),
    ]  # fmt: skip


def test_a_plan_whose_date_was_read_as_31_january_counts_on_from_it_without_loss() -> None:
    now = utc("2027-01-01 12:00")
    card = make_card(make_user(), zone="Europe/London", now=now)
    plan = make_plan(card, on=date(2027, 1, 1), period_count=1, period_unit="month", now=now)
    act(card, "reading", on=date(2027, 1, 5), now=now, subscription=plan, expires_on=date(2027, 1, 31))
    days = [date(2027, 1, 20), date(2027, 2, 20), date(2027, 3, 20)]
    assert renewed(card, days, subscription=plan) == [
        date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30),
    ]  # fmt: skip


def test_a_line_that_ends_on_29_february_is_back_there_in_the_next_leap_year() -> None:
    card = line_renewed_from_its_end((1, "year"), date(2028, 2, 29), utc("2027-06-01 00:00"))
    days = [date(year, 2, 10) for year in range(2028, 2032)]
    assert renewed(card, days) == [
        date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29),
    ]  # fmt: skip
    # Margin 7, safe date 22 Feb, over at 00:00 UTC on the 23rd = 08:00 in Shanghai: base day 22 Feb.
    assert (watch_of(card).slot, watch_of(card).next_at) == ("lead:30", utc("2032-01-23 01:00"))


def test_a_plan_bought_on_29_february_for_a_year_keeps_its_anchor() -> None:
    now = utc("2028-02-29 12:00")
    card = make_card(make_user(), zone="Europe/London", now=now)
    plan = make_plan(card, on=date(2028, 2, 29), period_count=1, period_unit="year", now=now)
    assert end_of(card, "plan-end").ends_on == date(2029, 2, 27)
    days = [date(year, 2, 10) for year in range(2029, 2032)]
    assert renewed(card, days, subscription=plan) == [
        date(2030, 2, 27), date(2031, 2, 27), date(2032, 2, 28),
    ]  # fmt: skip


def test_a_keep_alive_top_up_on_31_january_counts_months_from_its_own_day() -> None:
    card = make_card(make_user(), zone="Europe/London", period=(1, "month"), now=utc("2027-01-31 12:00"))
    ends = []
    for day in (date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 28)):
        act(card, "top-up", on=day, now=datetime.combine(day, time(13), utc("2027-01-31").tzinfo))
        ends.append(end_of(card).ends_on)
    # Each action is an anchor of its own: the 28th does not climb back to the 31st.
    assert ends == [date(2027, 2, 28), date(2027, 3, 28), date(2027, 4, 28)]
