"""The test message: it takes the real path, outbox and transport included."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cards.delivery.outbox import deliver_one, make_message, readdress
from cards.delivery.transports import Mail
from cards.models import Message, MessageKind, User
from cards.queries.sight import Reader


class TrialMail:
    """Handler of messages of kind "test"."""

    def load(self, messages: Sequence[Message]) -> None:
        """The row holds all there is, but the person may have another address by now."""
        readdress(messages)

    def revalidate(self, messages: Sequence[Message], now: datetime) -> set[int]:
        return {row.pk for row in messages if row.user is not None}

    def render(self, message: Message, now: datetime) -> Mail:
        assert message.user is not None
        with translation.override(message.language):
            reader = Reader.of(message.user, message.language)
            return Mail(
                sender=settings.EMAIL_FROM,
                to=message.address,
                subject=_("Keepline can send mail"),
                text=render_to_string("mail/test.txt", {"site": settings.SITE_URL, "at": reader.moment(now)}),
                message_id=message.message_id,
                at=now,
                headers={"Auto-Submitted": "auto-generated"},
                kind=message.kind,
            )

    def sent(self, messages: Sequence[Message], now: datetime) -> None:
        """The page shows the server's answer; nothing else follows."""

    def failed(self, message: Message, error: str, now: datetime) -> None:
        """The page shows the error; nothing else follows."""


def send_test_mail(*, user: User, now: datetime) -> Message:
    """Send a test message to the person at once and return its row with the server's answer."""
    message = make_message(
        now=now,
        kind=MessageKind.TEST,
        user=user,
        address=user.email,
        language=user.language,
    )
    message.save()
    deliver_one(message, now=now, handlers={MessageKind.TEST: TrialMail()})
    message.refresh_from_db()
    return message
