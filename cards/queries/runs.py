"""Runs of a card as they stand: the records of their steps, played."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cards.catalogue.errors import CatalogueError
from cards.models import Action, ActionKind, Card, DeadlineKind, Run, RunState, StepRecord
from cards.rules.playbook import Playbook
from cards.rules.steps import Mark, Progress, StepAt, progress_of
from cards.rules.waits import Place

log = logging.getLogger(__name__)

# The weekend of a place that nobody told of: Saturday and Sunday.
_WEEKEND = frozenset({5, 6})
_PAID = frozenset(
    {
        ActionKind.TOP_UP, ActionKind.RENEWAL, ActionKind.PLAN_BOUGHT, ActionKind.FEE, ActionKind.REFUND,
        ActionKind.NOTE,
    }
)  # fmt: skip
# Entries whose own day is what was asked for.
_DATED = {ActionKind.ACTIVATED: "activated_on", ActionKind.CANCELLED: "effective_on"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One run and where it stands. `written`: the entries that each step wrote and that count."""

    run: Run
    playbook: Playbook
    progress: Progress
    written: Mapping[str, frozenset[int]]

    def number(self, step: StepAt) -> int:
        """Return the step's place in the run, from 0: part of what names its deadlines."""
        return self.progress.steps.index(step)


def place_of(card: Card) -> Place:
    """Return whose working days count for the card: its operator's."""
    operator = card.operator
    if operator is None:
        return Place(country="", weekend=_WEEKEND)
    return Place(country=operator.country, weekend=frozenset(operator.weekend or _WEEKEND))


def open_runs(card: Card, actions: Sequence[Action], voided: frozenset[int]) -> tuple[Standing, ...]:
    """Return the card's open runs: one query, and two more where there are any."""
    runs = list(card.runs.filter(state=RunState.OPEN).select_related("version__playbook").order_by("pk"))
    return standings(runs, actions, voided)


def standings(
    runs: Sequence[Run],
    actions: Iterable[Action],
    voided: frozenset[int],
    *,
    is_window_over: bool = False,
) -> tuple[Standing, ...]:
    """Play the records of one card's runs, in two queries. `actions`: the card's ledger."""
    if not runs:
        return ()
    rows = list(StepRecord.objects.filter(run__in=runs).order_by("pk"))
    standing = _Standing(actions, voided)
    behind = _entries_behind(rows)
    found = []
    for run in runs:
        own = [(row, standing.of(behind.get(row.pk, ()))) for row in rows if row.run_id == run.pk]
        try:
            found.append(_play(run, own, is_window_over=is_window_over))
        except CatalogueError:
            # A text of staff that an older version took: the card's own dates must not wait for it.
            log.exception("the playbook of run %s can't be read", run.public_id)
    return tuple(found)


def _play(
    run: Run, rows: Sequence[tuple[StepRecord, list[Action | None]]], *, is_window_over: bool
) -> Standing:
    marks, written = [], dict[str, frozenset[int]]()
    for row, entries in rows:
        marks.append(_mark(row, entries))
        ids = {entry.pk for entry in entries if entry is not None}
        written[row.step] = written.get(row.step, frozenset()) | ids
    playbook = run.version.definition
    progress = progress_of(playbook, marks, opened_on=run.opened_on, is_window_over=is_window_over)
    return Standing(run, playbook, progress, written)


class _Standing:
    """Which entry stands for one that was written: itself, or what it was corrected to."""

    def __init__(self, actions: Iterable[Action], voided: frozenset[int]) -> None:
        self._by_id = {action.pk: action for action in actions}
        self._voided = voided
        self._corrected = {
            action.voids_id: action.pk
            for action in self._by_id.values()
            if action.voids_id is not None and action.kind != ActionKind.VOID and action.pk not in voided
        }

    def of(self, ids: Iterable[int]) -> list[Action | None]:
        """Return what counts now; None for an entry that was taken back."""
        return [self._last(pk) for pk in ids]

    def _last(self, pk: int) -> Action | None:
        while pk in self._corrected:
            pk = self._corrected[pk]
        return self._by_id.get(pk) if pk not in self._voided else None


def _entries_behind(records: Iterable[StepRecord]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    pairs = StepRecord.entries.through.objects.filter(steprecord__in=[row.pk for row in records])
    for record, action in pairs.order_by("action_id").values_list("steprecord_id", "action_id"):
        found.setdefault(record, []).append(action)
    return found


def _mark(row: StepRecord, entries: Sequence[Action | None]) -> Mark:
    values = dict(row.values)
    for entry in entries:
        if entry is not None:
            values |= _values_of(entry)
    return Mark(
        step=row.step,
        kind=row.kind,
        day=row.recorded_on,
        values=values,
        item=row.item,
        is_undone=None in entries,
    )


def _values_of(entry: Action) -> dict[str, str]:
    """Return what an entry tells, by the names of the asks whose home it is."""
    kind = ActionKind(entry.kind)
    told: dict[str, object] = {}
    if kind == ActionKind.READING:
        told = {
            "balance": entry.balance,
            "currency": entry.currency,
            "data_left": entry.data_left_mib,
            "expires_on": entry.expires_on,
        }
    elif kind in _DATED:
        told = {_DATED[kind]: entry.acted_on}
    elif kind in _PAID:
        told = {
            "amount": entry.amount,
            "currency": entry.currency,
            "method": entry.method,
            "order_number": entry.order_number,
            "confirmation_text": entry.note,
        }
    else:
        told = {"action_kind": entry.kind, "acted_on": entry.acted_on}
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def is_window_over(card: Card, now: datetime) -> bool:
    """Tell whether the last day on which the card's number could be saved is past."""
    return card.deadlines.filter(kind=DeadlineKind.LINE, lost_at__lte=now).exists()


def day_of(standing: Standing, name: str) -> date | None:
    """Return a day that was typed in one of the run's steps."""
    text = standing.progress.value(name)
    return date.fromisoformat(text) if text else None
