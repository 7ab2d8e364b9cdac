"""The start page: what must this person do next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    Case,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _

from cards.models import (
    Card,
    CardDate,
    Charge,
    Deadline,
    DeadlineKind,
    DeadlineState,
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
from cards.queries.cover import TAKING, Owed, lacks
from cards.queries.run_offers import Offer, offers_on
from cards.queries.sight import Reader, Sight, sight_of, stage_text
from cards.queries.slots import next_text
from cards.queries.stages import DUE, stages_and_urgent_of
from cards.rules.stages import Stage

TILES = 20
# Older failures are history: the reminder log keeps them.
FAILURES_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tile:
    """One card with the one thing to do about it. `offer`: the steps that help, or are under way."""

    card: Card
    sight: Sight | None  # None: the card has no deadline
    plan: Subscription | None = None
    own_date: CardDate | None = None
    charge: Charge | None = None
    watch: Watch | None = None
    offer: Offer | None = None
    hanging: Hanging = NOTHING
    lack: str = ""  # what the balance does not cover

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
    counts, urgent = stages_and_urgent_of(user, is_archive=False, now=now)
    return StartPage(
        tiles=_tiles(user, cards, now),
        counts=counts,
        urgent=urgent,
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
    leading = []
    for card in cards:
        if card.leading is not None:
            card.leading.card = card  # or each would read its own again
            leading.append(card.leading)
    watches = _watches(user, leading)
    rows = [*leading, *(watch.deadline for watch in watches)]
    found = _found(user, rows, watches)
    due = {row.pk: row for row in rows if row.kind in TAKING}
    short = lacks(leading, due.values(), Owed(charges=found.charges, plans=found.plans), now=now)
    reader, hanging = Reader.of(user), hanging_on(card.pk for card in cards)
    offers = offers_on([(card, card.leading) for card in cards], now=now)
    return tuple(
        replace(
            _tile(card, found, now, reader),
            offer=offer,
            hanging=hanging.get(card.pk, NOTHING),
            lack=short[card.leading_id].text(reader) if card.leading_id in short else "",
        )
        for card, offer in zip(cards, offers, strict=True)
    )


def _watches(user: User, leading: Sequence[Deadline]) -> list[Watch]:
    """Return the person's watches on these deadlines.

    Of a card whose balance runs out also those on what is taken from it: the tile names it.
    """
    wanted = Q(deadline__in=[row.pk for row in leading])
    drained = [row.card_id for row in leading if row.kind == DeadlineKind.BALANCE]
    if drained:
        taking = Q(deadline__kind__in=TAKING, deadline__state=DeadlineState.OPEN)
        wanted |= Q(deadline__card__in=drained) & taking
    return list(user.watches.filter(wanted).select_related("deadline"))


@dataclass(frozen=True, slots=True)
class Found:
    """What the deadlines' subjects name, by its table's id: rows that are read only, and not whole."""

    plans: dict[int, Subscription]
    dates: dict[int, CardDate]
    charges: dict[int, Charge]
    watches: dict[int, Watch]


def _found(user: User, rows: Sequence[Deadline], watches: Sequence[Watch]) -> Found:
    """Read what the deadlines name, in one query: as much of each row as a tile needs."""
    plans, dates, charges = (_subjects(rows, kinds) for kinds in (PLAN_KINDS, DATE_KINDS, CHARGE_KINDS))
    nothing, no_price, no = Value(""), Value(None, DecimalField()), Value(False, BooleanField())
    told = (
        Subscription.objects.filter(card__owner=user, pk__in=plans, closed_at=None)
        .order_by()
        .values_list(
            Value("plan"), "pk", "public_id", "name", "price", "currency", "is_auto_renewing", "intent"
        )
        .union(
            CardDate.objects.filter(card__owner=user, pk__in=dates)
            .order_by()
            .values_list(Value("date"), "pk", "public_id", nothing, no_price, nothing, no, nothing),
            Charge.objects.filter(card__owner=user, pk__in=charges)
            .order_by()
            .values_list(Value("charge"), "pk", "public_id", "name", "amount", "currency", no, nothing),
        )
    )
    found = Found({}, {}, {}, {watch.deadline_id: watch for watch in watches})
    for table, pk, public_id, name, price, currency, is_auto, intent in told:
        if table == "plan":
            found.plans[pk] = Subscription(
                pk=pk, public_id=public_id, name=name, price=price, currency=currency,
                is_auto_renewing=is_auto, intent=intent,
            )  # fmt: skip
        elif table == "charge":
            found.charges[pk] = Charge(pk=pk, public_id=public_id, name=name, amount=price, currency=currency)
        else:
            found.dates[pk] = CardDate(pk=pk, public_id=public_id)
    return found


def _subjects(rows: Sequence[Deadline], kinds: Collection[str]) -> list[int]:
    """Return the ids that deadlines of these kinds are about.

    A card's own "use first by" names none, a refund that a run waits for names a step.
    """
    return [int(row.subject) for row in rows if row.kind in kinds and row.subject.isdigit()]


def _tile(card: Card, found: Found, now: datetime, reader: Reader) -> Tile:
    row = card.leading
    if row is None:
        return Tile(card, None)
    sight = sight_of(row, card, now=now, reader=reader)
    subject = int(row.subject) if row.subject.isdigit() else 0
    return Tile(
        card,
        sight,
        plan=found.plans.get(subject) if row.kind in PLAN_KINDS else None,
        own_date=found.dates.get(subject) if row.kind in DATE_KINDS else None,
        charge=found.charges.get(subject) if row.kind in CHARGE_KINDS else None,
        watch=found.watches.get(row.pk),
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
