"""A run, held until the end of its transaction, and how something is recorded in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cards.models import Action, Card, RecordKind, Run, RunState, StepRecord, User
from cards.queries.card_end import is_cut_off
from cards.queries.ledger import Facts, load_facts
from cards.queries.runs import Standing, is_window_over, standings
from cards.rules.places import day_at
from cards.rules.playbook import Step
from cards.services.timetable import lock_card, refresh

from .starting import finish


class RunIsClosed(Exception):
    """Nothing is recorded in a run that is done or given up, before it is taken up again; or of a card
    that is gone."""


class AlreadySettled(Exception):
    """The step was done or skipped meanwhile: on another device, or by pressing twice."""


class StillOpen(Exception):
    """Critical items of the step's list are not ticked."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


def _standing(run: Run, facts: Facts, now: datetime) -> Standing:
    is_over = is_window_over(facts.card, now)
    return standings([run], facts.actions, facts.voided, is_window_over=is_over)[0]


@dataclass(frozen=True, slots=True)
class Held:
    """A run, held until the end of the transaction, with everything that is known of its card."""

    card: Card
    run: Run
    facts: Facts
    standing: Standing
    today: date

    @classmethod
    def of(cls, run: Run, now: datetime, *, is_closed_fine: bool = False) -> "Held":
        card = lock_card(run.card)
        fresh = Run.objects.select_related("version__playbook", "playbook").get(pk=run.pk)
        if fresh.state != RunState.OPEN and not is_closed_fine:
            raise RunIsClosed
        today = day_at(now, card.zones)
        facts = load_facts(card)
        fresh.card = card
        return cls(
            card=card,
            run=fresh,
            facts=facts,
            standing=_standing(fresh, facts, now),
            today=today,
        )

    @property
    def is_cut_off(self) -> bool:
        return is_cut_off(self.standing.playbook, self.card, self.today)

    def step(self, key: str) -> Step:
        return self.standing.playbook.step(key)


def record(
    held: Held,
    step: str,
    kind: RecordKind,
    *,
    by: User | None,
    now: datetime,
    values: Mapping[str, str] | None = None,
    item: str = "",
    note: str = "",
    entries: Iterable[Action] = (),
) -> StepRecord:
    if held.is_cut_off and kind is not RecordKind.NOTED:
        raise RunIsClosed
    row = StepRecord.objects.create(
        run=held.run,
        step=step,
        kind=kind,
        item=item,
        values=dict(values or {}),
        note=note,
        recorded_on=held.today,
        recorded_at=now,
        by=by,
    )
    row.entries.set(entries)
    return row


def settle(held: Held, by: User | None, now: datetime) -> None:
    """Close the run when nothing is left; bring the card's dates in line."""
    facts = load_facts(held.card)
    standing = _standing(held.run, facts, now)
    if standing.progress.is_complete and held.run.state == RunState.OPEN:
        finish(held.run, by=by, now=now)
    refresh(held.card, now)
