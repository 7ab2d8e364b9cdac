"""What was sent to a person, and what is planned next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from cards.models import (
    DeadlineState,
    Message,
    MessageKind,
    MessageReminder,
    MessageState,
    Reminder,
    ReminderState,
    User,
    Watch,
)
from cards.queries.sight import Reader, Sight, sight_of
from cards.queries.slots import slot_text
from cards.rules.stages import Stage

PAGE_SIZE = 50
PREVIEW = 5
ALL, PLANNED, TROUBLE = "", "planned", "trouble"
LISTS = (ALL, PLANNED, TROUBLE)

_STAGES = {
    MessageState.SENT: Stage.FAR,
    MessageState.FAILED: Stage.OVER,
    MessageState.EXPIRED: Stage.NONE,
    MessageState.STOPPED: Stage.NONE,
}


@dataclass(frozen=True, slots=True)
class Saying:
    """One reminder within a message."""

    card_id: str
    label: str
    title: str
    slot: str
    is_late: bool
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as its addressee sees it."""

    message: Message
    sayings: tuple[Saying, ...]

    @property
    def stage(self) -> Stage:
        row = self.message
        waiting = Stage.DUE if row.error else Stage.SOON
        return _STAGES.get(MessageState(row.state), waiting)

    @property
    def state_text(self) -> str:
        row = self.message
        if row.state == MessageState.QUEUED and row.error:
            return _("waiting, not delivered yet")
        if row.state == MessageState.SENT and row.is_local:
            return _("kept on this machine")
        return str(row.get_state_display())

    @property
    def is_trouble(self) -> bool:
        row = self.message
        return row.state == MessageState.FAILED or (row.state == MessageState.QUEUED and bool(row.error))

    @property
    def is_readable(self) -> bool:
        """Tell whether the letter may lie in the local mailbox."""
        return self.message.is_local and self.message.state == MessageState.SENT


@dataclass(frozen=True, slots=True)
class Plan:
    """One reminder to come."""

    watch: Watch
    sight: Sight
    slot: str
    at: datetime

    @property
    def is_due(self) -> bool:
        """Tell whether it goes with the next run of the worker."""
        return self.at <= self.sight.now


@dataclass(frozen=True, slots=True)
class Log:
    """One page of the log. Only the list that was asked for is read."""

    shown: str
    counts: dict[str, int]
    plans: tuple[Plan, ...]
    entries: tuple[Entry, ...]
    page: Page[Any]

    @property
    def has_more_plans(self) -> bool:
        return self.shown == ALL and self.counts[PLANNED] > len(self.plans)


def planned_of(person: User) -> QuerySet[Watch]:
    """Return the person's clocks that will speak, the next one first."""
    return (
        Watch.objects.filter(user=person, next_at__isnull=False)
        .exclude(deadline__state=DeadlineState.DROPPED)
        .select_related("deadline__card__operator", "deadline__card__owner")
        .order_by("next_at", "pk")
    )


def next_watch(person: User) -> Watch | None:
    return planned_of(person).first()


def reminder_log(person: User, shown: str, *, page: str, now: datetime) -> Log:
    """Return one page of what was asked for: everything, what is planned, or what went wrong."""
    reader = Reader.of(person)
    messages = _messages_of(person)
    trouble = Q(state=MessageState.FAILED) | Q(state=MessageState.QUEUED) & ~Q(error="")
    counts = messages.aggregate(all=Count("pk"), trouble=Count("pk", filter=trouble))
    plans = planned_of(person)
    totals = {ALL: counts["all"], PLANNED: plans.count(), TROUBLE: counts["trouble"]}
    if shown == PLANNED:
        watches: Page[Any] = Paginator(plans, PAGE_SIZE).get_page(page)
        return Log(shown, totals, tuple(_plan(row, now, reader) for row in watches), (), watches)
    rows = messages.filter(trouble) if shown == TROUBLE else messages
    sent: Page[Any] = Paginator(_with_sayings(rows), PAGE_SIZE).get_page(page)
    first = plans[:PREVIEW] if shown == ALL and sent.number == 1 else ()
    return Log(
        shown,
        totals,
        tuple(_plan(row, now, reader) for row in first),
        tuple(_entry(row, reader) for row in sent),
        sent,
    )


def _messages_of(person: User) -> QuerySet[Message]:
    """Account mails are not here: what they hold has nothing to do with cards."""
    return Message.objects.filter(user=person, kind__in=(MessageKind.REMINDER, MessageKind.TEST))


def _with_sayings(rows: QuerySet[Message]) -> QuerySet[Message]:
    enclosures = MessageReminder.objects.select_related("reminder__watch__deadline__card").order_by("pk")
    return (
        rows.defer("sealed_body")
        .prefetch_related(Prefetch("enclosures", enclosures))
        .order_by("-created_at", "-pk")
    )


def _entry(row: Message, reader: Reader) -> Entry:
    return Entry(row, tuple(_saying(e.reminder, e.is_dropped, reader) for e in row.enclosures.all()))


def _saying(reminder: Reminder, is_dropped: bool, reader: Reader) -> Saying:
    deadline = reminder.watch.deadline
    is_dropped = is_dropped or reminder.state in (ReminderState.DROPPED, ReminderState.SUPERSEDED)
    kind = deadline.get_kind_display()
    return Saying(
        card_id=deadline.card.public_id,
        label=deadline.card.label,
        title=f"{kind}: {deadline.title}" if deadline.title else str(kind),
        slot=slot_text(reminder.slot, reader),
        is_late=reminder.is_late,
        is_dropped=is_dropped,
    )


def _plan(watch: Watch, now: datetime, reader: Reader) -> Plan:
    deadline = watch.deadline
    sight = sight_of(deadline, deadline.card, now=now, reader=reader)
    return Plan(watch, sight, slot_text(watch.slot, reader), watch.next_at or now)
