"""The local mailbox: a person's letters while no mail leaves this machine."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cards.delivery.mailbox import read_mail
from cards.queries.mailbox import letter_of, mailbox_page
from cards.web.person import person_of


@login_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the person's letters, the newest first."""
    _only_without_server()
    page = mailbox_page(person_of(request), request.GET.get("page", ""))
    return render(request, "reminders/mailbox.html", {"page": page})


@login_required
def letter(request: HttpRequest, message_id: str) -> HttpResponse:
    """Show one letter's text; its HTML part is never shown."""
    _only_without_server()
    message = letter_of(person_of(request), message_id)
    mail = read_mail(settings.MAILBOX_DIR, message.kind, message.message_id)
    body = mail.get_body(("plain",)) if mail is not None else None
    context = {"message": message, "mail": mail, "text": body.get_content() if body else ""}
    return render(request, "reminders/letter.html", context)


def _only_without_server() -> None:
    if settings.SMTP is not None:
        raise Http404
