"""A card's serial number, place and numbers; what opens its line, shown on request."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from cards.forms.identity import IdentityForm, initial_of
from cards.forms.secrets import SecretsForm
from cards.platform.crypto import SealBroken
from cards.platform.qr import draw
from cards.queries.access import card_of
from cards.queries.identity import identity_of, kept_secrets, secret_label
from cards.rules.serials import CodeError, is_iccid_doubtful, parse_activation_code
from cards.services import identity, secrets
from cards.services.cards import facts_of
from cards.web.again import ask_again
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import of_living_card


@login_required
@of_living_card
def card_identity(request: HttpRequest, card_id: str) -> HttpResponse:
    """Change serial number, place and numbers; say which secrets are kept."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    found = identity_of(card)
    form = IdentityForm(
        request.POST if request.method == "POST" else None,
        person=person,
        card=card,
        initial=initial_of(found),
    )
    if form.is_valid():
        typed = form.cleaned_data
        numbers = typed.pop("numbers")
        facts = replace(facts_of(card), **typed)
        identity.edit_identity(card=card, facts=facts, numbers=numbers, by=person, now=now)
        messages.success(request, _("Saved."))
        if typed["iccid"] and is_iccid_doubtful(typed["iccid"]):
            messages.warning(
                request, _("The ICCID's check digit does not fit. Hold it against the card once more.")
            )
        return redirect("card", card.public_id)
    context = {"form": form, "card": card, "identity": found}
    return render(request, "identity/identity_form.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@sensitive_variables()
@login_required
@of_living_card
def secrets_edit(request: HttpRequest, card_id: str) -> HttpResponse:
    """Keep new secrets; those that are kept stay hidden."""
    person = person_of(request)
    card = card_of(person, card_id)
    is_sent = request.method == "POST"
    form = SecretsForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, kept=kept_secrets(card)
    )
    if form.is_valid():
        secrets.keep_secrets(card=card, values=form.values, by=person, now=now_of(request))
        messages.success(request, _("Saved. It is kept encrypted and shown only when you ask for it."))
        return redirect("card_identity", card.public_id)
    context = {"form": form, "card": card}
    return render(request, "identity/secrets_form.html", context, status=422 if form.is_bound else 200)


@sensitive_variables()
@login_required
@require_POST
def secrets_show(request: HttpRequest, card_id: str) -> HttpResponse:
    """Show what opens the line, once, to who has just given the password."""
    person = person_of(request)
    card = card_of(person, card_id)
    ask_again(request)
    try:
        found = secrets.show_secrets(card=card, by=person, now=now_of(request))
    except SealBroken:
        return render(request, "identity/secrets_shown.html", {"card": card, "is_key_lost": True})
    return render(request, "identity/secrets_shown.html", {"card": card, **_shown(found)})


@sensitive_variables()
def _shown(found: secrets.Secrets) -> dict[str, Any]:
    """Return the secrets with their names, and the activation code as a QR code and as links."""
    names = [name for name in secrets.SECRETS if getattr(found, name)]
    context: dict[str, Any] = {"rows": [(secret_label(name), getattr(found, name)) for name in names]}
    if found.activation_code:
        try:
            context["code"] = parse_activation_code(found.activation_code)
        except CodeError:  # kept by another version, under other rules
            return context
        context["drawing"] = draw(context["code"].text)
    return context
