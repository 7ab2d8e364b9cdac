"""The mail that carries reminders: still true? its words; what follows."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.delivery.outbox import readdress
from cards.delivery.transports import Mail
from cards.models import (
    Card,
    Deadline,
    Event,
    EventKind,
    Message,
    MessageKind,
    MessageReminder,
    MessageState,
    Reminder,
    ReminderState,
)
from cards.queries.bound import NOTHING, Hanging, hanging_on
from cards.queries.card_page import LINE_KINDS
from cards.queries.cover import Lack, lacks_in
from cards.queries.next_step import step_query
from cards.queries.numbers import mask_number
from cards.queries.run_offers import Offer, offers_on, step_address, step_of
from cards.queries.run_reminders import RunFacts, run_facts, run_lines
from cards.queries.sight import Reader, Sight, sight_of
from cards.services.timetable import hold_cards, mark_stale

from .step_notes import note_reminded
from .truth import still_true

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One card's deadline in a mail. `steps`: what a run says of it; `offer_url`: the steps that help."""

    reminder: Reminder
    sight: Sight
    number: str
    hanging: str
    steps: tuple[str, ...]
    lack: str
    url: str
    action: str
    action_url: str
    offer: str
    offer_url: str


@dataclass(frozen=True, slots=True)
class _Beside:
    """What hangs on the cards' numbers, the runs that made deadlines, what to start: by card, by reminder."""

    hanging: dict[int, Hanging] = field(default_factory=dict)
    runs: RunFacts = field(default_factory=RunFacts)
    offers: dict[int, Offer | None] = field(default_factory=dict)
    # What the balance does not cover on the deadlines' days, by deadline.
    lacks: dict[int, Lack] = field(default_factory=dict)


def _beside(reminders: Sequence[Reminder], now: datetime) -> _Beside:
    deadlines = [row.watch.deadline for row in reminders]
    offers = offers_on([(row.card, row) for row in deadlines], now=now)
    return _Beside(
        hanging=hanging_on(row.card_id for row in deadlines),
        runs=run_facts(deadlines),
        offers=dict(zip((row.pk for row in reminders), offers, strict=True)),
        lacks=_lacks_of(deadlines, now),
    )


class ReminderMail:
    """Handler of messages of kind "reminder". Holds the lines between checking and rendering."""

    def __init__(self) -> None:
        # By message: its enclosures (their key and the reminder's), and what is still to be said.
        self._enclosed: dict[int, list[tuple[int, int]]] = {}
        self._said: dict[int, list[Reminder]] = {}
        # What the words need beside the reminders, read once for a whole batch.
        self._beside = _Beside()

    def load(self, messages: Sequence[Message]) -> None:
        """Read what a whole batch encloses; the reminders themselves are read when they are checked."""
        readdress(messages)
        self._enclosed = {message.pk: [] for message in messages}
        rows = MessageReminder.objects.filter(message__in=messages, is_dropped=False).order_by("pk")
        for message, row, reminder in rows.values_list("message_id", "pk", "reminder_id"):
            self._enclosed[message].append((row, reminder))

    def revalidate(self, messages: Sequence[Message], now: datetime) -> set[int]:
        """Drop reminders whose deadline moved, closed or was snoozed since they were taken."""
        rows = [row for message in messages for row in self._enclosed[message.pk]]
        true = still_true([reminder for _row, reminder in rows], now)
        dropped = [(row, reminder) for row, reminder in rows if reminder not in true]
        if dropped:
            _drop(dropped)
        self._beside = _beside(list(true.values()), now)
        for message in messages:
            kept = [(row, reminder) for row, reminder in self._enclosed[message.pk] if reminder in true]
            self._enclosed[message.pk] = kept
            self._said[message.pk] = [true[reminder] for _row, reminder in kept]
        return {message.pk for message in messages if self._said[message.pk]}

    def render(self, message: Message, now: datetime) -> Mail:
        """Return the mail in the person's language and on their clock."""
        assert message.user is not None
        with translation.override(message.language):
            reader = Reader.of(message.user, message.language)
            lines = [_line(row, now, reader, self._beside) for row in self._said[message.pk]]
            lines.sort(key=lambda line: line.sight.deadline.act_by_at or now)
            context = {
                "lines": lines,
                "reader": reader,
                "person": message.user,
                "site": settings.SITE_URL,
                "preferences_url": _absolute(reverse("preferences")),
                "is_late": any(line.reminder.is_late for line in lines),
            }
            return Mail(
                sender=settings.EMAIL_FROM,
                to=message.address,
                subject=subject_of(lines),
                text=render_to_string("mail/reminder.txt", context),
                html=render_to_string("mail/reminder.html", context),
                message_id=message.message_id,
                at=now,
                headers={"Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": message.public_id},
                kind=message.kind,
            )

    def sent(self, messages: Sequence[Message], now: datetime) -> None:
        """Write to the timelines what has left."""
        if messages:
            record_sent(now=now)

    def failed(self, message: Message, error: str, now: datetime) -> None:
        """Put the failure where the holder sees it: on the cards' timelines."""
        with transaction.atomic():
            _write_events([message], EventKind.REMINDER_FAILED, now, error=error[:300])


def record_sent(*, now: datetime, limit: int = 500) -> int:
    """Mark reminders as said and write them to the cards' timelines, as done by the system.

    Takes every sent message that is not recorded yet: those of this round, and what a crash
    between the server's answer and the record has left. Idempotent.
    """
    waiting = Message.objects.filter(kind=MessageKind.REMINDER, state=MessageState.SENT, is_recorded=False)
    messages = list(waiting.order_by("sent_at")[:limit])
    if not messages:
        return 0
    with transaction.atomic():
        ids = [message.pk for message in messages]
        # Cards first, as everywhere: who deletes one holds it and waits for its reminders.
        hold_cards(Card.objects.filter(deadlines__watches__reminders__messages__in=ids))
        marked = waiting.filter(pk__in=ids).update(is_recorded=True)
        if marked != len(ids):
            # another sender records some of them: leave all to the next round
            transaction.set_rollback(True)
            return 0
        said = Reminder.objects.filter(enclosures__message__in=ids, enclosures__is_dropped=False)
        said.update(state=ReminderState.SAID)
        _write_events(messages, EventKind.REMINDER_SENT, now)
    return len(messages)


def _write_events(messages: Sequence[Message], kind: EventKind, now: datetime, **details: str) -> None:
    rows = MessageReminder.objects.filter(message__in=messages, is_dropped=False).values_list(
        "reminder__watch__deadline__card_id",
        "reminder__watch__deadline__kind",
        "reminder__watch__deadline__subject",
        "reminder__slot",
        "message__public_id",
        "message__sent_at",
    )
    Event.objects.bulk_create(
        Event(
            card_id=card,
            kind=kind,
            happened_at=sent_at or now,
            details={"deadline": deadline, "slot": slot, "message": public_id, **details},
        )
        for card, deadline, _subject, slot, public_id, sent_at in rows
    )
    if kind == EventKind.REMINDER_SENT:
        note_reminded([(deadline, subject) for _card, deadline, subject, *_rest in rows], now=now)


def _lacks_of(deadlines: Sequence[Deadline], now: datetime) -> dict[int, Lack]:
    try:
        return lacks_in(deadlines, now=now)
    except Exception:  # a reminder without this sentence is better than none
        log.exception("what the balances cover can't be told")
        return {}


def _drop(enclosed: Sequence[tuple[int, int]]) -> None:
    MessageReminder.objects.filter(pk__in=[row for row, _reminder in enclosed]).update(is_dropped=True)
    ids = [reminder for _row, reminder in enclosed]
    Reminder.objects.filter(pk__in=ids, state=ReminderState.TAKEN).update(state=ReminderState.DROPPED)
    # Unheard: where the slot is still to come, its watch must speak of it again.
    mark_stale(Card.objects.filter(deadlines__watches__reminders__in=ids))


@cache
def _path(name: str, more: int = 0) -> str:
    """Return a page's path with places for its ids: looked up once, not for each mail."""
    path = reverse(name, args=["0"] * (1 + more))
    return path.replace("/0/", "/{}/", 1).replace("/0/", "/{}/")


def _address(name: str, *ids: str) -> str:
    return _absolute(_path(name, len(ids) - 1).format(*ids))


def _absolute(path: str) -> str:
    return urljoin(settings.SITE_URL + "/", path)


def _line(reminder: Reminder, now: datetime, reader: Reader, beside: _Beside) -> Line:
    deadline = reminder.watch.deadline
    card, lack = deadline.card, beside.lacks.get(deadline.pk)
    sight = sight_of(deadline, card, now=now, reader=reader)
    run = beside.runs.run_of(deadline)
    offer = beside.offers.get(reminder.pk) if run is None else None
    return Line(
        reminder=reminder,
        sight=sight,
        number=mask_number(card.number),
        hanging=beside.hanging.get(card.pk, NOTHING).text if deadline.kind in LINE_KINDS else "",
        steps=run_lines(beside.runs, sight),
        lack=lack.text(reader) if lack else "",
        url=_address("card", card.public_id),
        action=_("Go on with the steps") if run else _("Record what you did"),
        action_url=_address("run", run.public_id) + step_address(step_of(deadline, run.version.definition))
        if run
        else _address("action_add", card.public_id) + step_query(deadline),
        offer=_offer_text(offer),
        offer_url=_offer_url(offer),
    )


def _offer_text(offer: Offer | None) -> str:
    if offer is None:
        return ""
    text = _("Go on: %(title)s") if offer.run_id else _("Step by step: %(title)s")
    return text % {"title": offer.title}


def _offer_url(offer: Offer | None) -> str:
    if offer is None:
        return ""
    if offer.run_id:
        return _address("run", offer.run_id) + offer.query
    return _address("run_start", offer.card_id, offer.key)


def subject_of(lines: Sequence[Line]) -> str:
    """Return a subject that says the most urgent card and what is left."""
    first = lines[0].sight
    text = _("%(card)s: %(left)s") % {"card": first.card.label, "left": first.countdown}
    more = len(lines) - 1
    if not more:
        return text
    rest = ngettext("and %(more)d more card", "and %(more)d more cards", more) % {"more": more}
    return _("%(subject)s (%(rest)s)") % {"subject": text, "rest": rest}
