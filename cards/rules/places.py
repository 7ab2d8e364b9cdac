"""Days and hours at a place: where a day begins and ends there, as UTC instants."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["UTC", "at_hour", "day_at", "end_of_day", "is_zone", "start_of_day"]

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
# Names that the time zone database holds but that name no place.
_NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def is_zone(name: str) -> bool:
    """Whether `name` is a time zone of the database, such as "Asia/Bahrain"."""
    if not name or name in _NO_PLACES:
        return False
    try:
        _zone(name)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65536)
def _first_instant(day: date, zone: str) -> datetime:
    place = _zone(zone)
    midnight = datetime.combine(day, time.min, place)
    instant = midnight.astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return instant
    # Midnight falls into a gap: the day begins where the gap ends, which is the instant at
    # which the offset changes. It lies between the two readings of that midnight.
    low = midnight.replace(fold=1).astimezone(UTC) - _SECOND
    high = instant
    before = low.astimezone(place).utcoffset()
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def start_of_day(day: date, zones: Sequence[str]) -> datetime:
    """First instant of `day`, in UTC; with several zones the earliest.

    Where midnight does not exist the day begins at the end of the gap. ValueError without a zone
    or with an unknown one.
    """
    if not zones:
        raise ValueError("a day needs a place: no time zone given")
    if len(zones) == 1:
        return _first_instant(day, zones[0])
    return min(_first_instant(day, zone) for zone in zones)


def end_of_day(day: date, zones: Sequence[str]) -> datetime:
    """The instant `day` is over, in UTC: the first instant of the next day; earliest of `zones`."""
    return start_of_day(day + _DAY, zones)


def day_at(instant: datetime, zones: Sequence[str]) -> date:
    """The local date of `instant`; with several zones the earliest. ValueError without a zone."""
    if not zones:
        raise ValueError("a day needs a place: no time zone given")
    if len(zones) == 1:
        return instant.astimezone(_zone(zones[0])).date()
    return min(instant.astimezone(_zone(zone)).date() for zone in zones)


@lru_cache(maxsize=65536)
def at_hour(day: date, hour: time, zone: str) -> datetime:
    """The instant, in UTC, at which clocks in `zone` show `hour` on `day`.

    An hour that does not exist comes later by the length of the gap, one that exists twice is
    the first. ValueError for an unknown zone.
    """
    # PEP 495: with fold=0 a missing time takes the offset from before the gap, a double one
    # the first offset. That is exactly the rule.
    return datetime.combine(day, hour.replace(fold=0), _zone(zone)).astimezone(UTC)
