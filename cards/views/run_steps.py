"""What is done in a step of a run: one address an action."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from cards.forms.run_notes import ChaseForm, NoteForm, ReopenForm, TickForm
from cards.forms.run_step import StepForm
from cards.models import Action, Card
from cards.queries.place import Place
from cards.rules.playbook import StepKind
from cards.rules.steps import StepState
from cards.runs import doing
from cards.runs.held import AlreadySettled, RunIsClosed, StillOpen
from cards.runs.homes import Typed
from cards.runs.starting import AlreadyOpen, NotOffered
from cards.services.actions import AlreadyVoided, void_action

from .evidence import keep_files
from .once import save_once
from .run_desk import RunDesk
from .run_visit import Visit


@sensitive_post_parameters("activation_code")
@login_required
@require_POST
def step_done(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Do a step with what was typed in it; a check that misses something is asked about again."""
    kinds = (kind for kind in StepKind if kind is not StepKind.START)
    visit = Visit.of(request, run_id, key, *kinds)
    keep_files(request, visit.run, key)
    return visit.settle(lambda: _done(visit))


@sensitive_variables()
def _done(visit: Visit) -> HttpResponse:
    request, key = visit.request, visit.step.key
    desk = RunDesk.of(request, visit.run)
    if not desk.page.is_open:
        raise RunIsClosed
    is_accepted = "accept" in request.POST
    form = desk.form(key, request.POST, must_explain=is_accepted)
    if desk.page.standing.progress.at(key).day is None and not form.is_valid():
        return desk.refuse(key, "done", form)

    def save() -> Card:
        if not form.is_valid():
            raise AlreadySettled
        _do(visit, form, is_accepted=is_accepted)
        return visit.run.card

    try:
        return save_once(request, save, to=lambda card: reverse("run", args=[visit.run.public_id]))
    except StillOpen as still:
        text = _("Still open and critical: %(names)s. Tick them first, or say why it goes on without.")
        if visit.step.is_moving:
            text = _("Still open and critical: %(names)s. Move them first, or say why it goes on without.")
        form.add_error("note", text % {"names": _(", ").join(still.names)})
        return desk.refuse(key, "done", form)


@sensitive_variables()
def _do(visit: Visit, form: StepForm, *, is_accepted: bool) -> None:
    typed = Typed(
        values=form.values,
        subscription=form.subscription,
        offer=form.offer,
        paid_as=form.paid_as,
        note=form.cleaned_data["note"],
        successor=form.successor,
        successor_name=form.cleaned_data.get("successor_name") or "",
    )
    missing = doing.do_step(
        run=visit.run,
        key=visit.step.key,
        typed=typed,
        by=visit.person,
        now=visit.now,
        is_accepted=is_accepted,
    )
    if missing:
        messages.warning(visit.request, _("Recorded. Something is still missing: it is asked about again."))
    else:
        messages.success(visit.request, _("Done: %(step)s") % {"step": visit.title})
        visit.tell_finished()
    if form.has_doubtful_iccid:
        text = _("The ICCID's check digit does not fit. Hold it against the card once more.")
        messages.warning(visit.request, text)


def _refused(visit: Visit, what: str, form: Form) -> HttpResponse:
    """Show a small form again; a step that was settled meanwhile has none to show it in."""
    desk = RunDesk.of(visit.request, visit.run)
    if not desk.page.is_open:
        raise RunIsClosed
    if desk.page.standing.progress.at(visit.step.key).day is not None:
        raise AlreadySettled
    return desk.refuse(visit.step.key, what, form)


@login_required
@require_POST
def step_skip(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Leave a step out, with the reason."""
    visit = Visit.of(request, run_id, key)
    label = _("Why it is left out")
    form = NoteForm(request.POST, label=label, is_required=True, auto_id=f"id_{key}_skip_%s")

    def skip() -> HttpResponse:
        if not form.is_valid():
            return _refused(visit, "skip", form)
        reason = form.cleaned_data["note"]
        doing.skip_step(run=visit.run, key=key, reason=reason, by=visit.person, now=visit.now)
        messages.success(request, _("Left out: %(step)s") % {"step": visit.title})
        visit.tell_finished()
        return visit.back()

    return visit.settle(skip)


@login_required
@require_POST
def step_reopen(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Open a step again; what it wrote into the ledger stays, unless that is to be undone too."""
    visit = Visit.of(request, run_id, key)
    label = _("Why it is opened again")
    form = ReopenForm(request.POST, label=label, auto_id=f"id_{key}_reopen_%s")
    desk = RunDesk.of(request, visit.run)
    at = desk.page.standing.progress.at(key)
    if at.state not in (StepState.DONE, StepState.SKIPPED):
        return visit.meanwhile(_("This step is open already."), visit.back(stays=True))
    if not form.is_valid():
        return desk.refuse(key, "reopen", form)
    entries = desk.page.standing.written.get(key, frozenset()) if form.cleaned_data["undo"] else frozenset()
    try:
        _reopen(visit, form.cleaned_data["note"], entries)
    except AlreadyOpen as already:
        said = _("You are at these steps already: here they go on.")
        return visit.meanwhile(said, redirect("run", already.run.public_id))
    text = _("Open again. Its entries are undone.") if entries else _("Open again. Its entries stay.")
    messages.success(request, text)
    return visit.back(stays=True)


@transaction.atomic
def _reopen(visit: Visit, note: str, entries: frozenset[int]) -> None:
    doing.reopen_step(run=visit.run, key=visit.step.key, note=note, by=visit.person, now=visit.now)
    for action in Action.objects.filter(pk__in=entries, companion_of=None).order_by("-pk"):
        try:
            void_action(action=action, by=visit.person, now=visit.now)
        except AlreadyVoided:
            continue  # undone on another page meanwhile: that is what was asked for


@login_required
@require_POST
def step_not_yet(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Say that nothing has arrived yet."""
    visit = Visit.of(request, run_id, key, StepKind.VERIFY)
    # The button stands in the form of the check, which may hold a picture of it.
    keep_files(request, visit.run, key)
    return _noted(visit, doing.say_not_yet, _("Noted: it is asked about again."))


@login_required
@require_POST
def step_look(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Say that one has looked."""
    visit = Visit.of(request, run_id, key, StepKind.VERIFY, StepKind.WAIT)
    return _noted(visit, doing.look_again, _("Noted: you have looked."))


@login_required
@require_POST
def step_need(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Say that a step is needed after all."""
    visit = Visit.of(request, run_id, key)
    if visit.step.case is None:
        raise Http404
    return _noted(visit, doing.say_needed, _("This step is needed now."))


@login_required
@require_POST
def step_note(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Write a note to a step, also of a run that is closed."""
    visit = Visit.of(request, run_id, key)
    return _noted(visit, doing.add_note, _("The note is kept."), is_required=True)


def _noted(visit: Visit, act: Callable[..., None], text: str, *, is_required: bool = False) -> HttpResponse:
    request, key = visit.request, visit.step.key
    form = NoteForm(request.POST, is_required=is_required, auto_id=f"id_{key}_note_%s")

    def save() -> Card:
        act(run=visit.run, key=key, note=form.cleaned_data["note"], by=visit.person, now=visit.now)
        messages.success(request, text)
        visit.tell_finished()
        return visit.run.card

    def run() -> HttpResponse:
        if not form.is_valid():
            return RunDesk.of(request, visit.run).refuse(key, "note", form)
        return save_once(request, save, to=lambda card: visit.back(stays=True)["Location"])

    return visit.settle(run)


@login_required
@require_POST
def step_chase(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Record that one has asked what has become of it, and the day that was promised."""
    visit = Visit.of(request, run_id, key, StepKind.WAIT)
    place = Place.of(visit.run.card, visit.person, now=visit.now)
    form = ChaseForm(request.POST, today=place.today, auto_id=f"id_{key}_chase_%s")

    def save() -> Card:
        doing.chase(run=visit.run, key=key, **form.cleaned_data, by=visit.person, now=visit.now)
        messages.success(request, _("Noted: you have asked."))
        return visit.run.card

    def chase() -> HttpResponse:
        if not form.is_valid():
            return _refused(visit, "chase", form)
        return save_once(request, save, to=lambda card: visit.back(stays=True)["Location"])

    return visit.settle(chase)


@login_required
@require_POST
def step_tick(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Tick an item of the step's list, or take the tick back."""
    visit = Visit.of(request, run_id, key, StepKind.EACH)
    service = get_object_or_404(visit.run.card.services, public_id=request.POST.get("service", ""))
    form = TickForm(request.POST)

    def tick() -> HttpResponse:
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, " ".join(map(str, errors)))
            return visit.back(stays=True)
        doing.tick_item(
            run=visit.run, key=key, service=service, **form.cleaned_data, by=visit.person, now=visit.now
        )
        return visit.back(stays=True)

    return visit.settle(tick)


@login_required
@require_POST
def step_start(request: HttpRequest, run_id: str, key: str) -> HttpResponse:
    """Start another playbook out of a step."""
    visit = Visit.of(request, run_id, key, StepKind.START)
    starts = request.POST.get("starts", "")
    if starts not in visit.step.starts:
        raise Http404

    def start() -> HttpResponse:
        desk = RunDesk.of(request, visit.run)
        form = desk.successor_form(visit.step, request.POST)
        if form is not None and not form.is_valid():
            return desk.refuse(key, "start", form)
        told = {"successor": form.card, "successor_name": form.cleaned_data["successor_name"]} if form else {}
        try:
            other = doing.start_from_step(
                run=visit.run, key=key, starts=starts, by=visit.person, now=visit.now, **told
            )
        except NotOffered:
            messages.error(request, _("These steps are not offered any more."))
            return visit.back(stays=True)
        return redirect("run", other.public_id)

    return visit.settle(start)
