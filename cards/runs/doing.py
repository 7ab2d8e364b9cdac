"""What a person does in a step. Every record is written with its ledger entries in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from cards.models import BoundService, Card, Intent, RecordKind, Run, RunState, User
from cards.rules.playbook import Step, StepKind
from cards.rules.steps import Mark, StepState
from cards.services.bound import move_service
from cards.services.cards import set_intent

from .expecting import Shortfall, expected_of, shortfalls
from .held import AlreadySettled, Held, RunIsClosed, StillOpen, record, settle
from .homes import Typed, kept_values, write_homes
from .starting import AlreadyOpen, open_again, start_run
from .successor import hold_both, successor_of


@transaction.atomic
def do_step(
    *, run: Run, key: str, typed: Typed, by: User, now: datetime, is_accepted: bool = False
) -> tuple[Shortfall, ...]:
    """Do a step with what was typed in it. Return what a check is missing: then it counts as "not yet".

    `is_accepted`: the person says that it is right as it is. Raise RunIsClosed, AlreadySettled or
    StillOpen; KeyError for a step that the run does not have.
    """
    hold_both(run.card, typed.successor)
    held = Held.of(run, now)
    step, at = held.step(key), held.standing.progress.at(key)
    if at.day is not None:
        raise AlreadySettled
    if step.kind is StepKind.EACH:
        _check_items(held, step, typed.note, by, now)
    missing: tuple[Shortfall, ...] = ()
    if step.kind is StepKind.VERIFY and not is_accepted:
        expected = expected_of(held.facts, held.standing, step, typed.subscription)
        missing = shortfalls(expected, typed.values)
    kind = RecordKind.NOT_YET if missing else RecordKind.DONE
    card = held.card
    if step.is_for_successor:
        card = successor_of(card=card, chosen=typed.successor, name=typed.successor_name, by=by, now=now)
    written = held.standing.written.get(key, frozenset())
    earlier = [row for row in held.facts.effective if row.pk in written]
    entries = write_homes(
        card=card, step=step, typed=typed, today=held.today, by=by, now=now, earlier=earlier
    )
    kept = kept_values(step, typed)
    record(held, key, kind, by=by, now=now, values=kept, note=typed.note, entries=entries)
    if "applied_on" in step.asks:
        set_intent(card=held.card, intent=Intent.CANCELLING, by=by, now=now)
    settle(held, by, now)
    return missing


@transaction.atomic
def skip_step(*, run: Run, key: str, reason: str, by: User, now: datetime) -> None:
    """Leave a step out, with the reason. Raise RunIsClosed, AlreadySettled, StillOpen."""
    held = Held.of(run, now)
    step = held.step(key)
    if held.standing.progress.at(key).day is not None:
        raise AlreadySettled
    if step.kind is StepKind.EACH:
        _check_items(held, step, reason, by, now)
    record(held, key, RecordKind.SKIPPED, by=by, now=now, note=reason)
    settle(held, by, now)


@transaction.atomic
def reopen_step(*, run: Run, key: str, note: str, by: User, now: datetime) -> None:
    """Open a step again; its history stays, and so does what it wrote into the ledger.

    A run that was done is taken up again; raise AlreadyOpen when another one of its playbook is open.
    """
    held = Held.of(run, now, is_closed_fine=True)
    held.step(key)
    _take_up(held, by, now)
    record(held, key, RecordKind.REOPENED, by=by, now=now, note=note)
    settle(held, by, now)


@transaction.atomic
def take_up_run(*, run: Run, by: User, now: datetime) -> None:
    """Open a closed run again; it closes at once when nothing is left.

    Raise AlreadyOpen; RunIsClosed where the card is gone.
    """
    held = Held.of(run, now, is_closed_fine=True)
    _take_up(held, by, now)
    settle(held, by, now)


def _take_up(held: Held, by: User, now: datetime) -> None:
    if held.run.state == RunState.OPEN:
        return
    if held.is_cut_off:
        raise RunIsClosed
    open_again(held.run, held.card, by=by, now=now)
    if held.standing.progress.value("applied_on"):
        set_intent(card=held.card, intent=Intent.CANCELLING, by=by, now=now)


@transaction.atomic
def say_not_yet(*, run: Run, key: str, note: str, by: User, now: datetime) -> None:
    """Of a check: nothing has arrived; it is asked about again after the step's interval.

    Raise RunIsClosed or AlreadySettled, as all that is said of a step does.
    """
    _say(run, key, RecordKind.NOT_YET, {}, note, by, now, kinds=(StepKind.VERIFY,))


@transaction.atomic
def look_again(*, run: Run, key: str, note: str, by: User, now: datetime) -> None:
    """Record that one has looked: again after a check that was fine, or during a wait."""
    _say(run, key, RecordKind.LOOKED, {}, note, by, now, kinds=(StepKind.VERIFY, StepKind.WAIT))


@transaction.atomic
def chase(*, run: Run, key: str, promised_on: date | None, note: str, by: User, now: datetime) -> None:
    """Record that the holder asked what has become of it, and the day that was promised."""
    values = {"promised_on": promised_on.isoformat()} if promised_on else {}
    _say(run, key, RecordKind.CHASED, values, note, by, now, kinds=(StepKind.WAIT,))


@transaction.atomic
def say_needed(*, run: Run, key: str, note: str, by: User, now: datetime) -> None:
    """Say that a step is needed whose case does not hold by itself: the window is over."""
    _say(run, key, RecordKind.NEEDED, {}, note, by, now, kinds=tuple(StepKind))


@transaction.atomic
def add_note(*, run: Run, key: str, note: str, by: User, now: datetime) -> None:
    """Write a note to a step, also of a run that is closed."""
    held = Held.of(run, now, is_closed_fine=True)
    held.step(key)
    record(held, key, RecordKind.NOTED, by=by, now=now, note=note)


def _say(
    run: Run,
    key: str,
    kind: RecordKind,
    values: Mapping[str, str],
    note: str,
    by: User,
    now: datetime,
    *,
    kinds: tuple[StepKind, ...],
) -> None:
    held = Held.of(run, now)
    step = held.step(key)
    if step.kind not in kinds:
        raise KeyError(key)
    at = held.standing.progress.at(key)
    is_second_look = kind == RecordKind.LOOKED and step.again is not None and at.state is StepState.DONE
    if at.day is not None and not is_second_look:
        raise AlreadySettled
    record(held, key, kind, by=by, now=now, values=values, note=note)
    settle(held, by, now)


@transaction.atomic
def tick_item(
    *, run: Run, key: str, service: BoundService, is_ticked: bool, moved_to: str = "", by: User, now: datetime
) -> None:
    """Tick an item of the step's list, or take the tick back; in a moving step it is marked as moved."""
    held = Held.of(run, now)
    step = held.step(key)
    if step.kind is not StepKind.EACH or service.card_id != held.card.pk:
        raise KeyError(key)
    kind = RecordKind.TICKED if is_ticked else RecordKind.UNTICKED
    values = {"name": service.name, "moved_to": moved_to}
    record(held, key, kind, by=by, now=now, item=service.public_id, values=values)
    if step.is_moving:
        day = held.today if is_ticked else None
        move_service(service=service, moved_on=day, moved_to=moved_to if is_ticked else "", by=by, now=now)


def ticked(marks: Iterable[Mark]) -> frozenset[str]:
    """Return the items whose last record is a tick."""
    last = {mark.item: mark.kind for mark in marks if mark.item}
    return frozenset(item for item, kind in last.items() if kind == RecordKind.TICKED)


def open_items(card: Card, step: Step, marks: Iterable[Mark]) -> list[BoundService]:
    """Return the items of the step's list that are not ticked, critical ones first."""
    done = ticked(marks)
    services = card.services.filter(moved_on=None) if step.is_moving else card.services.all()
    return [row for row in services if row.public_id not in done and row.moved_on is None]


def _check_items(held: Held, step: Step, reason: str, by: User, now: datetime) -> None:
    marks = held.standing.progress.at(step.key).marks
    critical = [row.name for row in open_items(held.card, step, marks) if row.is_critical]
    if not critical:
        return
    if not reason.strip():
        raise StillOpen(critical)
    record(
        held,
        step.key,
        RecordKind.OVERRIDDEN,
        by=by,
        now=now,
        note=reason,
        # A line each: the page joins them the way its language does.
        values={"open": "\n".join(critical)},
    )


@transaction.atomic
def start_from_step(
    *,
    run: Run,
    key: str,
    starts: str,
    by: User,
    now: datetime,
    successor: Card | None = None,
    successor_name: str = "",
) -> Run:
    """Start another playbook out of a step, on this card or on its successor; an open one goes on."""
    hold_both(run.card, successor)
    held = Held.of(run, now)
    step = held.step(key)
    if starts not in step.starts:
        raise KeyError(starts)
    if held.standing.progress.at(key).day is not None:
        raise AlreadySettled
    card = held.card
    if step.is_for_successor:
        card = successor_of(card=card, chosen=successor, name=successor_name, by=by, now=now)
    try:
        other = start_run(card=card, key=starts, by=by, now=now)
    except AlreadyOpen as already:
        other = already.run
    values = {"started": starts, "run": other.public_id}
    record(held, key, RecordKind.DONE, by=by, now=now, values=values)
    settle(held, by, now)
    return other
