"""One round of sending: check, send, write what became of it. Nothing of one message stops another."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Protocol

from cards.models import Message, MessageState

from .transports import DeliveryError, Mail, Permanent, ServerAway, Transport, storable

log = logging.getLogger(__name__)

FRESH_SECONDS = 1.0
BACK_OFF_MINUTES = (1, 2, 5, 10, 20, 40, 60, 120, 180)
AWAY_BACK_OFF_MINUTES = (1, 2, 5, 10)
GIVE_UP_AFTER = timedelta(days=5)  # as mail servers do
MOST_TRIES = 9_999  # the column is a small number


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
        self._held: set[int] = set()
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
                elif self._is_accepted(message, handler, group[index:]):
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
                self._put_off(group[0], handler, str(error))
                return []
            return [row for message in group for row in self._loaded(kind, [message])]
        return group

    def _check(self, message: Message, handler: Handler, rest: Sequence[Message]) -> None:
        """Read anew, at most once a second, which messages are still ours and still true."""
        if time.monotonic() - self._checked_at <= FRESH_SECONDS:
            return
        # A lease that ran out in a long sleep of the machine may be somebody else's by now.
        mine = Message.objects.filter(
            pk__in=[row.pk for row in rest], state=MessageState.QUEUED, lease=message.lease
        )
        self._held = set(mine.values_list("pk", flat=True))
        held = [row for row in rest if row.pk in self._held]
        try:
            self._alive = handler.revalidate(held, self.now)
        except Exception:
            log.exception("%d messages could not be checked together, now one by one", len(held))
            self._held &= {message.pk}
            self._alive = handler.revalidate([message], self.now) if self._held else set()
            return  # and the next one likewise
        self._checked_at = time.monotonic()

    def _is_accepted(self, message: Message, handler: Handler, rest: Sequence[Message]) -> bool:
        try:
            return self._send(message, handler, rest)
        except Exception:  # its lease ends, and it is tried again
            log.exception("what became of message %s could not be written", message.public_id)
            return False

    def _send(self, message: Message, handler: Handler, rest: Sequence[Message]) -> bool:
        """Send one message; return whether the server accepted it."""
        try:
            if message.expires_at is not None and message.expires_at <= self.now:
                return self._stop(message, MessageState.EXPIRED)
            self._check(message, handler, rest)
            if message.pk not in self._held:
                return False
            if message.pk not in self._alive:
                return self._stop(message, MessageState.STOPPED)
            mail = handler.render(message, self.now)
            reply = self.transport.send(mail)
        except ServerAway as error:
            self.report.is_server_away = True
            # Not the message's fault: it waits as long as it is true, or until it expires.
            self._wait(message, str(error), AWAY_BACK_OFF_MINUTES)
        except Permanent as error:
            self._give_up(message, handler, str(error))
        except DeliveryError as error:
            self._put_off(message, handler, str(error))
        except Exception as error:  # one bad row never stops the others
            log.exception("message %s could not be made", message.public_id)
            self._put_off(message, handler, f"{type(error).__name__}: {error}")
        else:
            self._accepted(message, mail, reply)
            return True
        return False

    def _stop(self, message: Message, state: MessageState) -> bool:
        _close(message, state, sealed_body="")
        self.report.stopped += 1
        return False

    def _accepted(self, message: Message, mail: Mail, reply: str) -> None:
        # Only what changes: this statement stands between one mail and the next.
        changes: dict[str, Any] = {"sent_at": self.now, "reply": reply, "tries": message.tries + 1}
        if message.error:
            changes["error"] = ""
        # Read only for a mail that had one: asking an unread column for its value is a query a mail.
        if "sealed_body" not in message.get_deferred_fields():
            changes["sealed_body"] = ""
        if self.transport.is_local:
            changes["is_local"] = True
        subject = storable(mail.subject, 250)
        _close(message, MessageState.SENT, subject=subject, **changes)
        self.report.sent += 1

    def _put_off(self, message: Message, handler: Handler, error: str) -> None:
        if self.now - message.created_at >= GIVE_UP_AFTER:
            self._give_up(message, handler, error)
        else:
            self._wait(message, error, BACK_OFF_MINUTES)

    def _wait(self, message: Message, error: str, minutes: tuple[int, ...]) -> None:
        wait = timedelta(minutes=minutes[min(message.tries, len(minutes) - 1)])
        Message.objects.filter(pk=message.pk, lease=message.lease).update(
            tries=min(message.tries + 1, MOST_TRIES),
            error=storable(error, 2000),
            next_try_at=self.now + wait,
            lease="",
            leased_until=None,
        )
        self.report.retried += 1

    def _give_up(self, message: Message, handler: Handler, error: str) -> None:
        _close(
            message,
            MessageState.FAILED,
            error=storable(error, 2000),
            tries=min(message.tries + 1, MOST_TRIES),
            sealed_body="",
        )
        self.report.failed += 1
        handler.failed(message, error, self.now)


def _close(message: Message, state: MessageState, **changes: Any) -> None:
    """Write the end state. What was sent was sent, whoever holds the lease by now; else only the holder."""
    rows = Message.objects.filter(pk=message.pk)
    if state != MessageState.SENT:
        rows = rows.filter(lease=message.lease)
    rows.update(state=state, lease="", leased_until=None, **changes)
    message.state = state


def _release(message: Message) -> None:
    Message.objects.filter(pk=message.pk, lease=message.lease).update(lease="", leased_until=None)
