"""The addresses for monitors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client

from cards.tasks import tick
from cards.web import context
from tests.factories import NOW


@pytest.fixture(autouse=True)
def long_ago_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has been up for a day, so that no grace is left."""
    monkeypatch.setattr("cards.views.health.STARTED_AT", NOW - timedelta(days=1))


@pytest.mark.django_db
def test_it_is_healthy_as_long_as_the_worker_beats() -> None:
    tick(NOW)
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        response = Client().get("/healthz/")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_an_old_heartbeat_makes_it_fail_with_the_reason() -> None:
    tick(NOW)
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        response = Client().get("/healthz/")
    assert response.status_code == 503
    assert response.content == b"the reminder worker has not run since 2026-12-01 00:00:00 UTC\n"


@pytest.mark.django_db
def test_a_worker_that_never_ran_makes_it_fail() -> None:
    with time_machine.travel(NOW, tick=False):
        response = Client().get("/healthz/")
    assert (response.status_code, response.content) == (503, b"the reminder worker has not run yet\n")


@pytest.mark.django_db
def test_a_start_has_three_minutes_of_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cards.views.health.STARTED_AT", NOW)
    statuses = []
    for minutes in (2, 4):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            statuses.append(Client().get("/healthz/").status_code)
    assert statuses == [200, 503]
    assert context.STARTED_AT.tzinfo is not None


@pytest.mark.django_db
def test_a_database_that_does_not_answer_makes_it_fail() -> None:
    def away(_run: Callable[..., Any], *_rest: Any) -> Any:
        raise OperationalError("server closed the connection; host=db user=keepline")

    with connection.execute_wrapper(away):
        response = Client().get("/healthz/")
        alive = Client().get("/livez/")
    assert response.status_code == 503
    # the error's text may name hosts and people: it is not for strangers
    assert response.content == b"the database does not answer: OperationalError\n"
    assert (alive.status_code, alive.content) == (200, b"ok\n")


def test_the_process_answers_without_a_database() -> None:
    response = Client().get("/livez/")  # no django_db mark: a query would fail here
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_monitors_may_only_read() -> None:
    assert [Client().post(path).status_code for path in ("/healthz/", "/livez/")] == [405, 405]
