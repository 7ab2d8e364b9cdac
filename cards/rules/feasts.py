"""Public holidays of a country in the days to come, by name."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

from cards.rules.workdays import ESTIMATED

_DAY = timedelta(days=1)
_MARKS = re.compile(r"\s*\((?:observed|estimated|observed, estimated)\)")


class Named(NamedTuple):
    """What is kept on a day; `is_observed`: moved there from a weekend."""

    names: tuple[str, ...]
    is_observed: bool


@dataclass(frozen=True, slots=True)
class Feast:
    """A public holiday; `is_estimated`: its day hangs on the moon and is not announced yet."""

    named: Named
    first_on: date
    last_on: date
    is_estimated: bool


def feasts(country: str, *, first: date, last: date, chinese: bool = False) -> list[Feast]:
    """The holidays from `first` to `last`; days in a row that bear one name are one.

    Names are English, Chinese where that is asked for and known. Empty for an unknown country.
    """
    found: list[Feast] = []
    for year in range(first.year, last.year + 1):
        for day, named, is_estimated in _year(country, year, chinese):
            if not first <= day <= last:
                continue
            before = found[-1] if found else None
            if before is not None and before.named == named and before.last_on + _DAY == day:
                found[-1] = Feast(named, before.first_on, day, before.is_estimated or is_estimated)
            else:
                found.append(Feast(named, day, day, is_estimated))
    return found


@lru_cache(maxsize=256)
def _year(country: str, year: int, chinese: bool) -> tuple[tuple[date, Named, bool], ...]:
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
            told = names.get(day) if names is not known else None
            days.append((day, _named(told or english), english.endswith(ESTIMATED)))
    return tuple(days)


def _named(full: str) -> Named:
    """Take "A; B (observed, estimated)" apart."""
    is_observed = any("observed" in mark for mark in _MARKS.findall(full))
    return Named(tuple(name.strip() for name in _MARKS.sub("", full).split(";")), is_observed)
