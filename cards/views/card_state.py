"""Archiving, restoring, deleting a card; keeping it or letting it lapse."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.models import Intent
from cards.queries.access import card_of
from cards.queries.bound import services_of
from cards.queries.card_end import is_history
from cards.queries.losses import losses_of
from cards.rules.places import day_at
from cards.services import cards
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import of_living_card


@login_required
@require_POST
def card_archive(request: HttpRequest, card_id: str) -> HttpResponse:
    """Put the card away; nothing reminds of it. Asks first where something critical hangs on its number."""
    person = person_of(request)
    card = card_of(person, card_id)
    services = services_of(card)
    if services.critical and card.archived_at is None and "sure" not in request.POST:
        return render(request, "cards/card_archive.html", {"card": card, "services": services})
    cards.archive_card(card=card, by=person, now=now_of(request))
    messages.success(request, _("%(card)s is in the archive: nothing reminds of it.") % {"card": card.label})
    return redirect("card", card.public_id)


@login_required
@require_POST
def card_restore(request: HttpRequest, card_id: str) -> HttpResponse:
    """Take the card back from the archive; its dates count again, unless its line is gone."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    if card.archived_at is None:
        messages.info(request, _("%(card)s is not in the archive.") % {"card": card.label})
        return redirect("card", card.public_id)
    cards.restore_card(card=card, by=person, now=now)
    is_silent = is_history(card, day_at(now, card.zones)) or card.intent == Intent.LAPSE
    text = _("%(card)s is back in the list.") if is_silent else _("%(card)s is back: its dates remind again.")
    messages.success(request, text % {"card": card.label})
    return redirect("card", card.public_id)


@login_required
def card_delete(request: HttpRequest, card_id: str) -> HttpResponse:
    """Say what is lost, then delete it for good."""
    card = card_of(request.user, card_id)
    if request.method != "POST":
        context = {"card": card, "losses": losses_of(card), "services": services_of(card)}
        return render(request, "cards/card_delete.html", context)
    cards.delete_card(card=card)
    messages.success(request, _("%(card)s is deleted.") % {"card": card.label})
    return redirect("card_list")


@login_required
@of_living_card
def card_intent(request: HttpRequest, card_id: str) -> HttpResponse:
    """Say what letting it lapse means, then do it; keeping it again needs no question."""
    person = person_of(request)
    card = card_of(person, card_id)
    asked = (request.POST if request.method == "POST" else request.GET).get("intent", Intent.LAPSE)
    if asked not in Intent.values:
        raise Http404
    if request.method != "POST":
        context = {"card": card, "intent": asked, "services": services_of(card)}
        return render(request, "cards/card_intent.html", context)
    cards.set_intent(card=card, intent=asked, by=person, now=now_of(request))
    messages.success(request, _words(asked) % {"card": card.label})
    return redirect("card", card.public_id)


def _words(intent: str) -> str:
    return {
        Intent.KEEP.value: _("%(card)s is kept: its dates remind again."),
        Intent.LAPSE.value: _("%(card)s may lapse: nothing reminds of its line and plans any more."),
        Intent.CANCELLING.value: _("%(card)s is being cancelled. Its dates still remind."),
    }[intent]
