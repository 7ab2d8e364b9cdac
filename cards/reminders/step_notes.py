"""What the clock did to the steps of runs: written to their records as done by the system."""

from collections.abc import Iterable
from datetime import datetime

from cards.models import DeadlineKind, RecordKind, Run, StepRecord
from cards.queries.run_offers import RUN_KINDS
from cards.rules.places import day_at
from cards.rules.playbook import Playbook

# Somebody else's answer or money did not come in time; of all others the day has come.
OVERDUE = (DeadlineKind.WAIT, DeadlineKind.REFUND)


def note_reached(deadlines: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Record that these deadlines, each a kind and a subject, are over; those that no run made are left."""
    _write([(subject, _reached(kind)) for kind, subject in deadlines if _is_of_run(kind, subject)], now)


def note_reminded(deadlines: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Record that a reminder of these deadlines was sent; those that no run made are left."""
    _write([(subject, RecordKind.REMINDED) for kind, subject in deadlines if _is_of_run(kind, subject)], now)


def _is_of_run(kind: str, subject: str) -> bool:
    return kind in RUN_KINDS or (kind == DeadlineKind.REFUND and ":" in subject)


def _reached(kind: str) -> RecordKind:
    return RecordKind.OVERDUE if kind in OVERDUE else RecordKind.REACHED


def _write(moments: list[tuple[str, RecordKind]], now: datetime) -> None:
    """Part of the transaction that writes the events; two statements, none where no run is concerned."""
    if not moments:
        return
    runs = Run.objects.select_related("version__playbook", "card__operator", "card__owner").in_bulk(
        {int(subject.partition(":")[0]) for subject, _kind in moments}
    )
    rows = []
    for subject, kind in moments:
        number, _colon, step = subject.partition(":")
        run = runs.get(int(number))
        if run is not None:
            rows.append(
                StepRecord(
                    run=run,
                    step=_step_key(run.version.definition, step),
                    kind=kind,
                    recorded_on=day_at(now, run.card.zones),
                    recorded_at=now,
                )
            )
    StepRecord.objects.bulk_create(rows)


def _step_key(playbook: Playbook, number: str) -> str:
    """Return the step of that number; without one the application, else where it begins."""
    if number.isdigit() and int(number) < len(playbook.steps):
        return playbook.steps[int(number)].key
    applying = (step.key for step in playbook.steps if "applied_on" in step.asks)
    return next(applying, playbook.steps[0].key)
