"""What was sent, and what is planned."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.queries import reminder_log as query
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def reminder_log(request: HttpRequest) -> HttpResponse:
    """Show the person's messages with their state, and the reminders to come; fifty a page."""
    shown = request.GET.get("list", query.ALL)
    if shown not in query.LISTS:
        shown = query.ALL
    log = query.reminder_log(person_of(request), shown, page=request.GET.get("page", ""), now=now_of(request))
    context = {"log": log, "has_mailbox": settings.SMTP is None}
    return render(request, "reminders/log.html", context)
