"""A person at a step of one of their runs: where they came from, and what happened meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cards.models import RecordKind, Run, RunState, User
from cards.queries.access import run_of
from cards.queries.run_records import who_text
from cards.queries.run_words import in_words
from cards.queries.sight import Reader
from cards.rules.playbook import Step, StepKind
from cards.runs.held import AlreadySettled, RunIsClosed
from cards.web.clock import now_of
from cards.web.person import person_of

from .run_desk import RunDesk
from .run_lost import lost_of


@dataclass(frozen=True, slots=True)
class Visit:
    """A person at a step of one of their runs."""

    request: HttpRequest
    person: User
    now: datetime
    run: Run
    step: Step

    @classmethod
    def of(cls, request: HttpRequest, run_id: str, key: str, *kinds: StepKind) -> "Visit":
        """Raise Http404 for a run of somebody else, and for a step without this action."""
        run = run_of(request.user, run_id)
        try:
            step = run.version.definition.step(key)
        except KeyError:
            raise Http404 from None
        if kinds and step.kind not in kinds:
            raise Http404
        return cls(request, person_of(request), now_of(request), run, step)

    @property
    def title(self) -> str:
        return in_words(self.step.title)

    def back(self, *, stays: bool = False) -> HttpResponse:
        """Go back to the run; `stays`: at this step."""
        key, url = self.step.key, reverse("run", args=[self.run.public_id])
        return redirect(f"{url}?step={key}#step-{key}" if stays else url)

    def settle(self, act: Callable[[], HttpResponse]) -> HttpResponse:
        """Do it; say so where somebody, or a second press, was there first."""
        try:
            return act()
        except AlreadySettled:
            said = self._settled_text()
        except RunIsClosed:
            said = _("These steps were closed meanwhile; nothing has changed.")
        return self.meanwhile(said, self.back())

    def meanwhile(self, said: str, instead: HttpResponse) -> HttpResponse:
        """Say what happened meanwhile, with what was typed to be kept; `instead`: where nothing was."""
        self.run.refresh_from_db()
        lost = lost_of(self.request, self.run, self.step, said)
        if lost is None:
            messages.info(self.request, said)
            return instead
        return RunDesk.of(self.request, self.run).show(self.step.key, status=409, lost=lost)

    def _settled_text(self) -> str:
        kinds = (RecordKind.DONE, RecordKind.SKIPPED)
        rows = self.run.records.filter(step=self.step.key, kind__in=kinds).select_related("by")
        last = rows.order_by("pk").last()
        if last is None:
            return _("“%(step)s” was done meanwhile.") % {"step": self.title}
        values = {
            "step": self.title,
            "who": who_text(last.by, self.person),
            "when": Reader.of(self.person).moment(last.recorded_at),
        }
        return _("“%(step)s” was done meanwhile (%(who)s, %(when)s).") % values

    def tell_finished(self) -> None:
        """Say so where the run is over with this."""
        if Run.objects.filter(pk=self.run.pk, state=RunState.DONE).exists():
            messages.success(self.request, _("That was the last step: everything is done."))
