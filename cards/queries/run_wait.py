"""What a step of a run waits for, and since when it is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Card, DeadlineState
from cards.queries.place import Place
from cards.queries.run_reminders import CHASED
from cards.queries.run_words import Told, told
from cards.queries.runs import Standing, place_of
from cards.queries.sight import Sight, sight_of
from cards.rules.steps import StepAt
from cards.rules.waits import WaitDates, look_on, wait_dates

# What whoever is asked wants to know first.
_TOLD = ("applied_on", "channel", "case_number")


@dataclass(frozen=True, slots=True)
class WaitView:
    """What is waited for. `asks_how_long`: nobody said, so support is to be asked.

    `late`: its deadline once that is over, else None; `applied`: what was applied for, when and how.
    """

    dates: WaitDates
    look_on: date | None
    is_until: bool
    late: Sight | None = None
    applied: tuple[Told, ...] = ()

    @property
    def asks_how_long(self) -> bool:
        return self.dates.is_question

    @property
    def late_text(self) -> str:
        """Return how late it is, as the card's page counts it, and what to do; "" while it is in time."""
        ends_at = self.late.deadline.ends_at if self.late is not None else None
        if self.late is None or ends_at is None:
            return ""
        days = (self.late.now - ends_at) // timedelta(days=1)
        if self.is_until:
            return _("That day is past: has it taken effect? If not, ask what has become of it.")
        if not days:
            return _("Late since today: ask what has become of it.")
        text = ngettext(
            "%(days)d day late: ask what has become of it.",
            "%(days)d days late: ask what has become of it.",
            days,
        )
        return text % {"days": days}


def late_waits(standing: Standing, card: Card, place: Place) -> Mapping[int, Sight]:
    """Return the deadlines of the run's waits that are over, by the place of their step; one query."""
    rows = card.deadlines.filter(
        kind__in=CHASED,
        state=DeadlineState.OPEN,
        subject__startswith=f"{standing.run.pk}:",
        ends_at__lte=place.now,
    )
    sights = (sight_of(row, card, now=place.now, reader=place.reader) for row in rows)
    return {int(sight.deadline.subject.partition(":")[2]): sight for sight in sights}


def wait_of(at: StepAt, standing: Standing, card: Card, place: Place, late: Sight | None) -> WaitView | None:
    """Return what a step waits for; None for one that does not, or whose day is not known yet."""
    wait = at.step.wait
    if wait is None or (wait.until and not standing.progress.value(wait.until)):
        return None
    dates = wait_dates(at, standing.progress, place_of(card))
    values = {name: standing.progress.value(name) for name in _TOLD}
    applied = told(values, reader=place.reader, plans={}, currency="") if late is not None else ()
    return WaitView(dates, look_on(at, dates), bool(wait.until), late, tuple(applied))
