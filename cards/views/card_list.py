"""The list of cards."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.queries import card_list as query
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def card_list(request: HttpRequest) -> HttpResponse:
    """Show the person's cards: searched, filtered, sorted, fifty a page."""
    wish = query.Wish.of(request.GET)
    found = query.card_list(person_of(request), wish, page=request.GET.get("page", ""), now=now_of(request))
    return render(request, "cards/card_list.html", {"found": found, "sorts": query.SORTS.items()})
