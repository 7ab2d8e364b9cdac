"""One card's page: deadlines, plans, dates, rule and what will remind of it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import ngettext

from cards.models import (
    Card,
    CardDate,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Purpose,
    Rule,
    Subscription,
    User,
    Watch,
)
from cards.queries.clocks import clock_of
from cards.queries.operators import country_name
from cards.queries.rule_words import rule_sentences
from cards.queries.sight import Reader, Sight, sight_of
from cards.queries.slots import next_text
from cards.queries.timeline import Timeline, Undone, timeline, undone_of
from cards.rules.places import day_at
from cards.rules.stages import Stage
from cards.rules.timetable import snooze_limit

LINE_KINDS = (DeadlineKind.LINE, DeadlineKind.ASK_VALIDITY)


@dataclass(frozen=True, slots=True)
class CardDeadline:
    """One open deadline of the card, and this person's watch on it."""

    sight: Sight
    watch: Watch | None
    plan: Subscription | None
    own_date: CardDate | None
    snooze_until: date | None

    @property
    def is_question(self) -> bool:
        return self.sight.deadline.kind == DeadlineKind.ASK_VALIDITY

    @property
    def asks_for_date(self) -> bool:
        """Tell whether the next action is to find out and record a date."""
        return self.is_question

    @property
    def next_reminder(self) -> str:
        """Return "12 Dec 09:00 (3 days before)", on the reader's clock; nothing when none is planned."""
        return next_text(self.watch, self.sight) if self.watch else ""

    @property
    def is_quiet(self) -> bool:
        """Tell whether the person's own word keeps some of the reminders back."""
        watch = self.watch
        return watch is not None and bool(watch.is_muted or watch.seen_at or watch.snoozed_until)


@dataclass(frozen=True, slots=True)
class RuleInWords:
    rule: Rule
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardPage:
    card: Card
    today: date
    leading: CardDeadline | None
    deadlines: tuple[CardDeadline, ...]
    plans: tuple[tuple[Subscription, CardDeadline | None], ...]
    closed_plans: tuple[Subscription, ...]
    met_dates: tuple[CardDate, ...]
    rule: RuleInWords | None
    coming_rule: RuleInWords | None
    timeline: Timeline

    @property
    def stage(self) -> Stage:
        return self.leading.sight.stage if self.leading else Stage.NONE

    @property
    def purposes(self) -> list[str]:
        chosen = set(self.card.purposes)
        return [str(label) for value, label in Purpose.choices if value in chosen]

    @property
    def country(self) -> str:
        return country_name(self.card.operator.country) if self.card.operator else ""

    @property
    def margin(self) -> str:
        days = self.card.margin_days
        if days is None:
            return ""
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def card_page(card: Card, user: User, *, page: int, now: datetime) -> CardPage:
    """Return everything that the page shows: nine queries, however long the card's history is."""
    reader, today = Reader.of(user), day_at(now, card.zones)
    subscriptions = list(card.subscriptions.order_by("-starts_on", "-pk"))
    dates = list(card.dates.all())
    found = _deadlines(card, user, subscriptions, dates, now, reader)
    by_plan = {item.plan.pk: item for item in found if item.plan is not None}
    undone = undone_of(card)
    rule, coming = _rules(card, undone, today)
    return CardPage(
        card=card,
        today=today,
        leading=next((item for item in found if item.sight.deadline.pk == card.leading_id), None),
        deadlines=tuple(found),
        plans=tuple((row, by_plan.get(row.pk)) for row in subscriptions if row.closed_at is None),
        closed_plans=tuple(row for row in subscriptions if row.closed_at is not None),
        met_dates=tuple(row for row in dates if row.met_at is not None),
        rule=rule,
        coming_rule=coming,
        timeline=timeline(card, undone, page=page, reader=reader),
    )


def _deadlines(
    card: Card,
    user: User,
    subscriptions: list[Subscription],
    dates: list[CardDate],
    now: datetime,
    reader: Reader,
) -> list[CardDeadline]:
    """Return the deadlines that still matter, the most urgent first: open ones and a line's loss."""
    rows = [row for row in card.deadlines.order_by("act_by_at", "pk") if _matters(row, card)]
    watches = {
        watch.deadline_id: watch for watch in user.watches.filter(deadline__in=[row.pk for row in rows])
    }
    plans = {str(row.pk): row for row in subscriptions}
    own_dates = {str(row.pk): row for row in dates}
    found = []
    for row in rows:
        is_plan, is_line = row.kind == DeadlineKind.PLAN_END, row.kind in LINE_KINDS
        watch = watches.get(row.pk)
        found.append(
            CardDeadline(
                sight=sight_of(row, card, now=now, reader=reader),
                watch=watch,
                plan=plans.get(row.subject) if is_plan else None,
                own_date=None if is_plan or is_line else own_dates.get(row.subject),
                snooze_until=snooze_limit(clock_of(watch, row, user), now=now) if watch else None,
            )
        )
    found.sort(key=lambda item: item.sight.deadline.pk != card.leading_id)
    return found


def _matters(row: Deadline, card: Card) -> bool:
    return row.state == DeadlineState.OPEN or (
        row.state == DeadlineState.PASSED and (row.kind == DeadlineKind.LINE or row.pk == card.leading_id)
    )


def _rules(card: Card, undone: Undone, today: date) -> tuple[RuleInWords | None, RuleInWords | None]:
    """Return the rule in force today and the one that follows it, undone versions left out."""
    in_force = coming = None
    for row in card.rules.order_by("applies_from", "pk"):
        if row.pk in undone.rules:
            continue
        if row.applies_from <= today:
            in_force = row
        elif coming is None:
            coming = row
    return _in_words(in_force), _in_words(coming)


def _in_words(rule: Rule | None) -> RuleInWords | None:
    return RuleInWords(rule, tuple(rule_sentences(rule))) if rule else None


@dataclass(frozen=True, slots=True)
class Losses:
    """What goes with a card when it is deleted."""

    actions: int
    plans: int
    dates: int
    events: int


def losses_of(card: Card) -> Losses:
    return Losses(
        actions=card.actions.count(),
        plans=card.subscriptions.count(),
        dates=card.dates.count(),
        events=card.events.count(),
    )
