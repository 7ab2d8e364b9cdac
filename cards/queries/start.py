"""The start page: what must this person do next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from cards.models import (
    Card,
    CardDate,
    Charge,
    Deadline,
    DeadlineKind,
    Intent,
    Message,
    MessageKind,
    MessageState,
    Subscription,
    User,
    Watch,
)
from cards.queries.access import cards_of
from cards.queries.bound import NOTHING, Hanging, hanging_on
from cards.queries.card_page import CHARGE_KINDS, DATE_KINDS, LINE_KINDS, PLAN_KINDS
from cards.queries.run_offers import Offer, offers_on
from cards.queries.sight import Reader, Sight, sight_of, stage_text
from cards.queries.slots import next_text
from cards.queries.stages import DUE, is_urgent, stage_counts_of
from cards.rules.stages import Stage

TILES = 20
# Older failures are history: the reminder log keeps them.
FAILURES_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class About:
    """The plan, date or charge that a deadline is about, as far as its button needs it."""

    public_id: str
    is_auto_renewing: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """One card with the one thing to do about it. `offer`: the steps that help, or are under way."""

    card: Card
    sight: Sight | None  # None: the card has no deadline
    plan: About | None = None
    own_date: About | None = None
    charge: About | None = None
    watch: Watch | None = None
    offer: Offer | None = None
    hanging: Hanging = NOTHING

    @property
    def stage(self) -> Stage:
        return self.sight.stage if self.sight and not self.is_let_go else Stage.NONE

    @property
    def stage_text(self) -> str:
        if self.is_let_go:
            return _("let lapse")
        if self.sight is None and self.card.ended_as:
            return _("history")
        return self.sight.stage_text if self.sight else stage_text(Stage.NONE)

    @property
    def kind(self) -> str:
        return self.sight.deadline.kind if self.sight else ""

    @property
    def asks_for_date(self) -> bool:
        """Tell whether the next action is to find out and record a date."""
        if self.sight is None:
            return not self.card.ended_as
        return self.kind == DeadlineKind.ASK_VALIDITY

    @property
    def is_let_go(self) -> bool:
        """Tell whether the holder lets go what leads this card: nothing about it is urgent."""
        return self.card.intent == Intent.LAPSE and self.kind in (*LINE_KINDS, DeadlineKind.PLAN_END)

    @property
    def next_reminder(self) -> str:
        """Return "12 Dec 09:00 (3 days before)"; nothing when none is planned."""
        return next_text(self.watch, self.sight) if self.watch and self.sight else ""


@dataclass(frozen=True, slots=True)
class StartPage:
    tiles: tuple[Tile, ...]
    counts: dict[Stage, int]
    urgent: int
    failures: tuple[Message, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def more(self) -> int:
        return self.total - len(self.tiles)


def start_page(user: User, *, now: datetime) -> StartPage:
    """Return the most urgent cards and what the person must know. Ten queries, whatever they hold."""
    mine = cards_of(user).filter(archived_at=None)
    cards = list(by_urgency(mine, now=now)[:TILES])
    return StartPage(
        tiles=_tiles(user, cards, now),
        counts=stage_counts_of(user, is_archive=False, now=now),
        urgent=mine.filter(is_urgent(now=now)).count(),
        failures=tuple(failed_reminders(user, now=now)[:3]),
    )


def by_urgency(cards: QuerySet[Card], *, now: datetime) -> QuerySet[Card]:
    """Sort what is over or due first, what is lost last; within these by the instant to act by."""
    # What is lost is set apart first, so that "over" and "due" are one comparison each.
    group = Case(
        When(leading__ends_at__isnull=False, leading__lost_at__lte=now, then=Value(2)),
        When(urgent_at__isnull=False, leading__ends_at__lte=now, then=Value(0)),
        When(
            urgent_at__isnull=False,
            leading__ends_at__gt=now,
            leading__act_by_at__lte=now + DUE,
            then=Value(0),
        ),
        default=Value(1),
    )
    return cards.order_by(group, F("urgent_at").asc(nulls_last=True), "label", "pk")


def _tiles(user: User, cards: Sequence[Card], now: datetime) -> tuple[Tile, ...]:
    leading = [card.leading for card in cards if card.leading is not None]
    about = _about(user, leading)
    watches = {
        watch.deadline_id: watch for watch in user.watches.filter(deadline__in=[row.pk for row in leading])
    }
    reader, hanging = Reader.of(user), hanging_on(card.pk for card in cards)
    offers = offers_on([(card, card.leading) for card in cards], now=now)
    return tuple(
        _tile(card, about, watches, now, reader, offer, hanging.get(card.pk, NOTHING))
        for card, offer in zip(cards, offers, strict=True)
    )


def _about(user: User, rows: Sequence[Deadline]) -> dict[tuple[str, int], About]:
    """Return what the deadlines' subjects name, by its table and id; one query."""
    plans, dates, charges = (_subjects(rows, kinds) for kinds in (PLAN_KINDS, DATE_KINDS, CHARGE_KINDS))
    no = Value(False, output_field=BooleanField())
    found = (
        Subscription.objects.filter(card__owner=user, pk__in=plans)
        .order_by()
        .values_list(Value("plan"), "pk", "public_id", "is_auto_renewing")
        .union(
            CardDate.objects.filter(card__owner=user, pk__in=dates)
            .order_by()
            .values_list(Value("date"), "pk", "public_id", no),
            Charge.objects.filter(card__owner=user, pk__in=charges)
            .order_by()
            .values_list(Value("charge"), "pk", "public_id", no),
        )
    )
    return {(table, pk): About(public_id, bool(is_auto)) for table, pk, public_id, is_auto in found}


def _subjects(rows: Sequence[Deadline], kinds: Collection[str]) -> list[int]:
    """Return the ids that deadlines of these kinds are about.

    A card's own "use first by" names none, a refund that a run waits for names a step.
    """
    return [int(row.subject) for row in rows if row.kind in kinds and row.subject.isdigit()]


def _tile(
    card: Card,
    about: dict[tuple[str, int], About],
    watches: dict[int, Watch],
    now: datetime,
    reader: Reader,
    offer: Offer | None,
    hanging: Hanging,
) -> Tile:
    row = card.leading
    if row is None:
        return Tile(card, None, offer=offer, hanging=hanging)
    row.card = card
    subject = int(row.subject) if row.subject.isdigit() else 0
    return Tile(
        card,
        sight_of(row, card, now=now, reader=reader),
        plan=about.get(("plan", subject)) if row.kind in PLAN_KINDS else None,
        own_date=about.get(("date", subject)) if row.kind in DATE_KINDS else None,
        charge=about.get(("charge", subject)) if row.kind in CHARGE_KINDS else None,
        watch=watches.get(row.pk),
        offer=offer,
        hanging=hanging,
    )


def failed_reminders(user: User, *, now: datetime) -> QuerySet[Message]:
    """Return mails of reminders that did not get through, newest first.

    A mail that got through later to the same address shows that the trouble is over.
    """
    through = Message.objects.filter(
        user=user,
        kind=MessageKind.REMINDER,
        state=MessageState.SENT,
        address=OuterRef("address"),
        sent_at__gte=OuterRef("created_at"),
    )
    is_trouble = Q(state=MessageState.FAILED) | (Q(state=MessageState.QUEUED) & ~Q(error=""))
    return (
        user.messages.filter(is_trouble, kind=MessageKind.REMINDER, created_at__gt=now - FAILURES_FOR)
        .filter(~Exists(through))
        .order_by("-created_at")
    )
