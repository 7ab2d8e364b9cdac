"""Accounts that need a card's number."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cards.forms.service import MoveForm, ServiceForm, initial_of
from cards.models import Card
from cards.queries.access import card_of, service_of
from cards.rules.places import day_at
from cards.services import bound
from cards.services.bound import BoundFacts
from cards.web.clock import now_of
from cards.web.person import person_of

from .once import once_of, save_once

TEMPLATE = "services/service_form.html"


@login_required
def service_add(request: HttpRequest, card_id: str) -> HttpResponse:
    """Note an account that hangs on this number."""
    person = person_of(request)
    card = card_of(person, card_id)
    form = ServiceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():

        def save() -> Card:
            facts = BoundFacts(**form.cleaned_data)
            bound.add_service(card=card, facts=facts, by=person, now=now_of(request))
            messages.success(request, _("%(service)s is noted.") % {"service": facts.name})
            return card

        return save_once(request, save)
    context = {"form": form, "card": card, "once": once_of(request)}
    return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)


@login_required
def service_edit(request: HttpRequest, service_id: str) -> HttpResponse:
    """Change what is known about an account."""
    person = person_of(request)
    row = service_of(person, service_id)
    form = ServiceForm(request.POST if request.method == "POST" else None, initial=initial_of(row))
    if form.is_valid():
        facts = BoundFacts(**form.cleaned_data)
        bound.edit_service(service=row, facts=facts, by=person, now=now_of(request))
        messages.success(request, _("Saved."))
        return redirect("card", row.card.public_id)
    context = {"form": form, "card": row.card, "row": row}
    return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)


@login_required
def service_move(request: HttpRequest, service_id: str) -> HttpResponse:
    """Say that the account was moved away; with `undo` that it hangs on this number again."""
    person, now = person_of(request), now_of(request)
    row = service_of(person, service_id)
    if "undo" in request.POST:
        bound.move_service(service=row, moved_on=None, moved_to="", by=person, now=now)
        messages.success(request, _("%(service)s hangs on this number again.") % {"service": row})
        return redirect("card", row.card.public_id)
    today = day_at(now, [person.time_zone])
    form = MoveForm(request.POST if request.method == "POST" else None, initial={"moved_on": today})
    if form.is_valid():
        bound.move_service(service=row, **form.cleaned_data, by=person, now=now)
        messages.success(
            request, _("%(service)s is moved: it hangs on this number no more.") % {"service": row}
        )
        return redirect("card", row.card.public_id)
    context = {"form": form, "card": row.card, "row": row}
    return render(request, "services/service_move.html", context, status=422 if form.is_bound else 200)


@login_required
def service_remove(request: HttpRequest, service_id: str) -> HttpResponse:
    """Ask, then remove what was never bound to this number."""
    person = person_of(request)
    row = service_of(person, service_id)
    if request.method != "POST":
        return render(request, "services/service_remove.html", {"row": row, "card": row.card})
    bound.remove_service(service=row, by=person, now=now_of(request))
    messages.success(request, _("%(service)s is removed.") % {"service": row})
    return redirect("card", row.card.public_id)
