"""Starting runs, giving them up, and their states."""

from datetime import date, datetime

from django.db import transaction

from cards.models import Card, EventKind, Intent, Playbook, Run, RunState, User
from cards.rules.places import day_at
from cards.services.cards import log_event, set_intent
from cards.services.timetable import lock_card, refresh


class AlreadyOpen(Exception):
    """The card has an open run of this playbook: that one goes on."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.public_id)
        self.run = run


class NotOffered(Exception):
    """There is no such playbook, or it is offered no more."""


@transaction.atomic
def start_run(*, card: Card, key: str, by: User | None, now: datetime, wished_on: date | None = None) -> Run:
    """Start a playbook on a card; by=None: by the system. Raise AlreadyOpen or NotOffered."""
    row = lock_card(card)
    playbook = Playbook.objects.filter(key=key, retired_at=None).select_related("current").first()
    if playbook is None or playbook.current is None:
        raise NotOffered(key)
    already = row.runs.filter(playbook=playbook, state=RunState.OPEN).first()
    if already is not None:
        raise AlreadyOpen(already)
    run = Run.objects.create(
        card=row,
        playbook=playbook,
        version=playbook.current,
        opened_on=day_at(now, row.zones),
        opened_at=now,
        by=by,
        wished_on=wished_on,
    )
    _log(EventKind.RUN_OPENED, run, by, now)
    refresh(row, now)
    return run


@transaction.atomic
def set_wish(*, run: Run, wished_on: date | None, now: datetime) -> None:
    """Say by when it shall be over; the last day to apply follows."""
    row = lock_card(run.card)
    Run.objects.filter(pk=run.pk).update(wished_on=wished_on)
    refresh(row, now)


@transaction.atomic
def abandon_run(*, run: Run, reason: str, by: User, now: datetime) -> None:
    """Give a run up; what it wrote into the ledger stays. Idempotent."""
    row = lock_card(run.card)
    fresh = Run.objects.get(pk=run.pk)
    if fresh.state != RunState.OPEN:
        return
    _close(fresh, RunState.ABANDONED, now, reason=reason)
    _log(EventKind.RUN_ABANDONED, fresh, by, now)
    if row.intent == Intent.CANCELLING and not _cancels_otherwise(row, fresh):
        set_intent(card=row, intent=Intent.KEEP, by=by, now=now)
    refresh(row, now)


def open_again(run: Run, card: Card, *, by: User, now: datetime) -> None:
    """Open a closed run again, in a transaction that holds its card.

    Raise AlreadyOpen when another run of its playbook is open.
    """
    if run.state == RunState.OPEN:
        return
    other = card.runs.filter(playbook=run.playbook_id, state=RunState.OPEN).first()
    if other is not None:
        raise AlreadyOpen(other)
    run.state, run.closed_at, run.reason = RunState.OPEN, None, ""
    run.save(update_fields=["state", "closed_at", "reason"])
    _log(EventKind.RUN_REOPENED, run, by, now)


def finish(run: Run, *, by: User | None, now: datetime) -> None:
    """Close a run whose steps are all settled; part of the transaction that settled the last one."""
    _close(run, RunState.DONE, now)
    _log(EventKind.RUN_DONE, run, by, now)


def cut_off(run: Run, *, now: datetime) -> None:
    """Give a run up for the system: its card is gone. Part of a transaction that holds the card."""
    _close(run, RunState.ABANDONED, now)
    _log(EventKind.RUN_ABANDONED, run, None, now)


def _close(run: Run, state: RunState, now: datetime, reason: str = "") -> None:
    run.state, run.closed_at, run.reason = state, now, reason
    run.save(update_fields=["state", "closed_at", "reason"])


def _cancels_otherwise(card: Card, run: Run) -> bool:
    """Whether an application of another run is under way."""
    others = card.runs.filter(state=RunState.OPEN).exclude(pk=run.pk)
    return others.filter(records__values__has_key="applied_on").exists()


def _log(kind: EventKind, run: Run, by: User | None, now: datetime) -> None:
    log_event(card=run.card, kind=kind, by=by, now=now, playbook=run.playbook.key, run=run.public_id)
