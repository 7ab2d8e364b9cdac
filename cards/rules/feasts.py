"""Public holidays of a country in the days to come, by name."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

_DAY = timedelta(days=1)
_ESTIMATED = "(estimated)"


@dataclass(frozen=True, slots=True)
class Feast:
    """A public holiday; `is_estimated`: its day hangs on the moon and is not announced yet."""

    name: str
    first_on: date
    last_on: date
    is_estimated: bool


def feasts(country: str, *, first: date, last: date, chinese: bool = False) -> list[Feast]:
    """The holidays from `first` to `last`; days in a row that bear one name are one.

    Names are English, Chinese where that is asked for and known. Empty for an unknown country.
    """
    found: list[Feast] = []
    for year in range(first.year, last.year + 1):
        for day, name, is_estimated in _year(country, year, chinese):
            if not first <= day <= last:
                continue
            before = found[-1] if found else None
            if before is not None and before.name == name and before.last_on + _DAY == day:
                found[-1] = Feast(name, before.first_on, day, before.is_estimated or is_estimated)
            else:
                found.append(Feast(name, day, day, is_estimated))
    return found


@lru_cache(maxsize=256)
def _year(country: str, year: int, chinese: bool) -> tuple[tuple[date, str, bool], ...]:
    try:
        # In English, because the mark of an estimated date is a word in the holiday's name.
        known = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        return ()
    names = known
    if chinese and "zh_CN" in known.supported_languages:
        names = holidays.country_holidays(country, years=year, language="zh_CN")
    days = []
    for day, english in sorted(known.items()):
        if day.year == year:
            is_estimated = _ESTIMATED in english
            told = names.get(day) if names is not known else None
            days.append((day, told or english.replace(_ESTIMATED, "").strip(), is_estimated))
    return tuple(days)
