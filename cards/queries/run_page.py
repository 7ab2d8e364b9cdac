"""One run as its page shows it: every step with its state, what was typed, by whom, and what it waits for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from cards.catalogue.asks import ASKS, Home
from cards.models import BoundService, Card, Evidence, RecordKind, Run, RunState, User
from cards.queries.card_end import is_cut_off
from cards.queries.card_operator import CardOperator, card_operator
from cards.queries.evidence import evidence_of_run
from cards.queries.ledger import Facts
from cards.queries.numbers import show_number
from cards.queries.place import Place
from cards.queries.run_records import RecordView, records_of
from cards.queries.run_wait import WaitView, late_waits, wait_of
from cards.queries.run_words import CASES, MARKS, STATES, Told, in_words, label_of, told
from cards.queries.runs import Standing, is_window_over, place_of, standings
from cards.queries.sight import Sight
from cards.rules.playbook import Case, StepKind
from cards.rules.steps import StepAt, StepState
from cards.rules.waits import again_on, last_day_to_apply, recheck_on


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a step's list."""

    service: BoundService
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. `number` counts from 1. `items`: the critical ones first."""

    at: StepAt
    number: int
    told: tuple[Told, ...]
    records: tuple[RecordView, ...]
    wait: WaitView | None
    recheck_on: date | None
    again_on: date | None
    items: tuple[ItemView, ...]
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        return self.at.step.key

    @property
    def kind(self) -> str:
        return self.at.step.kind.value

    @property
    def title(self) -> str:
        return in_words(self.at.step.title)

    @property
    def hint(self) -> str:
        return in_words(self.at.step.hint)

    @property
    def warning(self) -> str:
        return in_words(self.at.step.warning)

    @property
    def case(self) -> str:
        case = self.at.step.case
        return str(CASES[case]) if case is not None else ""

    @property
    def state(self) -> str:
        if self.late is not None:
            return self.late.countdown
        if self.at.is_not_arrived:
            return _("not yet")
        if self.at.is_to_look_again:
            return _("look once more")
        return str(STATES[self.at.state])

    @property
    def icon(self) -> str:
        if self.late is not None:
            return "exclamation-octagon"
        is_open = self.at.is_not_arrived or self.at.is_to_look_again
        return "hourglass-split" if is_open else MARKS[self.at.state][0]

    @property
    def stage(self) -> str:
        if self.late is not None:
            return self.late.stage.value
        return "due" if self.at.is_not_arrived else MARKS[self.at.state][1]

    @property
    def late(self) -> Sight | None:
        """Return the deadline of its wait once that is over."""
        return self.wait.late if self.wait is not None else None

    @property
    def is_about_debt(self) -> bool:
        """Whether it checks that nothing is unpaid: there nothing is what is hoped for."""
        return "owed" in self.at.step.asks

    @property
    def is_settled(self) -> bool:
        """Whether it was done or skipped: then it can be opened again."""
        return self.at.state in (StepState.DONE, StepState.SKIPPED)

    @property
    def is_not_needed(self) -> bool:
        return self.at.state is StepState.NOT_NEEDED

    @property
    def has_entries(self) -> bool:
        """Whether something in the ledger hangs on it, which can be undone with it."""
        return any(not entry.is_void for record in self.records for entry in record.entries)

    @property
    def open_items(self) -> int:
        return sum(1 for item in self.items if not item.is_ticked)

    @property
    def last(self) -> RecordView | None:
        return self.records[-1] if self.records else None


@dataclass(frozen=True, slots=True)
class RunPage:
    run: Run
    card: Card
    facts: Facts
    standing: Standing
    place: Place
    steps: tuple[StepView, ...]
    operator: CardOperator | None
    apply_by: date | None
    by: str

    @property
    def title(self) -> str:
        return in_words(self.standing.playbook.title)

    @property
    def why(self) -> str:
        return in_words(self.standing.playbook.why)

    @property
    def is_open(self) -> bool:
        return self.run.state == RunState.OPEN and not self.is_cut_off

    @property
    def is_cut_off(self) -> bool:
        """Whether the steps are over because the card is gone."""
        return is_cut_off(self.standing.playbook, self.card, self.place.today)

    @property
    def done_text(self) -> str:
        """Return how far it is: "10 of 10, one more look on Fri, 4 Dec 2026"."""
        text = _("%(done)s of %(total)s") % {"done": self.settled, "total": len(self.steps)}
        looks = [step.again_on for step in self.steps if step.again_on is not None]
        if not looks or not self.is_open:
            return text
        values = {"done": text, "day": self.place.reader.day(min(looks))}
        return _("%(done)s, one more look on %(day)s") % values

    @property
    def length(self) -> int:
        """Return what the progress bar counts up to: a look that is left keeps it from being full."""
        return len(self.steps) + any(step.again_on is not None for step in self.steps)

    @property
    def settled(self) -> int:
        return self.standing.progress.settled

    @property
    def can_wish(self) -> bool:
        """Whether an application is part of it: then a wished end can be counted back."""
        return has_application(self.standing)

    def step(self, key: str) -> StepView | None:
        return next((step for step in self.steps if step.key == key), None)

    @property
    def current(self) -> StepView | None:
        """Return the step whose turn it is; else one that is to be looked at again."""
        now = self.standing.progress.current
        if now is not None:
            return self.step(now.step.key)
        return next((step for step in self.steps if step.at.is_to_look_again), None)


def has_application(standing: Standing) -> bool:
    return any("applied_on" in step.asks for step in standing.playbook.steps)


def standing_of(run: Run, facts: Facts, now: datetime | None = None) -> Standing:
    """Return the run as it stands; no query where it is open and no step depends on the clock.

    `now` None: whether the last day to save the number is past does not matter.
    """
    if now and any(step.case is Case.WINDOW_OVER for step in run.version.definition.steps):
        is_over = is_window_over(facts.card, now)
        return standings([run], facts.actions, facts.voided, is_window_over=is_over)[0]
    found = next((row for row in facts.runs if row.run.pk == run.pk), None)
    return found or standings([run], facts.actions, facts.voided)[0]


def run_page(
    facts: Facts, standing: Standing, person: User, place: Place, *, plans: Mapping[str, str], currency: str
) -> RunPage:
    """Return the page, in six queries however much is recorded. `plans`: words of what was chosen."""
    run, card = standing.run, facts.card
    records = records_of(run, facts, person, place.reader)
    # Oldest first in the table; a person ticks what matters most.
    services = sorted(card.services.all(), key=lambda row: (not row.is_critical, row.pk))
    evidence = evidence_of_run(run)
    late = late_waits(standing, card, place) if run.state == RunState.OPEN else {}
    steps = []
    for number, at in enumerate(standing.progress.steps, start=1):
        values = tuple(told(at.values, reader=place.reader, plans=plans, currency=currency))
        steps.append(
            StepView(
                at=at,
                number=number,
                told=(*values, *_on_card(at, card)),
                records=tuple(records.get(at.step.key, ())),
                wait=wait_of(at, standing, card, place, late.get(number - 1)),
                recheck_on=recheck_on(at, standing.progress) if at.step.recheck is not None else None,
                again_on=again_on(at, standing.progress),
                items=tuple(_items(at, services)) if at.step.kind is StepKind.EACH else (),
                evidence=evidence.get(at.step.key, ()),
            )
        )
    return RunPage(
        run=run,
        card=card,
        facts=facts,
        standing=standing,
        place=place,
        steps=tuple(steps),
        operator=card_operator(card, place.today, has_own=True),
        apply_by=apply_by(standing, card, run.wished_on),
        by=_("by the system") if run.by_id is None else "",
    )


def apply_by(standing: Standing, card: Card, wished_on: date | None) -> date | None:
    """Return the last day to apply for what shall be over by the wished day."""
    if wished_on is None:
        return None
    last = last_day_to_apply(standing.playbook, standing.progress, wished_on, place_of(card))
    return last.day if last is not None else None


def _on_card(at: StepAt, card: Card) -> Iterable[Told]:
    """What a finished step left on the card itself; a code is kept, and never shown."""
    if at.state is not StepState.DONE:
        return
    if at.step.is_for_successor:
        if card.successor is None:
            return
        yield Told(_("The card in its place"), card.successor.label)
        card = card.successor
    kept = {"iccid": card.iccid, "phone_number": show_number(card.number) if card.number else ""}
    for name in at.step.asks:
        if ASKS[name].home is Home.SEALED:
            yield Told(label_of(name), _("kept encrypted with the card, where one was given"))
        elif kept.get(name):
            yield Told(label_of(name), kept[name])
        elif name == "installs_left" and card.installs_left is not None:
            yield Told(label_of(name), str(card.installs_left))


def _items(at: StepAt, services: Iterable[BoundService]) -> Iterable[ItemView]:
    last = {mark.item: mark.kind for mark in at.marks if mark.item}
    for row in services:
        is_ticked = last.get(row.public_id) == RecordKind.TICKED
        yield ItemView(row, is_ticked or row.moved_on is not None)
