"""Runs of a card: those that are open, those that were, and the playbooks that can be started."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cards.models import Card, Deadline, DeadlineKind, DeadlineState, Playbook, Run, RunState
from cards.queries.balance import balance_of
from cards.queries.bound import Services, services_of
from cards.queries.card_end import is_cut_off, is_history
from cards.queries.ledger import Facts
from cards.queries.money import money_text
from cards.queries.run_offers import NUMBER_GONE
from cards.queries.run_page import has_application
from cards.queries.run_words import in_words
from cards.queries.runs import Standing, standings
from cards.rules.playbook import Playbook as Definition
from cards.rules.playbook import StepKind
from cards.rules.steps import progress_of


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run with where it stands. `is_open`: it goes on; with a card that is gone some do not."""

    standing: Standing
    is_open: bool

    @property
    def run(self) -> Run:
        return self.standing.run

    @property
    def title(self) -> str:
        return in_words(self.standing.playbook.title)

    @property
    def current(self) -> str:
        """Return the title of the step whose turn it is; nothing where only a look is left."""
        at = self.standing.progress.current
        return in_words(at.step.title) if at is not None else ""

    @property
    def settled(self) -> int:
        return self.standing.progress.settled

    @property
    def total(self) -> int:
        return len(self.standing.progress.steps)


@dataclass(frozen=True, slots=True)
class Startable:
    """A playbook on offer. `open_run`: the card is at it already."""

    key: str
    playbook: Definition
    is_fitting: bool
    open_run: Run | None

    @property
    def title(self) -> str:
        return in_words(self.playbook.title)

    @property
    def why(self) -> str:
        return in_words(self.playbook.why)

    @property
    def count(self) -> int:
        return len(self.playbook.steps)


@dataclass(frozen=True, slots=True)
class RunList:
    open: tuple[RunRow, ...]
    closed: tuple[RunRow, ...]
    fitting: tuple[Startable, ...]
    others: tuple[Startable, ...]


def run_rows(rows: Sequence[Run], facts: Facts, today: date) -> tuple[RunRow, ...]:
    """Return runs of a card with where they stand; two queries where there are any."""
    return tuple(
        RunRow(
            standing,
            standing.run.state == RunState.OPEN and not is_cut_off(standing.playbook, facts.card, today),
        )
        for standing in standings(rows, facts.actions, facts.voided)
    )


def run_list(facts: Facts, today: date) -> RunList:
    """Return the card's runs, the newest first, and what can be started: four queries at most.

    On a card that is history only what a lost number calls for is offered.
    """
    card = facts.card
    rows = run_rows(list(card.runs.select_related("playbook", "version__playbook")), facts, today)
    offered = startable(card, [row.run for row in rows if row.is_open])
    if is_history(card, today):
        offered = tuple(row for row in offered if row.key == NUMBER_GONE)
    return RunList(
        open=tuple(row for row in rows if row.is_open),
        closed=tuple(row for row in rows if not row.is_open),
        fitting=tuple(row for row in offered if row.is_fitting),
        others=tuple(row for row in offered if not row.is_fitting),
    )


def startable(card: Card, open_runs: Sequence[Run]) -> tuple[Startable, ...]:
    """Return the playbooks on offer, by their titles' keys; one query."""
    by_playbook = {run.playbook_id: run for run in open_runs}
    found = []
    for row in Playbook.objects.filter(retired_at=None).select_related("current__playbook"):
        if row.current is not None:
            told = row.current.definition
            is_fitting = told.fits(list(card.purposes), card.form)
            found.append(Startable(row.key, told, is_fitting, by_playbook.get(row.pk)))
    return tuple(found)


def titles_of(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Return the keys of playbooks on offer with their titles, in the order asked for."""
    rows = Playbook.objects.filter(key__in=keys, retired_at=None).select_related("current__playbook")
    found = {row.key: in_words(row.current.definition.title) for row in rows if row.current is not None}
    return [(key, found[key]) for key in keys if key in found]


@dataclass(frozen=True, slots=True)
class StartPage:
    """What to know before a playbook is started."""

    key: str
    playbook: Definition
    standing: Standing
    money_left: str
    bills: tuple[Deadline, ...]
    services: Services
    # The day before the next fee is taken: a good day for a card to be over.
    before_fee_on: date | None

    @property
    def title(self) -> str:
        return in_words(self.playbook.title)

    @property
    def why(self) -> str:
        return in_words(self.playbook.why)

    @property
    def steps(self) -> list[str]:
        return [in_words(step.title) for step in self.playbook.steps]

    @property
    def is_ending(self) -> bool:
        """Whether it ends the card: it applies for it."""
        return has_application(self.standing)

    @property
    def is_moving(self) -> bool:
        return any(step.kind is StepKind.EACH for step in self.playbook.steps)


def start_page(facts: Facts, key: str, today: date) -> StartPage | None:
    """Return what to know before the playbook is started; None where there is none to start."""
    row = Playbook.objects.filter(key=key, retired_at=None).select_related("current__playbook").first()
    if row is None or row.current is None:
        return None
    told = row.current.definition
    run = Run(card=facts.card, playbook=row, version=row.current, opened_on=today)
    standing = Standing(run, told, progress_of(told, [], opened_on=today), {})
    balance = balance_of(facts)
    left = balance.now.amount if balance is not None else Decimal(0)
    due: list[Deadline] = []
    if has_application(standing):
        kinds = (DeadlineKind.BILL, DeadlineKind.CHARGE)
        due = list(facts.card.deadlines.filter(kind__in=kinds, state=DeadlineState.OPEN).order_by("ends_at"))
    fees = [row.ends_on for row in due if row.kind == DeadlineKind.CHARGE and row.ends_on is not None]
    ahead = [day - timedelta(days=1) for day in fees if day > today]
    return StartPage(
        key=key,
        playbook=told,
        standing=standing,
        money_left=money_text(left, balance.currency) if balance is not None and left > 0 else "",
        bills=tuple(row for row in due if row.kind == DeadlineKind.BILL),
        services=services_of(facts.card),
        before_fee_on=min(ahead, default=None),
    )
