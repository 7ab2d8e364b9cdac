"""Fixed charges of a card, and its automatic top-up. A turn is confirmed by recording the fee."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.forms.charge import AutoTopUpForm, ChargeForm, initial_of, topup_initial
from cards.models import Card
from cards.queries.access import card_of, charge_of
from cards.services import charges
from cards.services.cards import edit_card, facts_of
from cards.services.charges import ChargeFacts
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import of_living_card
from .once import once_of, save_once

TEMPLATE = "charges/charge_form.html"


@login_required
@of_living_card
def charge_add(request: HttpRequest, card_id: str) -> HttpResponse:
    """Add a fee that is taken, or a bill to pay."""
    person = person_of(request)
    card = card_of(person, card_id)
    form = ChargeForm(
        request.POST if request.method == "POST" else None, initial={"currency": person.currency}
    )
    if form.is_valid():

        def save() -> Card:
            facts = ChargeFacts(**form.cleaned_data)
            charges.add_charge(card=card, facts=facts, by=person, now=now_of(request))
            messages.success(
                request,
                _("%(charge)s is added: you are asked to confirm each turn.") % {"charge": facts.name},
            )
            return card

        return save_once(request, save)
    context = {"form": form, "card": card, "once": once_of(request)}
    return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)


@login_required
@of_living_card
def charge_edit(request: HttpRequest, charge_id: str) -> HttpResponse:
    """Replace what was typed wrongly; confirmed turns stay confirmed."""
    person = person_of(request)
    row = charge_of(person, charge_id)
    initial = initial_of(row)
    initial["currency"] = initial["currency"] or person.currency
    form = ChargeForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        facts = ChargeFacts(**form.cleaned_data)
        charges.edit_charge(charge=row, facts=facts, by=person, now=now_of(request))
        messages.success(request, _("Saved."))
        return redirect("card", row.card.public_id)
    context = {"form": form, "card": row.card, "row": row}
    return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def charge_end(request: HttpRequest, charge_id: str) -> HttpResponse:
    """End a charge; with `undo` take it back."""
    person, now = person_of(request), now_of(request)
    row = charge_of(person, charge_id)
    if "undo" in request.POST:
        charges.reopen_charge(charge=row, by=person, now=now)
        text = _("%(charge)s goes on: each turn is asked about.")
    else:
        charges.end_charge(charge=row, by=person, now=now)
        text = _("%(charge)s has ended: nothing reminds of it.")
    messages.success(request, text % {"charge": row.name})
    return redirect("card", row.card.public_id)


@login_required
@of_living_card
def auto_topup(request: HttpRequest, card_id: str) -> HttpResponse:
    """Say below which balance the operator tops up by itself, and by how much."""
    person = person_of(request)
    card = card_of(person, card_id)
    initial = topup_initial(card, person.currency)
    form = AutoTopUpForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        facts = replace(facts_of(card), **form.cleaned_data)
        edit_card(card=card, facts=facts, by=person, now=now_of(request))
        messages.success(request, _("Saved."))
        return redirect("card", card.public_id)
    context = {"form": form, "card": card}
    return render(request, "charges/auto_topup.html", context, status=422 if form.is_bound else 200)
