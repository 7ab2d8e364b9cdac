"""Whatever people do in whatever order: nothing drifts, nothing falls silent, nothing is said twice.

A failure prints its seed and the steps that led to it; `LIVES=1000 pytest ...` tries more of them.
"""

import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import takewhile

import pytest
from pytest_django import Settings

from cards.models import Deadline, Message, MessageReminder, Reminder, Watch
from cards.queries.clocks import clock_of
from cards.rules.timetable import slots
from cards.services.timetable import refresh
from cards.tasks import tick
from tests.factories import make_user, utc
from tests.mail_server import free_port
from tests.reminders.lives import Life
from tracker.env import Smtp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox_dir")]
LIVES = int(os.environ.get("LIVES", "8"))
STEPS = 45
# Of a number that is let go only these still speak.
OUTLASTING = {"bill", "refund", "own", "contract-end", "notice", "promotion", "identity"}


@pytest.mark.parametrize("seed", range(LIVES))
def test_a_random_life_keeps_every_promise(seed: int, settings: Settings) -> None:
    settings.SMTP = None
    nobody = Smtp(host="127.0.0.1", port=free_port(), security="none", user="", password="", timeout=1)
    life = Life(seed, make_user(), utc("2026-07-10 00:00"))
    steps: list[str] = []
    try:
        for _ in range(STEPS):
            if life.dice.random() < 0.5:
                settings.SMTP = nobody if life.dice.random() < 0.3 else None
                steps.append(f"{life.now:%m-%d %H:%M} time, mail {'away' if settings.SMTP else 'goes'}")
                let_time_pass(life)
            else:
                steps.append(f"{life.now:%m-%d %H:%M} {life.step()}")
            life.look()
            all_is_well(life)
        settings.SMTP = None
        the_end(life)
    except Exception:
        print(f"seed {seed}:", *steps, sep="\n  ")  # noqa: T201
        raise


def let_time_pass(life: Life) -> None:
    """Go on to the next reminder, by some hours, or by weeks in which the machine was off."""
    soonest = Watch.objects.filter(next_at__gt=life.now).order_by("next_at").first()
    if soonest and soonest.next_at and life.dice.random() < 0.6:
        life.now = soonest.next_at
    else:
        life.now += timedelta(hours=life.dice.choice((1, 5, 30, 24 * 9, 24 * 40)))
    run(life.now)


def run(now: datetime) -> None:
    before = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
    report = tick(now)
    assert "failed: " not in str(report)
    assert (report["drifted"], report["taken"]["poisoned"]) == (0, 0)
    # What has just been said is true at this moment.
    rows = MessageReminder.objects.filter(message__state="sent", is_dropped=False).exclude(message__in=before)
    for row in rows.select_related("reminder__watch__deadline__card"):
        watch = row.reminder.watch
        deadline = watch.deadline
        assert deadline.state in ("open", "passed"), deadline
        assert row.reminder.ends_at == deadline.ends_at
        assert not watch.is_muted
        assert not is_silent(deadline)


def is_silent(deadline: Deadline) -> bool:
    return deadline.card.intent == "lapse" and deadline.kind not in OUTLASTING


def all_is_well(life: Life) -> None:
    if life.card.archived_at is None:  # an archived card follows its operator when it is restored
        assert refresh(life.card, life.now).changed == []
    for deadline in Deadline.objects.filter(card=life.card, state="open").select_related("card"):
        watch = Watch.objects.select_related("user").get(deadline=deadline, user=life.owner)
        if watch.is_muted or is_silent(deadline):
            assert watch.next_at is None
        elif watch.next_at is None:
            assert unheard(watch, deadline, life.now) == []
    nothing_is_said_twice()


def unheard(watch: Watch, deadline: Deadline, now: datetime) -> list[str]:
    """Return the slots of the next years that no reminder stands for."""
    planned = takewhile(
        lambda slot: slot.at < now + timedelta(days=900), slots(clock_of(watch, deadline, watch.user))
    )
    heard = Reminder.objects.filter(watch=watch, ends_at=deadline.ends_at).exclude(state="dropped")
    names = set(heard.values_list("slot", flat=True))
    return [slot.name for slot in planned if slot.at > now and slot.name not in names]


def nothing_is_said_twice() -> None:
    sent = MessageReminder.objects.filter(message__state="sent", is_dropped=False).select_related("reminder")
    said: Counter[tuple[object, ...]] = Counter()
    for reminder in (row.reminder for row in sent):
        loss = reminder.due_at if reminder.slot == "lost" else None  # a loss put off is said again
        said[reminder.watch_id, reminder.slot, reminder.ends_at, reminder.act_by_at, loss] += 1
    assert [key for key, times in said.items() if times > 1] == []


def the_end(life: Life) -> None:
    """With the mail server back nothing is left waiting, and each reminder moves its watch on."""
    for _ in range(2):
        life.now += timedelta(minutes=15)
        run(life.now)
    assert not Message.objects.filter(state="queued").exists()
    assert not Reminder.objects.filter(state="taken").exists()
    for _ in range(6):
        watch = Watch.objects.filter(next_at__isnull=False).order_by("next_at").first()
        if watch is None or watch.next_at is None:
            break
        assert watch.next_at > life.now
        life.now, slot = watch.next_at, watch.slot
        run(life.now)
        assert Reminder.objects.filter(watch=watch, slot=slot).exclude(state="dropped").exists()
    all_is_well(life)
