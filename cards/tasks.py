"""The edge where time comes in: one tick does everything that time does."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import close_old_connections, transaction
from django.utils import timezone
from django_q.models import Schedule

from cards.accounts.mail import AccountMail
from cards.delivery.outbox import deliver, release_leases
from cards.delivery.round import Handler
from cards.models import Event, EventKind, Heartbeat, MessageKind
from cards.queries.health import TICK
from cards.reminders.mail import ReminderMail, record_sent
from cards.reminders.notes import note_dates
from cards.reminders.taking import take
from cards.reminders.trial import TrialMail
from cards.runs.closing import close_over
from cards.runs.opening import open_due
from cards.services.kept_files import sweep_orphans
from cards.services.timetable import refresh_stale

log = logging.getLogger(__name__)

# The cluster ends a task after Q_CLUSTER["timeout"] seconds: the tick ends itself well before.
TICK_SECONDS = 100.0
REPLAN_AFTER = timedelta(hours=24)
REPLAN_SLICE = 50
DAILY = "daily"
# Without these nobody is reminded.
VITAL = ("taken", "delivered")


def handlers() -> dict[str, Handler]:
    """Return what each kind of message is; made anew for each round."""
    return {
        MessageKind.REMINDER: ReminderMail(),
        MessageKind.ACCOUNT: AccountMail(),
        MessageKind.TEST: TrialMail(),
    }


def minutely() -> dict[str, Any]:
    """What the scheduler calls each minute. Takes no arguments: the tables hold the work."""
    # One worker: whoever held a lease under this name on this machine is dead.
    release_leases("tick")
    return tick(timezone.now())


def tick(now: datetime, *, holder: str = "tick", seconds: float = TICK_SECONDS) -> dict[str, Any]:
    """Do everything that is due, each part for itself. Idempotent; returns what was done.

    `holder` names the caller on the leases of messages.
    """
    begun = time.monotonic()

    def is_time_over(share: float = 1.0) -> bool:
        return time.monotonic() - begun > seconds * share

    parts: dict[str, Callable[[], Any]] = {
        # Half of the time at most: what is taken must also leave.
        "taken": lambda: asdict(take(now=now, is_time_over=lambda: is_time_over(0.5))),
        "delivered": lambda: asdict(
            deliver(
                now=now,
                handlers=handlers(),
                holder=holder,
                seconds=max(1.0, seconds - (time.monotonic() - begun)),
            )
        ),
        "recorded": lambda: record_sent(now=now),
        "noted": lambda: note_dates(now=now),
        "drifted": lambda: replan_slice(now, is_time_over),
        "daily": lambda: daily(now, is_time_over),
    }
    report: dict[str, Any] = {}
    for name, part in parts.items():
        try:
            report[name] = part()
        except Exception as error:
            log.exception("the tick's part %r failed", name)
            report[name] = f"failed: {type(error).__name__}: {error}"[:300]
            close_old_connections()
    sign_of_life(now, took=time.monotonic() - begun, report=report)
    return report


def sign_of_life(now: datetime, *, took: float, report: dict[str, Any]) -> None:
    """Beat, but not when reminders fail: a worker that reminds nobody must be seen as one that is away."""
    if any(str(report[name]).startswith("failed") for name in VITAL):
        Heartbeat.objects.filter(name=TICK).update(took_ms=int(took * 1000), report=report)
    else:
        beat(TICK, now, took=took, report=report)


def beat(name: str, now: datetime, *, took: float, report: dict[str, Any]) -> None:
    """Write that something has just run."""
    changes = {"beat_at": now, "took_ms": int(took * 1000), "report": report}
    if not Heartbeat.objects.filter(name=name).update(**changes):
        Heartbeat.objects.update_or_create(name=name, defaults=changes)


def replan_slice(now: datetime, is_time_over: Callable[[], bool]) -> int:
    """Work out what is stale and a slice of all cards. A difference to what is stored is an error: say so."""
    drifted = refresh_stale(now, before=now - REPLAN_AFTER, limit=REPLAN_SLICE, is_time_over=is_time_over)
    for card, changed in drifted:
        log.error("card %s had drifted: %s", card.public_id, "; ".join(changed))
        Event.objects.create(card=card, kind=EventKind.DRIFT, happened_at=now, details={"changed": changed})
    return len(drifted)


def daily(now: datetime, is_time_over: Callable[[], bool]) -> str:
    """Clean up and open what cards are due for, once a day; what was too much is gone on with."""
    last = Heartbeat.objects.filter(name=DAILY).first()
    if last is not None and abs(now - last.beat_at) < timedelta(days=1):
        return "-"
    call_command("clearsessions")
    sweep_orphans(now=now)
    close_over(now, is_time_over)
    opened, is_all = open_due(now, is_time_over)
    if not is_all:
        return f"{opened} opened, more to come"
    beat(DAILY, now, took=0, report={"opened": opened})
    return "done"


def sync_schedules() -> bool:
    """Make the scheduler's table hold what is declared here. Heals duplicates. Return if changed."""
    declared = {
        "name": "tick",
        "func": "cards.tasks.minutely",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
        "repeats": -1,
        "args": None,
        "kwargs": None,
        "hook": None,
        "cluster": None,
    }
    with transaction.atomic():
        rows = list(Schedule.objects.order_by("pk"))
        same = [row for row in rows if all(getattr(row, k) == v for k, v in declared.items())]
        if len(rows) == len(same) == 1:
            return False
        Schedule.objects.all().delete()
        Schedule.objects.create(**declared)
    return True
