"""The emergency sheet."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.queries.emergency import emergency_sheet as sheet_of
from cards.web.again import ask_again
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def emergency_sheet(request: HttpRequest) -> HttpResponse:
    """Show all cards for printing; whole numbers (`full=1`) to who has just given the password."""
    person, now = person_of(request), now_of(request)
    is_full = request.GET.get("full") == "1"
    if is_full:
        ask_again(request)
    cards = sheet_of(person, is_full=is_full, now=now)
    return render(request, "sheet/emergency_sheet.html", {"cards": cards, "is_full": is_full})
