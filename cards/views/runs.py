"""Runs of a card: the page of one, its print view, the list, starting, giving up, taking up again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.forms.run_notes import ReasonForm, WishForm
from cards.models import RunState
from cards.queries.access import card_of, run_of
from cards.queries.card_end import is_history
from cards.queries.ledger import load_facts
from cards.queries.place import Place
from cards.queries.run_list import run_list as list_runs
from cards.queries.run_list import start_page
from cards.queries.run_offers import NUMBER_GONE
from cards.queries.run_page import apply_by
from cards.queries.run_words import in_words
from cards.rules.places import day_at
from cards.runs.doing import take_up_run
from cards.runs.held import RunIsClosed
from cards.runs.starting import AlreadyOpen, NotOffered, abandon_run, set_wish, start_run
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import is_over
from .run_desk import RunDesk


@login_required
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show a run: the step whose turn it is large, the others folded."""
    desk = RunDesk.of(request, run_of(request.user, run_id))
    return desk.show(request.GET.get("step", ""))


@login_required
def run_print(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show every step with what is on record, to be printed."""
    page = RunDesk.of(request, run_of(request.user, run_id)).page
    return render(request, "runs/run_print.html", {"page": page, "card": page.card, "run": page.run})


@login_required
def run_list(request: HttpRequest, card_id: str) -> HttpResponse:
    """Show the card's runs and what can be started."""
    card = card_of(request.user, card_id)
    today = day_at(now_of(request), card.zones)
    return render(request, "runs/run_list.html", {"card": card, "runs": list_runs(load_facts(card), today)})


@login_required
def run_start(request: HttpRequest, card_id: str, key: str) -> HttpResponse:
    """Say what it is for and what to mind, then start it."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    place, facts = Place.of(card, person, now=now), load_facts(card)
    page = start_page(facts, key, place.today)
    if page is None:
        raise Http404
    if is_history(card, place.today) and key != NUMBER_GONE:
        return is_over(request, card)
    typed = request.POST if request.method == "POST" else request.GET if "wished_on" in request.GET else None
    form = WishForm(typed, today=place.today) if page.is_ending else None
    is_valid = form is None or not form.is_bound or form.is_valid()
    wished_on = form.cleaned_data["wished_on"] if form is not None and form.is_bound and is_valid else None
    if request.method == "POST" and is_valid:
        try:
            started = start_run(card=card, key=key, by=person, now=now, wished_on=wished_on)
        except AlreadyOpen as already:
            messages.info(request, _("You are at these steps already: here they go on."))
            started = already.run
        except NotOffered:
            raise Http404 from None
        return redirect("run", started.public_id)
    last = apply_by(page.standing, card, wished_on)
    is_late = last is not None and last < place.today
    context = {"page": page, "card": card, "form": form, "apply_by": last, "is_late": is_late}
    return render(request, "runs/run_start.html", context, status=200 if is_valid else 422)


@login_required
def run_abandon(request: HttpRequest, run_id: str) -> HttpResponse:
    """Ask why, then give the run up."""
    row = run_of(request.user, run_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if row.state != RunState.OPEN:
        messages.info(request, _("These steps were closed meanwhile."))
        return redirect("run", row.public_id)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        abandon_run(run=row, reason=reason, by=person_of(request), now=now_of(request))
        messages.success(request, _("Given up. What was recorded stays in the history."))
        return redirect("run", row.public_id)
    title = in_words(row.version.definition.title)
    context = {"form": form, "run": row, "card": row.card, "name": title}
    return render(request, "runs/run_abandon.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def run_take_up(request: HttpRequest, run_id: str) -> HttpResponse:
    """Go on with a run that was given up; of one that is done a step is opened again instead."""
    row = run_of(request.user, run_id)
    if row.state == RunState.DONE:
        messages.info(request, _("Every step is done. Open the step again that is to be done anew."))
        return redirect("run", row.public_id)
    try:
        take_up_run(run=row, by=person_of(request), now=now_of(request))
    except AlreadyOpen as already:
        messages.info(request, _("You are at these steps already: here they go on."))
        row = already.run
    except RunIsClosed:
        messages.info(request, _("The card is gone, and these steps with it."))
    return redirect("run", row.public_id)


@login_required
@require_POST
def run_wish(request: HttpRequest, run_id: str) -> HttpResponse:
    """Say by when it shall be over; the last day to apply is counted back from it."""
    row, now = run_of(request.user, run_id), now_of(request)
    place = Place.of(row.card, person_of(request), now=now)
    form = WishForm(request.POST, today=place.today)
    if not form.is_valid():
        return RunDesk.of(request, row).refuse("", "wish", form)
    if row.state == RunState.OPEN:
        set_wish(run=row, wished_on=form.cleaned_data["wished_on"], now=now)
        messages.success(request, _("Saved."))
    return redirect("run", row.public_id)
