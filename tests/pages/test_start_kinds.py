"""The start page reads as little as with one card when every kind of deadline leads a card."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.runs.starting import start_run
from cards.services.bound import BoundFacts, add_service
from cards.services.charges import ChargeFacts, add_charge
from cards.services.dates import add_date
from cards.services.playbooks import load_playbooks
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user

pytestmark = pytest.mark.django_db


def test_cards_of_every_kind_take_at_most_twelve_queries() -> None:
    load_playbooks(now=NOW)
    alice = make_user()
    with time_machine.travel(NOW):
        line = make_card(
            alice, expires_on=date(2026, 12, 5), period=(180, "day"), purposes=("number-keeping",)
        )
        add_service(card=line, facts=BoundFacts(name="Bank"), by=alice, now=NOW)
        start_run(card=line, key="top-up", by=alice, now=NOW)
        plan = make_card(alice, label="Plan")
        make_plan(plan, on=date(2026, 11, 28), price=Decimal(9), currency="BHD", is_auto_renewing=True)
        act(plan, "reading", on=date(2026, 11, 29), balance=Decimal(1), currency="BHD")
        own = make_card(alice, label="Own date")
        add_date(card=own, kind="own", due_on=date(2026, 12, 3), note="", by=alice, now=NOW)
        fee = make_card(alice, label="Fee")
        rent = ChargeFacts(
            name="Rent", first_on=date(2026, 12, 4), kind="fee", amount=Decimal(5), currency="BHD",
            period_count=1, period_unit="month",
        )  # fmt: skip
        add_charge(card=fee, facts=rent, by=alice, now=NOW)
        act(fee, "reading", on=date(2026, 11, 29), balance=Decimal(1), currency="BHD")
        client = client_of(alice)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("start")).content.decode()
    assert page.count("does not cover") >= 2
    assert len(queries) <= 12
