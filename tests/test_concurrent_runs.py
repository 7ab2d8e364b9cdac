"""Two devices in the same step, and a run started twice at once. Run on PostgreSQL by .ci/run."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections

from cards.models import Action, Card, Run, StepRecord
from cards.runs.doing import do_step
from cards.runs.held import AlreadySettled
from cards.runs.homes import Typed
from cards.runs.starting import AlreadyOpen, start_run
from cards.services.playbooks import load_playbooks
from tests.factories import NOW, make_card, make_user

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def card() -> Card:
    load_playbooks(now=NOW)
    return make_card(make_user(), expires_on=date(2026, 12, 31))


def at_once(job: Callable[[], object], count: int = 4) -> list[Exception]:
    """Do a thing on several connections at the same moment; return what was refused."""
    refused: list[Exception] = []
    gate = threading.Barrier(count)

    def run() -> None:
        gate.wait()
        try:
            job()
        except Exception as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_a_step_pressed_on_two_devices_is_recorded_once(card: Card) -> None:
    run = start_run(card=card, key="top-up", by=card.owner, now=NOW)
    typed = Typed(values={"amount": Decimal(5), "currency": "BHD"})
    refused = at_once(lambda: do_step(run=run, key="pay", typed=typed, by=card.owner, now=NOW))
    assert [type(error) for error in refused] == [AlreadySettled] * 3
    assert StepRecord.objects.filter(step="pay").count() == 1
    assert Action.objects.filter(kind="top-up").count() == 1


def test_a_run_started_on_two_devices_is_one_run(card: Card) -> None:
    refused = at_once(lambda: start_run(card=card, key="top-up", by=card.owner, now=NOW))
    assert [type(error) for error in refused] == [AlreadyOpen] * 3
    assert Run.objects.count() == 1
