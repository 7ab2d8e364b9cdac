"""The outbox: rows that wait, are claimed by one sender at a time, and are marked once accepted."""

import logging
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet

from cards.models import Message, MessageState
from cards.platform.ids import public_id

from .mailbox import MailboxTransport
from .smtp import SmtpTransport
from .transports import DeliveryError, Mail, Permanent, ServerAway, Transport

log = logging.getLogger(__name__)

BATCH = 25
# Longer than a tick can live: the cluster ends one after Q_CLUSTER["timeout"] seconds.
LEASE = timedelta(minutes=5)
FRESH_SECONDS = 1.0
BACK_OFF_MINUTES = (1, 2, 5, 10, 20, 40, 60, 120, 180)
AWAY_BACK_OFF_MINUTES = (1, 2, 5, 10)
GIVE_UP_AFTER = timedelta(days=5)  # as mail servers do


class Handler(Protocol):
    """What one kind of message is: is it still true, its text, what follows."""

    def load(self, messages: Sequence[Message]) -> None:
        """Read what the texts of a batch need, so that it costs a few queries for all."""

    def revalidate(self, messages: Sequence[Message], now: datetime) -> set[int]:
        """Drop what is no longer true; return the ids of the messages that still say something."""

    def render(self, message: Message, now: datetime) -> Mail:
        """Return the mail. Raises nothing that is expected."""

    def sent(self, messages: Sequence[Message], now: datetime) -> None:
        """The server has accepted them. May be called again for the same ones after a crash."""

    def failed(self, message: Message, error: str, now: datetime) -> None:
        """It will not be tried again."""


@dataclass(slots=True)
class Report:
    """What one round did."""

    sent: int = 0
    stopped: int = 0
    retried: int = 0
    failed: int = 0
    is_server_away: bool = False


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
        .order_by("next_try_at", "pk")
    )


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


class Round:
    """One round of sending: whatever goes wrong with one message stays with that message."""

    def __init__(
        self, now: datetime, handlers: Mapping[str, Handler], transport: Transport, ends: float
    ) -> None:
        self.now = now
        self.handlers = handlers
        self.transport = transport
        self.ends = ends  # time.monotonic()
        self.report = Report()
        self._alive: set[int] = set()
        self._checked_at = 0.0

    def is_over(self) -> bool:
        return self.report.is_server_away or time.monotonic() > self.ends

    def send_batch(self, batch: Sequence[Message]) -> None:
        """Send the batch and tell the handlers what was accepted."""
        for kind, rows in groupby(sorted(batch, key=lambda row: row.kind), key=lambda row: row.kind):
            handler, group = self.handlers[kind], self._loaded(kind, list(rows))
            self._checked_at = 0.0
            accepted = []
            for index, message in enumerate(group):
                if self.is_over():
                    _release(message)
                elif self._send(message, handler, group[index:]):
                    accepted.append(message)
            try:
                handler.sent(accepted, self.now)
            except Exception:  # they have left: nothing may make them leave twice
                log.exception("%d messages were sent, but not recorded yet", len(accepted))

    def _loaded(self, kind: str, group: list[Message]) -> list[Message]:
        """Load a group; what can't be loaded is put off alone, the others stay."""
        handler = self.handlers[kind]
        try:
            handler.load(group)
        except Exception as error:
            log.exception("%d messages could not be loaded", len(group))
            if len(group) == 1:
                self._put_off(group[0], handler, str(error), BACK_OFF_MINUTES)
                return []
            return [row for message in group for row in self._loaded(kind, [message])]
        return group

    def _is_true(self, message: Message, handler: Handler, rest: Sequence[Message]) -> bool:
        """Tell whether the message may go, as read within the last second."""
        if time.monotonic() - self._checked_at > FRESH_SECONDS:
            self._alive = handler.revalidate(rest, self.now)
            self._checked_at = time.monotonic()
        return message.pk in self._alive

    def _send(self, message: Message, handler: Handler, rest: Sequence[Message]) -> bool:
        """Send one message; return whether the server accepted it."""
        try:
            is_expired = message.expires_at is not None and message.expires_at <= self.now
            if is_expired or not self._is_true(message, handler, rest):
                state = MessageState.EXPIRED if is_expired else MessageState.STOPPED
                _close(message, state, sealed_body="")
                self.report.stopped += 1
                return False
            mail = handler.render(message, self.now)
            reply = self.transport.send(mail)
        except ServerAway as error:
            self.report.is_server_away = True
            self._put_off(message, handler, str(error), AWAY_BACK_OFF_MINUTES)
        except Permanent as error:
            self._give_up(message, handler, str(error))
        except DeliveryError as error:
            self._put_off(message, handler, str(error), BACK_OFF_MINUTES)
        except Exception as error:  # one bad row never stops the others
            log.exception("message %s could not be made", message.public_id)
            self._put_off(message, handler, f"{type(error).__name__}: {error}", BACK_OFF_MINUTES)
        else:
            self._accepted(message, mail, reply)
            return True
        return False

    def _accepted(self, message: Message, mail: Mail, reply: str) -> None:
        _close(
            message,
            MessageState.SENT,
            sent_at=self.now,
            reply=reply,
            error="",
            subject=mail.subject[:250],
            sealed_body="",
            is_local=self.transport.is_local,
            tries=message.tries + 1,
        )
        self.report.sent += 1

    def _put_off(self, message: Message, handler: Handler, error: str, minutes: tuple[int, ...]) -> None:
        if self.now - message.created_at >= GIVE_UP_AFTER:
            self._give_up(message, handler, error)
            return
        wait = timedelta(minutes=minutes[min(message.tries, len(minutes) - 1)])
        Message.objects.filter(pk=message.pk, lease=message.lease).update(
            tries=message.tries + 1,
            error=error[:2000],
            next_try_at=self.now + wait,
            lease="",
            leased_until=None,
        )
        self.report.retried += 1

    def _give_up(self, message: Message, handler: Handler, error: str) -> None:
        _close(
            message,
            MessageState.FAILED,
            error=error[:2000],
            tries=message.tries + 1,
            sealed_body="",
        )
        self.report.failed += 1
        handler.failed(message, error, self.now)


def _close(message: Message, state: MessageState, **changes: Any) -> None:
    """Write the end state, whoever holds the lease by now: what was sent was sent."""
    Message.objects.filter(pk=message.pk).update(state=state, lease="", leased_until=None, **changes)
    message.state = state


def _release(message: Message) -> None:
    Message.objects.filter(pk=message.pk, lease=message.lease).update(lease="", leased_until=None)
