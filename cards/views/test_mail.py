"""A test message by the real path, for staff."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cards.models import Message, MessageState
from cards.queries.mailbox import last_test
from cards.reminders.trial import send_test_mail
from cards.web.clock import now_of
from cards.web.mail_hints import hints_of
from cards.web.person import person_of


@login_required
def test_mail(request: HttpRequest) -> HttpResponse:
    """Send one message to the person who asks, and show what the server said."""
    person = person_of(request)
    if not person.is_staff:
        raise Http404
    if request.method == "POST":
        message = send_test_mail(user=person, now=now_of(request))
        # The result has an address of its own: loading it again sends nothing.
        return redirect(f"{reverse('test_mail')}?sent={message.public_id}")
    result = last_test(person, request.GET.get("sent", ""))
    context = {"server": settings.SMTP, "sender": settings.EMAIL_FROM, "folder": settings.MAILBOX_DIR}
    return render(request, "staff/test_mail.html", {**context, **_result(result)})


def _result(message: Message | None) -> dict[str, Any]:
    if message is None:
        return {}
    server = settings.SMTP
    hints = hints_of(message.error, port=server.port, security=server.security) if server else []
    return {
        "result": message,
        "is_sent": message.state == MessageState.SENT,
        "is_waiting": message.state == MessageState.QUEUED,
        "hints": hints if message.error else [],
    }
