"""The slots before the end, worked out a second time straight from the text, by plain search.

It knows nothing of the program's ways: a clock is found by looking through all quarters of an hour.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cards.rules.timetable import Clock, slots

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
LEADS = (30, 14, 7, 3, 1, 0)
ZONES = (
    "UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Tongatapu", "Pacific/Pago_Pago",
    "Pacific/Auckland", "America/New_York", "Europe/London", "America/Santiago",
    "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kathmandu",
)  # fmt: skip
PERIODS = (1, 2, 3, 4, 6, 7, 14, 28, 30, 59, 60, 90, 180, 365)
MONTHS = (1, 3, 4, 9, 10, 11, 12)  # the clocks change in most of them

Slots = list[tuple[datetime, str]]


def when_clocks_show(day: date, hour: time, zone: str) -> datetime:
    """The first instant at which clocks there show it; where they never do, later by the gap."""
    wanted = datetime.combine(day, hour)
    as_utc = wanted.replace(tzinfo=UTC)
    instant = as_utc - timedelta(hours=15)
    while instant < as_utc + timedelta(hours=13):
        if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wanted:
            return instant
        instant += QUARTER
    offset_before_the_gap = (as_utc - timedelta(hours=20)).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset_before_the_gap is not None
    return as_utc - offset_before_the_gap


def when_day_is_over(day: date, zone: str) -> datetime:
    instant = datetime.combine(day, time(), UTC) - timedelta(hours=16)
    while instant.astimezone(ZoneInfo(zone)).date() <= day:
        instant += QUARTER
    return instant


def as_planned(ends_on: date, place: str, margin: int, period: int, hour: time, zone: str) -> Slots:
    ends_at = when_day_is_over(ends_on, place)
    if period < 3:
        return [(ends_at - timedelta(hours=k), f"lead:{k}h") for k in (12, 3) if 2 * k <= 24 * period]
    act_by_at = when_day_is_over(ends_on - margin * DAY, place)
    base = ends_on + 3 * DAY
    while when_clocks_show(base, hour, zone) + timedelta(hours=6) > act_by_at:
        base -= DAY
    planned = [(when_clocks_show(base - k * DAY, hour, zone), f"lead:{k}") for k in LEADS if 2 * k <= period]
    day = 1
    while margin and (instant := when_clocks_show(base + day * DAY, hour, zone)) < ends_at:
        planned.append((instant, f"margin:{day}"))
        day += 1
    return planned


def as_said(planned: Slots, told_at: datetime, clock: Clock) -> Slots:
    """What was missed is said once: at the next hour, or at once where that is too late."""
    missed = [slot for slot in planned if slot[0] < told_at]
    ahead = [slot for slot in planned if slot[0] >= told_at]
    assert clock.ends_at is not None and clock.act_by_at is not None
    if not missed or (ahead and ahead[0][0] == told_at):
        return ahead
    day = told_at.astimezone(ZoneInfo(clock.zone)).date() - DAY
    while when_clocks_show(day, clock.hour, clock.zone) < told_at:
        day += DAY
    next_hour = when_clocks_show(day, clock.hour, clock.zone)
    following = ahead[0][0] if ahead else clock.ends_at
    waits = next_hour < following and next_hour < clock.act_by_at and not clock.is_short
    return [(next_hour if waits else told_at, missed[-1][1]), *ahead]


@pytest.mark.parametrize("seed", range(300))
def test_the_slots_before_the_end_are_those_of_the_text(seed: int) -> None:
    dice = random.Random(seed)
    place, zone, period = dice.choice(ZONES), dice.choice(ZONES), dice.choice(PERIODS)
    ends_on = date(2026, dice.choice(MONTHS), 1) + dice.randrange(30) * DAY
    hour = time(dice.randrange(24), dice.choice((0, 15, 30, 45)))
    margin = 7 if period >= 90 else 1 if period >= 28 else 0
    ends_at = when_day_is_over(ends_on, place)
    late = QUARTER * dice.randrange(1, 96 * min(period, 40) + 1)
    told_at = ends_at - dice.choice((period * DAY, late))
    clock = Clock(
        ends_at=ends_at,
        act_by_at=when_day_is_over(ends_on - margin * DAY, place),
        known_at=told_at,
        began_at=told_at,
        period=period * DAY,
        leads=LEADS,
        hour=hour,
        zone=zone,
    )
    expected = as_said(as_planned(ends_on, place, margin, period, hour, zone), told_at, clock)
    assert [(slot.at, slot.name) for slot in slots(clock)] == expected
