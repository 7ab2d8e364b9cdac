"""What goes with a card when it is deleted."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Card


@dataclass(frozen=True, slots=True)
class Losses:
    """How much of everything; `steps`: the times that steps were begun, open or over."""

    actions: int
    plans: int
    dates: int
    steps: int
    files: int
    events: int

    @property
    def text(self) -> str:
        """Return what there is in words; what there is none of is not mentioned."""
        told = (
            (ngettext("%(count)d recorded action", "%(count)d recorded actions", self.actions), self.actions),
            (ngettext("%(count)d plan", "%(count)d plans", self.plans), self.plans),
            (ngettext("%(count)d date of its own", "%(count)d dates of its own", self.dates), self.dates),
            (
                ngettext(
                    "steps begun %(count)d time, with all notes",
                    "steps begun %(count)d times, with all notes",
                    self.steps,
                ),
                self.steps,
            ),
            (ngettext("%(count)d file of proof", "%(count)d files of proof", self.files), self.files),
            (
                ngettext("%(count)d entry of its history", "%(count)d entries of its history", self.events),
                self.events,
            ),
        )
        lines = [text % {"count": count} for text, count in told if count]
        return _(", ").join([*lines, _("all its reminders")])


def losses_of(card: Card) -> Losses:
    return Losses(
        actions=card.actions.count(),
        plans=card.subscriptions.count(),
        dates=card.dates.count(),
        steps=card.runs.count(),
        files=card.evidence.count(),
        events=card.events.count(),
    )
