"""Account mails: tried at once in the request, the outbox is only their retry.

Their body is a secret (codes, reset links): sealed in the row until sent, erased after.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import translation

from cards.delivery.outbox import deliver_one, make_message
from cards.delivery.round import Report
from cards.delivery.transports import Mail
from cards.models import Message, MessageKind, User

DEFAULT_LIFE = timedelta(days=1)


class AccountMail:
    """Handler of messages of kind "account": the text is stored sealed, nothing can outdate it."""

    def load(self, messages: Sequence[Message]) -> None:
        """The row holds all there is."""

    def revalidate(self, messages: Sequence[Message], now: datetime) -> set[int]:
        return {row.pk for row in messages if row.sealed_body}

    def render(self, message: Message, now: datetime) -> Mail:
        body = json.loads(message.sealed_body)
        return Mail(
            sender=settings.EMAIL_FROM,
            to=message.address,
            subject=body["subject"],
            text=body["text"],
            html=body["html"],
            message_id=message.message_id,
            at=now,
            headers={"Auto-Submitted": "auto-generated"},
            kind=message.kind,
        )

    def sent(self, messages: Sequence[Message], now: datetime) -> None:
        """Nothing follows; the outbox has erased the body."""

    def failed(self, message: Message, error: str, now: datetime) -> None:
        """The person sees it on the page they are on; the row keeps the error for the admin."""


def post(mail: EmailMessage, *, now: datetime, life: timedelta = DEFAULT_LIFE) -> list[Message]:
    """Put a mail of Django's into the outbox, one message an address, and try each at once."""
    html = ""
    if isinstance(mail, EmailMultiAlternatives):
        html = next((str(a[0]) for a in mail.alternatives if a[1] == "text/html"), "")
    text = str(mail.body)
    if getattr(mail, "content_subtype", "plain") == "html":
        html, text = text, ""
    messages = []
    for address in mail.recipients():
        message = make_message(
            now=now,
            kind=MessageKind.ACCOUNT,
            user=User.objects.filter(email__iexact=address).first(),
            address=address,
            language=translation.get_language() or "en",
            sealed_body=json.dumps({"subject": str(mail.subject), "text": text, "html": html}),
            expires_at=now + life,
        )
        message.save()
        messages.append(message)
        try_now(message, now)
    return messages


def try_now(message: Message, now: datetime) -> Report:
    """Send within the request; a server that is away leaves it to the outbox."""
    return deliver_one(message, now=now, handlers={MessageKind.ACCOUNT: AccountMail()})
