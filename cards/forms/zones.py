"""The time zones of the world as one choice, grouped by region."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale
from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from cards.rules.places import is_zone

_REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}
_OTHER = _("Other names")


class ZoneField(forms.ChoiceField):
    """A time zone by its name in the time zone database; each shows its offset at `now`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("time zone"))
        super().__init__(**options)
        self.choices = [(name, name) for name in sorted(_names())]


def show_offsets(form: forms.BaseForm, now: datetime, name: str = "time_zone") -> None:
    """Label a form's zones with the place's name in the active language and its offset now."""
    field = form.fields.get(name)
    if isinstance(field, ZoneField):
        field.choices = _grouped(now)


def _grouped(now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    cities = _cities(to_locale(get_language() or "en"))
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in _names():
        region = name.partition("/")[0]
        group = str(_REGIONS.get(region, _OTHER))
        groups.setdefault(group, []).append((name, f"{cities[name]} ({offset_text(name, now)})"))
    other = groups.pop(str(_OTHER), [])
    rows = [(group, sorted(zones, key=_by_label)) for group, zones in sorted(groups.items())]
    return [*rows, (str(_OTHER), sorted(other, key=_by_label))]


def offset_text(zone: str, now: datetime) -> str:
    """Return "UTC+03:00": the zone's offset at that instant."""
    offset = now.astimezone(ZoneInfo(zone)).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _by_label(row: tuple[str, str]) -> str:
    return row[1].casefold()


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if is_zone(name))


@lru_cache(maxsize=8)
def _cities(locale: str) -> dict[str, str]:
    known = Locale.parse(locale).time_zones
    return {name: _city(name, known) for name in _names()}


def _city(name: str, known: Any) -> str:
    """Return the place's name in the language, else the last part of the zone's name."""
    region, _slash, tail = name.partition("/")
    if region not in _REGIONS:
        return name
    return str(known.get(name, {}).get("city") or tail.replace("_", " ").replace("/", ", "))
