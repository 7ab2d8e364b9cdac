"""Locks are taken in one order: card, then watches, then what hangs on them. Run on PostgreSQL by .ci/run."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, connections, transaction

from cards.models import Card, Message, Reminder, Watch
from cards.reminders.again import send_again
from cards.reminders.mail import record_sent
from cards.services.cards import delete_card
from cards.tasks import tick
from tests.factories import make_card, make_user, utc
from tests.mail_server import MailServer

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

DUE = utc("2026-12-17 01:00")


def wait_until_blocked(count: int) -> None:
    """Return once so many sessions wait for a lock."""
    for _turn in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


@contextmanager
def beside(*jobs: Callable[[], object]) -> Iterator[list[Exception]]:
    """Start each job once the one before it waits for a lock; the block ends the first wait."""
    errors: list[Exception] = []

    def run(job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    with transaction.atomic():
        list(Watch.objects.select_for_update().order_by("pk"))
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            wait_until_blocked(waiting)
        yield errors
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("what", ["recorded", "said again"])
def test_a_card_that_is_being_deleted_does_not_wait_for_who_waits_for_it(
    mail_server: MailServer, what: str
) -> None:
    card = make_card(make_user(), expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00"))
    tick(DUE)
    message = Message.objects.get()
    job: Callable[[], object] = lambda: send_again(message=message, now=DUE)  # noqa: E731
    if what == "recorded":
        Message.objects.update(is_recorded=False)
        Reminder.objects.update(state="taken")
        job = lambda: record_sent(now=DUE)  # noqa: E731
    # The deletion holds the card and waits for its watch; then comes the other.
    with beside(lambda: delete_card(card=card), job) as errors:
        pass
    assert errors == []
    assert not Card.objects.exists()
