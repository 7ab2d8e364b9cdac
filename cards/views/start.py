"""The start page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.queries.card_list import chips
from cards.queries.start import start_page
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Show what this person must do next, the most urgent first."""
    page = start_page(person_of(request), now=now_of(request))
    return render(request, "cards/start.html", {"page": page, "chips": chips(page.counts)})
