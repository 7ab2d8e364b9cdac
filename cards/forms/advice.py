"""Trips to find the cheapest plans for. A GET form: its address can be kept as a bookmark."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cards.rules.advice import PRESETS, Amount, Preset, Trip

from .fields import CountField, DayField
from .offer_cells import MOST_UNITS, SizeCell

MOST_TRIPS = 12
MOST_DAYS = 366
MOST_NEED_MIB = 10**9
PER = (("day", gettext_lazy("a day")), ("trip", gettext_lazy("for the whole trip")))
NAMES = ("from", "to", "size", "size_per", "minutes", "sms", "calls_per", "hotspot")


class TripForm(forms.Form):
    """One trip; `trip` is what it asks for, of a valid form."""

    use_required_attribute = False  # a button that adds a trip must work on a half-filled form

    size = SizeCell(label=gettext_lazy("data"), most=MOST_NEED_MIB, has_unlimited=False)
    size_per = forms.ChoiceField(label=gettext_lazy("how the data is meant"), choices=PER, required=False)
    minutes = CountField(label=gettext_lazy("minutes"), required=False, min_value=0, max_value=MOST_UNITS)
    sms = CountField(label=gettext_lazy("SMS"), required=False, min_value=0, max_value=MOST_UNITS)
    calls_per = forms.ChoiceField(
        label=gettext_lazy("minutes and SMS are"), choices=PER, required=False, initial="trip"
    )
    hotspot = forms.BooleanField(label=gettext_lazy("hotspot needed"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # "from" is no name that a class body could give.
        self.fields["from"] = DayField(label=gettext_lazy("first day"))
        self.fields["to"] = DayField(label=gettext_lazy("last day"))
        self.order_fields(NAMES)
        self.fields["size"].widget.attrs["placeholder"] = "500 MB"
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", _("The last day lies before the first."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("to", _too_long())
        return cleaned

    @property
    def number(self) -> int:
        """Return its place among the trips, from 1."""
        return int((self.prefix or "t0")[1:]) + 1

    @property
    def trip(self) -> Trip:
        typed = self.cleaned_data
        calls = typed["calls_per"] == "day"
        return Trip(
            starts_on=typed["from"],
            ends_on=typed["to"],
            data_mib=Amount(typed["size"] or 0, is_per_day=typed["size_per"] != "trip"),
            minutes=Amount(typed["minutes"] or 0, is_per_day=calls),
            sms=Amount(typed["sms"] or 0, is_per_day=calls),
            needs_hotspot=typed["hotspot"],
        )

    @property
    def is_told_more(self) -> bool:
        names = ("minutes", "sms", "hotspot")
        return any(bool(self[name].value()) or bool(self[name].errors) for name in names)


class Trips:
    """All trips of one address. `trips` are read only when they were asked about and are all right."""

    def __init__(self, query: Mapping[str, str], *, today: date) -> None:
        self.preset = _preset(query.get("preset", ""))
        self.trips: tuple[Trip, ...] = ()
        if self.preset is not None:
            self.trips = self.preset.from_day(today)
            self.forms = [
                TripForm(prefix=_prefix(n), initial=_cells_of(trip)) for n, trip in enumerate(self.trips)
            ]
            self.is_asked = True
            return
        rows = _rows(query)
        self.is_asked = bool(rows) and "more" not in query and "without" not in query
        if self.is_asked:
            typed = [row for row in rows if any(row[name] for name in ("from", "to", "size"))] or rows[:1]
            self.forms = [_bound(n, row) for n, row in enumerate(typed)]
            self._read()
            return
        rows = _changed(rows, query) or [_first(today)]
        self.forms = [TripForm(prefix=_prefix(n), initial=row) for n, row in enumerate(rows)]

    @property
    def may_add(self) -> bool:
        return len(self.forms) < MOST_TRIPS

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms)

    def _read(self) -> None:
        days: set[date] = set()
        trips = []
        for form in self.forms:
            if not form.is_valid():
                continue
            trip = form.trip
            days |= {trip.starts_on + timedelta(days=number) for number in range(trip.days)}
            if len(days) > MOST_DAYS:
                form.add_error("to", _too_long())
                break
            trips.append(trip)
        if not self.has_errors:
            self.trips = tuple(trips)


def _too_long() -> str:
    text = ngettext(
        "Advice looks at %(count)d day at most, of all trips together.",
        "Advice looks at %(count)d days at most, of all trips together.",
        MOST_DAYS,
    )
    return text % {"count": MOST_DAYS}


def _preset(word: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.scenario.value == word), None)


def _prefix(number: int) -> str:
    return f"t{number}"


def _rows(query: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what was typed of each trip, as it stands in the address."""
    numbers = [n for n in range(MOST_TRIPS) if f"{_prefix(n)}-from" in query]
    return [{name: query.get(f"{_prefix(n)}-{name}", "").strip() for name in NAMES} for n in numbers]


def _bound(number: int, row: Mapping[str, str]) -> TripForm:
    prefix = _prefix(number)
    row = {**row, "size_per": row["size_per"] or "day", "calls_per": row["calls_per"] or "trip"}
    return TripForm({f"{prefix}-{name}": text for name, text in row.items() if text}, prefix=prefix)


def _changed(rows: list[dict[str, str]], query: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows with one more, which needs what the last one needs, or without one of them."""
    gone = query.get("without", "")
    if gone:
        return [row for n, row in enumerate(rows) if str(n) != gone]
    if "more" in query and rows and len(rows) < MOST_TRIPS:
        return [*rows, {**rows[-1], "from": "", "to": ""}]
    return rows


def _first(today: date) -> dict[str, Any]:
    return {
        "from": today,
        "to": today + timedelta(days=3),
        "size": "500 MB",
        "size_per": "day",
        "calls_per": "trip",
    }


def _cells_of(trip: Trip) -> dict[str, Any]:
    return {
        "from": trip.starts_on,
        "to": trip.ends_on,
        "size": f"{trip.data_mib.count} MB",
        "size_per": "day" if trip.data_mib.is_per_day else "trip",
        "calls_per": "trip",
    }
