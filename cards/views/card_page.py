"""One card's page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.queries.access import card_of
from cards.queries.card_page import card_page
from cards.queries.timeline import page_number
from cards.services.proposals import both_dates
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def card(request: HttpRequest, card_id: str) -> HttpResponse:
    """Show all that is known about a card, what will remind of it, and its history."""
    person = person_of(request)
    page = card_page(
        card_of(person, card_id),
        person,
        page=page_number(request.GET.get("page", "1")),
        now=now_of(request),
    )
    dates = both_dates(page.card) if page.proposal else None
    return render(
        request, "cards/card_page.html", {"page": page, "card": page.card, "dates_of_proposal": dates}
    )
