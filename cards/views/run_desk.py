"""A run's page together with the forms of its steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cards.catalogue.asks import ASKS, Shape
from cards.forms.fields import currency_choices
from cards.forms.run_notes import ChaseForm, NoteForm, ReopenForm, WishForm
from cards.forms.run_step import StepForm
from cards.forms.run_successor import SuccessorForm
from cards.models import Run, User
from cards.platform.ids import public_id
from cards.queries.action_page import ActionPage, rule_in_force
from cards.queries.ledger import load_facts
from cards.queries.place import Place
from cards.queries.run_choices import RunChoices, run_choices
from cards.queries.run_list import titles_of
from cards.queries.run_page import RunPage, StepView, run_page, standing_of
from cards.queries.run_words import shortfall_text
from cards.rules.playbook import Step, StepKind
from cards.runs.expecting import expected_of, shortfalls
from cards.web.clock import now_of
from cards.web.person import person_of

METHODS = ("PayPal", "Apple Pay", "Alipay", "WeChat Pay")


@dataclass(frozen=True, slots=True)
class StepDesk:
    """One step, its forms, and what its check is missing."""

    view: StepView
    form: StepForm | None
    skip: NoteForm
    note: NoteForm
    reopen: ReopenForm
    chase: ChaseForm | None
    missing: tuple[str, ...]
    starts: tuple[tuple[str, str], ...]
    start: SuccessorForm | None
    is_unfolded: bool


@dataclass(frozen=True, slots=True)
class RunDesk:
    """`refused`: the forms that were sent with errors, by step and what was to be done."""

    request: HttpRequest
    person: User
    now: datetime
    page: RunPage
    choices: RunChoices
    refused: dict[tuple[str, str], forms.Form] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, run: Run) -> "RunDesk":
        person, now = person_of(request), now_of(request)
        card = run.card
        facts = load_facts(card)
        place = Place.of(card, person, now=now)
        standing = standing_of(run, facts, now)
        actions = ActionPage(card, place, facts, rule_in_force(facts, place))
        choices = run_choices(actions, person, standing)
        page = run_page(facts, standing, person, place, plans=choices.plan_names, currency=choices.currency)
        return cls(request, person, now, page, choices)

    def form(self, key: str, data: Any = None, *, must_explain: bool = False) -> StepForm:
        step = self.page.standing.playbook.step(key)
        return StepForm(data, step=step, choices=self.choices, must_explain=must_explain)

    def successor_form(self, step: Step, data: Any = None) -> SuccessorForm | None:
        """Return the question for the card in this one's place, where a step that starts others asks it."""
        if not step.is_for_successor or step.kind is not StepKind.START:
            return None
        auto_id = f"id_{step.key}_start_%s"
        return SuccessorForm(data, card=self.page.card, others=self.choices.others, auto_id=auto_id)

    def refuse(self, key: str, what: str, form: forms.Form) -> HttpResponse:
        """Show the page again with what was typed and what is wrong with it."""
        self.refused[key, what] = form
        if what != "done":
            # A small form stands folded far below, without a summary: the browser goes to its field.
            for name in list(form.errors)[:1]:
                form.fields[name].widget.attrs["autofocus"] = True
        return self.show(key, status=422)

    def show(self, asked: str = "", *, status: int = 200, lost: object = None) -> HttpResponse:
        """Show the run; the step that is asked for large, else the one whose turn it is.

        `lost`: a run_lost.Lost, what was typed and came too late.
        """
        page = self.page
        shown = page.step(asked) or page.current if page.is_open else None
        steps = [self._step(view, is_asked=view.key == asked) for view in page.steps]
        context = {
            "page": page,
            "card": page.card,
            "run": page.run,
            "steps": steps,
            "shown": next((step for step in steps if shown is not None and step.view is shown), None),
            "wish": self.refused.get(("", "wish")) or self._wish(),
            "methods": [_("credit card"), _("bank transfer"), _("cash point"), *METHODS],
            "currencies": currency_choices()[1:] if page.is_open else [],
            "once": public_id(),
            "lost": lost,
        }
        return render(self.request, "runs/run_page.html", context, status=status)

    def _wish(self) -> WishForm | None:
        if not self.page.can_wish or not self.page.is_open:
            return None
        initial = {"wished_on": self.page.run.wished_on}
        return WishForm(today=self.page.place.today, initial=initial)

    def _step(self, view: StepView, *, is_asked: bool) -> StepDesk:
        key, step = view.key, view.at.step
        is_open = self.page.is_open and not view.is_settled
        starts = titles_of(step.starts) if step.starts and is_open else ()
        chase = ChaseForm(today=self.page.place.today, auto_id=f"id_{key}_chase_%s")
        reason, reopen = _("Why it is left out"), _("Why it is opened again")
        own: Mapping[str, forms.Form] = {what: form for (of, what), form in self.refused.items() if of == key}
        return StepDesk(
            view=view,
            form=own.get("done") or self._done(view) if is_open else None,  # type: ignore[arg-type]
            skip=own.get("skip")  # type: ignore[arg-type]
            or NoteForm(label=reason, is_required=True, auto_id=f"id_{key}_skip_%s"),
            note=own.get("note") or NoteForm(is_required=True, auto_id=f"id_{key}_note_%s"),  # type: ignore[arg-type]
            reopen=own.get("reopen") or ReopenForm(label=reopen, auto_id=f"id_{key}_reopen_%s"),  # type: ignore[arg-type]
            chase=(own.get("chase") or chase) if step.kind is StepKind.WAIT else None,  # type: ignore[arg-type]
            missing=tuple(self._missing(view)),
            starts=tuple(starts),
            start=own.get("start") or (self.successor_form(step) if starts else None),  # type: ignore[arg-type]
            is_unfolded=is_asked or bool(own),
        )

    def _done(self, view: StepView) -> StepForm | None:
        return self.form(view.key) if view.at.step.kind is not StepKind.START else None

    def _missing(self, view: StepView) -> list[str]:
        """Say what the last check showed less than was expected."""
        if not view.at.is_not_arrived:
            return []
        page = self.page
        plan = self.choices.subscription(self.choices.target_first) if self.choices.target_first else None
        expected = expected_of(page.facts, page.standing, view.at.step, plan)
        typed = _values(view.at.values)
        currency = typed.get("currency") or self.choices.currency
        return [
            shortfall_text(
                row.name,
                row.typed,
                row.expected,
                reader=page.place.reader,
                currency=currency,
                is_more=row.name == "expires_on" and expected.expires_on is None,
            )
            for row in shortfalls(expected, typed)
        ]


def _values(kept: Mapping[str, str]) -> dict[str, Any]:
    """Return kept values as they were typed."""
    read = {Shape.MONEY: Decimal, Shape.DATA: int, Shape.DAY: date.fromisoformat}
    return {name: read.get(ASKS[name].shape, str)(text) for name, text in kept.items() if name in ASKS}  # type: ignore[operator]
