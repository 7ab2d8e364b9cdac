"""Forms of a card that is history by now: they answer with why, and change nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.models import Card
from cards.queries.access import card_of, charge_of, plan_of
from cards.queries.card_end import is_history
from cards.rules.places import day_at
from cards.web.clock import now_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def of_living_card(view: View[P]) -> View[P]:
    """Let a view work only while its card is in use; below `login_required` and `require_POST`.

    The view is called with a card_id, plan_id or charge_id.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        card = _card(request, kwargs)
        if is_history(card, day_at(now_of(request), card.zones)):
            return is_over(request, card)
        return view(request, *args, **kwargs)

    return guarded


def is_over(request: HttpRequest, card: Card) -> HttpResponse:
    """Say that the card is history, and what is left to do with it."""
    return render(request, "cards/card_ended.html", {"card": card}, status=409)


def _card(request: HttpRequest, ids: dict[str, object]) -> Card:
    if "plan_id" in ids:
        return plan_of(request.user, str(ids["plan_id"])).card
    if "charge_id" in ids:
        return charge_of(request.user, str(ids["charge_id"])).card
    return card_of(request.user, str(ids["card_id"]))
