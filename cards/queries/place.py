"""The place where a card's days are counted, as one person sees it at one moment."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from django.utils.translation import gettext as _

from cards.models import Card, User
from cards.queries.operators import country_name
from cards.queries.sight import Reader
from cards.rules.places import at_hour, day_at, start_of_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`zones` are the operator's, `here` is the person's own."""

    zones: tuple[str, ...]
    here: str
    name: str
    now: datetime
    reader: Reader

    @classmethod
    def of(cls, card: Card, person: User, *, now: datetime) -> "Place":
        zones, reader = tuple(card.zones), Reader.of(person)
        country = card.operator.country if card.operator else ""
        city = get_timezone_location(zones[0], locale=reader.locale, return_city=True)
        name = country_name(country) if country else str(city)
        return cls(zones=zones, here=person.time_zone, name=name, now=now, reader=reader)

    @property
    def today(self) -> date:
        """Return the day there; with several zones the earliest."""
        return day_at(self.now, self.zones)

    @property
    def today_here(self) -> date:
        return day_at(self.now, [self.here])

    @property
    def zone(self) -> str:
        """Return the zone whose day ends first: an hour named there is taken as the earliest."""
        return min(self.zones, key=lambda zone: start_of_day(self.today, [zone]))

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the two clocks differ now."""
        here = self.now.astimezone(ZoneInfo(self.here)).utcoffset()
        return any(self.now.astimezone(ZoneInfo(zone)).utcoffset() != here for zone in self.zones)

    @property
    def hint(self) -> str:
        """Return which day is meant by a date that somebody types here; nothing where it is plain."""
        if not self.is_elsewhere:
            return ""
        values = {
            "place": self.name,
            "day": self.reader.day(self.today),
            "own": self.reader.day(self.today_here),
            "when": self.reader.short_moment(start_of_day(self.today, self.zones)),
        }
        if self.today < self.today_here:
            text = _("In %(place)s it is still %(day)s: that day is taken, also when you give %(own)s.")
        elif self.today > self.today_here:
            text = _("In %(place)s it is already %(day)s.")
        else:
            text = _("The day in %(place)s. Today began there at %(when)s on your clock.")
        return text % values

    def instant(self, day: date, hour: time, *, is_here: bool) -> datetime:
        """Return the hour on a day as an instant, by the person's clock or by the one there."""
        return at_hour(day, hour, self.here if is_here else self.zone)

    def day_of(self, instant: datetime) -> date:
        return day_at(instant, self.zones)
