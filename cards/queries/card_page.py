"""One card's page: deadlines, plans, dates, rule and what will remind of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import ngettext

from cards.models import (
    ActionKind,
    Card,
    CardDate,
    CardDateKind,
    CardNumber,
    Charge,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Purpose,
    Rule,
    RunState,
    Subscription,
    User,
    Watch,
)
from cards.queries.bound import Services, services_of
from cards.queries.card_end import is_history
from cards.queries.card_operator import CardOperator, card_operator
from cards.queries.clocks import clock_of
from cards.queries.ledger import Facts, entries_of, started_on, versions_of, voided_ids
from cards.queries.money_panel import MoneyPanel, money_panel
from cards.queries.operators import country_name
from cards.queries.proposal import Proposal, difference
from cards.queries.rule_words import rule_sentences
from cards.queries.rules import version_in_force
from cards.queries.run_list import RunRow, run_rows
from cards.queries.run_offers import Offer, offers_on
from cards.queries.sight import Reader, Sight, sight_of
from cards.queries.slots import next_text
from cards.queries.timeline import Timeline, Undone, timeline
from cards.rules.places import day_at
from cards.rules.stages import Stage
from cards.rules.timetable import snooze_limit
from cards.rules.validity import play

LINE_KINDS = (DeadlineKind.LINE, DeadlineKind.ASK_VALIDITY)
# What the subject of a deadline names, by its kind: ids of different tables are the same numbers.
PLAN_KINDS = (DeadlineKind.PLAN_END, DeadlineKind.DATA, DeadlineKind.FIRST_USE)
CHARGE_KINDS = (DeadlineKind.CHARGE, DeadlineKind.BILL)
DATE_KINDS = frozenset(CardDateKind.values)


@dataclass(frozen=True, slots=True)
class CardDeadline:
    """One open deadline of the card, and this person's watch on it."""

    sight: Sight
    watch: Watch | None
    plan: Subscription | None
    own_date: CardDate | None
    charge: Charge | None
    snooze_until: date | None
    offer: Offer | None = None

    @property
    def kind(self) -> str:
        return self.sight.deadline.kind

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
    proposal: Proposal | None
    catalogue: CardOperator | None
    timeline: Timeline
    runs: tuple[RunRow, ...]
    money: MoneyPanel
    services: Services
    numbers: tuple[CardNumber, ...]
    last_alive_on: date | None
    unconfirmed_since: date | None

    @property
    def stage(self) -> Stage:
        return self.leading.sight.stage if self.leading else Stage.NONE

    @property
    def offer(self) -> Offer | None:
        """Return the steps that the most urgent date calls for; None where they are under way."""
        found = next((item.offer for item in self.deadlines if item.offer is not None), None)
        return found if found is not None and not found.run_id else None

    @property
    def is_history(self) -> bool:
        return is_history(self.card, self.today)

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
    """Return everything that the page shows: fifteen queries, however long the card's history is."""
    reader, today = Reader.of(user), day_at(now, card.zones)
    subscriptions = list(card.subscriptions.order_by("-starts_on", "-pk"))
    dates = list(card.dates.all())
    facts = _facts(card, subscriptions, dates)
    found = _deadlines(facts, user, now, reader)
    ends = [item for item in found if item.kind == DeadlineKind.PLAN_END]
    by_plan = {item.plan.pk: item for item in ends if item.plan is not None}
    undone = Undone(
        facts.voided, frozenset(a.rule_id for a in facts.actions if a.rule_id and a.pk in facts.voided)
    )
    rule, coming, proposed = _rules(facts, undone, today)
    runs = list(card.runs.select_related("playbook", "version__playbook"))
    open_runs = [run for run in runs if run.state == RunState.OPEN]
    return CardPage(
        card=card,
        today=today,
        leading=next((item for item in found if item.sight.deadline.pk == card.leading_id), None),
        deadlines=tuple(found),
        plans=tuple((row, by_plan.get(row.pk)) for row in subscriptions if row.closed_at is None),
        closed_plans=tuple(row for row in subscriptions if row.closed_at is not None),
        met_dates=tuple(row for row in dates if row.met_at is not None),
        rule=_in_words(rule),
        coming_rule=_in_words(coming),
        proposal=difference(rule, proposed) if proposed else None,
        catalogue=card_operator(card, today, has_own=rule is not None),
        timeline=timeline(card, undone, page=page, reader=reader, runs=runs),
        runs=tuple(row for row in run_rows(open_runs, facts, today) if row.is_open),
        money=money_panel(facts, [item.sight for item in found], reader=reader, now=now),
        services=services_of(card),
        numbers=tuple(card.numbers.all()),
        last_alive_on=_last_alive_on(facts),
        unconfirmed_since=_unconfirmed_since(facts, found, today),
    )


def _facts(card: Card, subscriptions: list[Subscription], dates: list[CardDate]) -> Facts:
    """Return the card's facts, of which the page has some already: three queries."""
    actions = tuple(card.actions.order_by("pk"))
    return Facts(
        card=card,
        actions=actions,
        voided=voided_ids(actions),
        rules=tuple(card.rules.order_by("applies_from", "pk")),
        subscriptions=tuple(subscriptions),
        dates=tuple(dates),
        charges=tuple(card.charges.order_by("first_on", "pk")),
    )


def _last_alive_on(facts: Facts) -> date | None:
    """Return the last day on which something showed the line in use."""
    started = started_on(facts)
    line = play(entries_of(facts), versions_of(facts), zones=facts.card.zones, started_on=started)
    return line.last_alive_on


def _unconfirmed_since(facts: Facts, found: "list[CardDeadline]", today: date) -> date | None:
    """Return the day of the last reading of the line's date, where that is older than half a period."""
    line = next((item.sight.deadline for item in found if item.kind == DeadlineKind.LINE), None)
    reading = ActionKind.READING
    days = [
        action.acted_on
        for action in facts.effective
        if action.kind == reading and action.expires_on and action.subscription_id is None
    ]
    if line is None or line.period_seconds is None or not days:
        return None
    is_old = today - max(days) > timedelta(seconds=line.period_seconds) / 2
    return max(days) if is_old else None


def _deadlines(
    facts: Facts,
    user: User,
    now: datetime,
    reader: Reader,
) -> list[CardDeadline]:
    """Return the deadlines that still matter, the most urgent first: open ones and a line's loss."""
    card = facts.card
    rows = [row for row in card.deadlines.order_by("act_by_at", "pk") if _matters(row, card)]
    watches = {
        watch.deadline_id: watch for watch in user.watches.filter(deadline__in=[row.pk for row in rows])
    }
    plans = {str(row.pk): row for row in facts.subscriptions}
    own_dates = {str(row.pk): row for row in facts.dates}
    charges = {str(row.pk): row for row in facts.charges}
    rule = version_in_force(facts, day_at(now, card.zones))
    counts = {card.pk: rule.counts} if rule is not None else {}
    offers = offers_on([(card, row) for row in rows], now=now, counts=counts)
    found = []
    for row, offer in zip(rows, offers, strict=True):
        watch = watches.get(row.pk)
        found.append(
            CardDeadline(
                sight=sight_of(row, card, now=now, reader=reader),
                watch=watch,
                plan=plans.get(row.subject) if row.kind in PLAN_KINDS else None,
                own_date=own_dates.get(row.subject) if row.kind in DATE_KINDS else None,
                charge=charges.get(row.subject) if row.kind in CHARGE_KINDS else None,
                snooze_until=snooze_limit(clock_of(watch, row, user), now=now) if watch else None,
                offer=offer,
            )
        )
    found.sort(key=lambda item: item.sight.deadline.pk != card.leading_id)
    return found


def _matters(row: Deadline, card: Card) -> bool:
    return row.state == DeadlineState.OPEN or (
        row.state == DeadlineState.PASSED and (row.kind == DeadlineKind.LINE or row.pk == card.leading_id)
    )


def _rules(facts: Facts, undone: Undone, today: date) -> tuple[Rule | None, Rule | None, Rule | None]:
    """Return the rule in force today, the one that follows it, and what the catalogue proposes.

    Undone versions are left out.
    """
    in_force = coming = proposed = None
    for row in facts.rules:
        if row.pk in undone.rules:
            continue
        if row.is_proposed:
            proposed = row
        elif row.applies_from <= today:
            in_force = row
        elif coming is None:
            coming = row
    return in_force, coming, proposed


def _in_words(rule: Rule | None) -> RuleInWords | None:
    return RuleInWords(rule, tuple(rule_sentences(rule))) if rule else None
