from datetime import time

import pytest

from cards.rules.places import at_hour, day_at, end_of_day, is_zone, start_of_day

from .facts import at, day


@pytest.mark.parametrize(
    ("on", "zones", "expected"),
    [
        ("2026-12-31", ["Asia/Bahrain"], "2026-12-31T21:00"),
        ("2026-12-31", ["UTC"], "2027-01-01T00:00"),
        ("2026-12-31", ["Pacific/Kiritimati"], "2026-12-31T10:00"),
        ("2026-12-31", ["Pacific/Pago_Pago"], "2027-01-01T11:00"),
        # Several zones: the day that ends first.
        ("2026-12-31", ["America/Los_Angeles", "America/New_York"], "2027-01-01T05:00"),
        # Summer time: the day of the change is an hour shorter or longer.
        ("2026-03-08", ["America/New_York"], "2026-03-09T04:00"),
        ("2026-11-01", ["America/New_York"], "2026-11-02T05:00"),
        # Midnight does not exist: the end of the gap.
        ("2018-11-03", ["America/Sao_Paulo"], "2018-11-04T03:00"),
        ("2026-03-28", ["Asia/Beirut"], "2026-03-28T22:00"),
        ("2026-03-29", ["Asia/Beirut"], "2026-03-29T21:00"),
        # Half an hour before midnight the clocks went forward by an hour: so does the day end.
        ("1919-03-30", ["America/Toronto"], "1919-03-31T04:30"),
        # 30 December 2011 was left out: the 29th and the 30th end together.
        ("2011-12-29", ["Pacific/Apia"], "2011-12-30T10:00"),
        ("2011-12-30", ["Pacific/Apia"], "2011-12-30T10:00"),
    ],
)
def test_a_day_ends_at_the_first_instant_of_the_next_day_there(
    on: str, zones: list[str], expected: str
) -> None:
    assert end_of_day(day(on), zones) == at(expected)


def test_a_midnight_that_comes_twice_begins_the_day_the_first_time() -> None:
    assert start_of_day(day("2026-11-01"), ["America/Havana"]) == at("2026-11-01T04:00")


def test_the_day_of_an_instant_is_the_earliest_of_the_places() -> None:
    instant = at("2026-12-31T22:00")
    assert day_at(instant, ["Asia/Bahrain"]) == day("2027-01-01")
    assert day_at(instant, ["Asia/Bahrain", "Pacific/Pago_Pago"]) == day("2026-12-31")


@pytest.mark.parametrize(
    ("on", "hour", "zone", "expected"),
    [
        ("2026-12-24", "09:00", "Asia/Shanghai", "2026-12-24T01:00"),
        ("2026-12-24", "09:00", "Pacific/Kiritimati", "2026-12-23T19:00"),
        ("2026-12-24", "09:00", "Pacific/Pago_Pago", "2026-12-24T20:00"),
        ("2026-03-08", "02:30", "America/New_York", "2026-03-08T07:30"),
        ("2026-11-01", "01:30", "America/New_York", "2026-11-01T05:30"),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),
    ],
)
def test_an_hour_that_is_missing_moves_later_and_a_double_one_is_the_first(
    on: str, hour: str, zone: str, expected: str
) -> None:
    assert at_hour(day(on), time.fromisoformat(hour), zone) == at(expected)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Asia/Bahrain", True),
        ("UTC", True),
        ("", False),
        ("Asia", False),
        ("Mars/Base", False),
        ("../../etc/passwd", False),
        ("localtime", False),
        ("bad\0name", False),
    ],
)
def test_only_names_of_places_are_zones(name: str, known: bool) -> None:
    assert is_zone(name) is known


def test_no_place_and_an_unknown_place_are_refused() -> None:
    for zones in ([], ["Mars/Base"]):
        with pytest.raises(ValueError):
            end_of_day(day("2026-01-01"), zones)
        with pytest.raises(ValueError):
            day_at(at("2026-01-01"), zones)
