"""The outbox: rows that wait, are claimed by one sender at a time, and are marked once accepted."""

import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet

from cards.models import Message, MessageState
from cards.platform.ids import public_id

from .mailbox import MailboxTransport
from .round import Handler, Report, Round
from .smtp import SmtpTransport
from .transports import Transport

BATCH = 100
# Longer than a tick can live: the cluster ends one after Q_CLUSTER["timeout"] seconds.
LEASE = timedelta(minutes=5)


def open_transport() -> Transport:
    """Return the transport of the settings: the mail server, else the local mailbox."""
    return SmtpTransport(settings.SMTP) if settings.SMTP else MailboxTransport(settings.MAILBOX_DIR)


def make_message(*, now: datetime, **fields: Any) -> Message:
    """Return an unsaved, queued message with an id that is its Message-ID too."""
    key = public_id()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return Message(
        public_id=key,
        message_id=f"<{key}@{host}>",
        created_at=now,
        next_try_at=now,
        state=MessageState.QUEUED,
        **fields,
    )


def _waiting(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(
        Q(leased_until=None) | Q(leased_until__lte=now),
        state=MessageState.QUEUED,
        next_try_at__lte=now,
    )


def holder_name(holder: str) -> str:
    """Return the first part of a lease: who, and on which machine."""
    return f"{holder}@{socket.gethostname()[:40]}:"


def release_leases(holder: str) -> int:
    """Free what a dead holder of this machine had claimed. Only for who knows that it is dead."""
    return Message.objects.filter(state=MessageState.QUEUED, lease__startswith=holder_name(holder)).update(
        lease="", leased_until=None
    )


def claim(*, now: datetime, holder: str, limit: int = BATCH, only: int | None = None) -> list[Message]:
    """Lease waiting messages to the caller; two callers never get the same one."""
    rows = _waiting(now).order_by("next_try_at", "pk")
    if only is not None:
        rows = rows.filter(pk=only)
    ids = list(rows.values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    lease = holder_name(holder) + secrets.token_hex(12)
    _waiting(now).filter(pk__in=ids).update(lease=lease, leased_until=now + LEASE)
    return list(
        Message.objects.filter(pk__in=ids, lease=lease, state=MessageState.QUEUED)
        .select_related("user")
        # Opened one by one: a body sealed with a lost key must not hold up the others.
        .defer("sealed_body")
        .order_by("next_try_at", "pk")
    )


def readdress(messages: Sequence[Message]) -> None:
    """Let messages to people go to the address that they have now, not when they were written."""
    for message in messages:
        if message.user is not None and message.address != message.user.email:
            message.address = message.user.email
            message.save(update_fields=["address"])


def deliver(
    *,
    now: datetime,
    handlers: Mapping[str, Handler],
    holder: str,
    seconds: float = 60,
    transport: Transport | None = None,
) -> Report:
    """Send what waits, for at most about `seconds`; one connection for all of it."""
    ends = time.monotonic() + seconds
    sender = Round(now, handlers, transport or open_transport(), ends)
    try:
        while not sender.is_over() and (batch := claim(now=now, holder=holder)):
            sender.send_batch(batch)
    finally:
        sender.transport.close()
    return sender.report


def deliver_one(message: Message, *, now: datetime, handlers: Mapping[str, Handler]) -> Report:
    """Try this message at once, within the caller's request. The outbox remains its retry."""
    sender = Round(now, handlers, open_transport(), time.monotonic() + 60)
    try:
        sender.send_batch(claim(now=now, holder="request", only=message.pk))
    finally:
        sender.transport.close()
    return sender.report
