"""What the tests of a run's pages press and read."""

from datetime import date, timedelta
from typing import Any

import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import Card, Run
from cards.runs.doing import skip_step
from cards.runs.starting import start_run
from tests.factories import NOW, client_of, make_card, make_operator, make_user


def kept_card() -> Card:
    """Return Alice's number-keeping card: a top-up gives 180 days, the last date was read ten days ago."""
    return make_card(
        make_user("alice@example.org"),
        operator=make_operator(),
        purposes=("number-keeping",),
        period=(180, "day"),
        expires_on=date(2026, 12, 31),
        now=NOW - timedelta(days=10),
    )


def begin(card: Card, key: str, *left_out: str) -> Run:
    """Start a playbook; leave some of its steps out."""
    run = start_run(card=card, key=key, by=card.owner, now=NOW)
    for name in left_out:
        skip_step(run=run, key=name, reason="x", by=card.owner, now=NOW)
    return run


def send(run: Run, key: str, what: str = "done", client: Client | None = None, **data: Any) -> HttpResponse:
    """Press a button of a step."""
    with time_machine.travel(NOW, tick=False):
        sender = client or client_of(run.card.owner)
        return sender.post(reverse(f"step_{what}", args=[run.public_id, key]), data)


def page_of(run: Run, key: str = "") -> str:
    """Return the run's page as one line of text; with a key that step stands large."""
    with time_machine.travel(NOW, tick=False):
        url = reverse("run", args=[run.public_id]) + (f"?step={key}" if key else "")
        response = client_of(run.card.owner).get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def kinds(run: Run) -> list[str]:
    """Return what was recorded in a run, in order."""
    return list(run.records.order_by("pk").values_list("kind", flat=True))
