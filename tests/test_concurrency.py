"""What two workers at once must not do. Run on PostgreSQL by .ci/run (marker `concurrency`)."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections

from cards.models import Action, Deadline, Message, Reminder, Watch
from cards.services.actions import AlreadyVoided, void_action
from cards.services.timetable import refresh
from cards.tasks import tick
from tests.factories import act, make_card, make_user, utc
from tests.mail_server import MailServer

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that start together; return results or the errors raised."""
    results: list[Any] = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(index: int, job: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[index] = job()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i, job)) for i, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_this_runs_on_postgresql() -> None:
    assert connection.vendor == "postgresql"


def test_four_sweeps_at_once_send_each_mail_once(mail_server: MailServer) -> None:
    for n in range(40):
        make_card(make_user(f"p{n}@example.org"), expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00"))
    now = utc("2026-12-17 01:00")
    results = at_once(*[lambda: tick(now)] * 4)
    assert not [r for r in results if isinstance(r, Exception) or "failed" in str(r["taken"])]
    tick(now)
    assert sorted(mail["To"] for mail in mail_server.mails) == sorted(f"p{n}@example.org" for n in range(40))
    assert Reminder.objects.filter(slot="lead:7", state="said").count() == 40
    assert Message.objects.filter(state="sent").count() == 40


def test_two_people_recording_at_once_lose_no_entry() -> None:
    card = make_card(
        make_user(), period=(180, "day"), expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00")
    )
    now = utc("2026-12-05 00:00")
    days = [date(2026, 12, day) for day in (1, 2, 3, 4)]
    at_once(*[lambda day=day: act(card, "top-up", on=day, now=now) for day in days])
    assert Action.objects.filter(card=card, kind="top-up").count() == 4
    deadline = Deadline.objects.get(card=card, kind="line")
    assert deadline.ends_on == date(2027, 6, 2)
    assert refresh(card, now).changed == []


def test_a_sweep_and_a_renewal_at_once_leave_the_right_next_reminder(mail_server: MailServer) -> None:
    now = utc("2026-12-17 01:00")
    for _round in range(10):
        Message.objects.all().delete()
        card = make_card(
            make_user(f"r{_round}@example.org"),
            period=(180, "day"),
            expires_on=date(2026, 12, 31),
            now=utc("2026-10-01 00:00"),
        )
        at_once(
            lambda: tick(now),
            lambda card=card: act(card, "top-up", on=date(2026, 12, 17), now=now),
        )
        tick(now)
        assert refresh(card, now).changed == []
        watch = Watch.objects.get(deadline__card=card, deadline__kind="line")
        assert watch.slot == "lead:30"
        # dropped or said before the renewal, but never waiting to be said of the old date
        assert not Reminder.objects.filter(watch=watch, state="taken").exists()


def test_one_entry_is_undone_once() -> None:
    card = make_card(
        make_user(), period=(180, "day"), expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00")
    )
    now = utc("2026-12-05 00:00")
    topup = act(card, "top-up", on=date(2026, 12, 1), now=now)
    results = at_once(*[lambda: void_action(action=topup, by=card.owner, now=now)] * 3)
    assert sorted(type(r).__name__ for r in results) == ["AlreadyVoided", "AlreadyVoided", "NoneType"]
    assert any(isinstance(r, AlreadyVoided) for r in results)
    assert Action.objects.filter(kind="void").count() == 1
