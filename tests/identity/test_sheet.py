"""The emergency sheet: everything needed to keep the cards, on paper; no secret, no whole number unasked."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cards.models import CardNumber, Device, OperatorCode, User
from cards.services.bound import BoundFacts, add_service
from cards.services.secrets import keep_secrets
from tests.factories import NOW, PASSWORD, client_of, make_card, make_operator, make_user, utc

pytestmark = pytest.mark.django_db
SHEET = "/emergency/"
NUMBER = "+973 3333 4567"


def full_card(person: User, label: str = "Bahrain") -> None:
    operator = make_operator(f"Operator of {label}", owner=person)
    operator.hotline = "+973 1700 0000"
    operator.save()
    OperatorCode.objects.create(
        operator=operator, purpose="balance", label="Balance", text="*101#", dial="*101#"
    )
    device = Device.objects.create(owner=person, name=f"Drawer of {label}", kind="drawer")
    card = make_card(
        person, label=label, number="+97333334567", operator=operator, device=device,
        period=(180, "day"), expires_on=date(2026, 12, 14), now=utc("2026-10-01 00:00"),
    )  # fmt: skip
    CardNumber.objects.create(card=card, number="+97333339876", label="fax")
    add_service(card=card, facts=BoundFacts(name="Gulf Bank", is_critical=True), by=person, now=NOW)
    keep_secrets(card=card, values={"pin": "4711", "puk": "81726354"}, by=person, now=NOW)


def sheet(client: Client, **query: str) -> str:
    with time_machine.travel(NOW, tick=False):
        response = client.get(SHEET, query)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def test_the_sheet_says_how_to_keep_each_card() -> None:
    alice = make_user()
    full_card(alice)
    text = sheet(client_of(alice))
    for part in ("Bahrain", "Operator of Bahrain", "14 Dec 2026", "180 days", "*101#", "+973 1700 0000"):
        assert part in text
    assert "Drawer of Bahrain" in text


def test_numbers_are_masked_and_secrets_are_not_on_it() -> None:
    alice = make_user()
    full_card(alice)
    text = sheet(client_of(alice))
    assert "+973 •••• 4567" in text
    assert "+973 •••• 9876" in text
    for secret in (NUMBER, "33334567", "33339876", "4711", "81726354"):
        assert secret not in text


def test_the_sheet_counts_what_hangs_on_a_number_and_names_nothing() -> None:
    alice = make_user()
    full_card(alice)
    text = sheet(client_of(alice))
    assert "1 service hangs on this number, 1 critical" in text
    assert "Gulf Bank" not in text


def test_whole_numbers_are_shown_after_the_password_only() -> None:
    alice = make_user()
    full_card(alice)
    client = client_of(alice)
    with time_machine.travel(NOW, tick=False):
        asked = client.get(SHEET, {"full": "1"})
        assert asked.status_code == 302
        assert asked["Location"].startswith("/account/reauthenticate/")
        given = client.post(asked["Location"], {"password": PASSWORD})
        assert given.status_code == 302
        assert given["Location"] == f"{SHEET}?full=1"
    text = sheet(client, full="1")
    assert NUMBER in text
    assert "4711" not in text
    assert NUMBER not in sheet(client)


def test_it_asks_the_database_as_often_for_many_cards_as_for_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    alice = make_user()
    client = client_of(alice)
    full_card(alice)
    with time_machine.travel(NOW, tick=False), django_assert_max_num_queries(12) as few:
        client.get(SHEET)
    for number in range(4):
        full_card(alice, f"Card {number}")
    with time_machine.travel(NOW, tick=False), django_assert_max_num_queries(12) as many:
        client.get(SHEET)
    assert len(few) == len(many)


def test_without_cards_it_says_so_and_the_menu_leads_there() -> None:
    alice = make_user()
    text = sheet(client_of(alice))
    assert "No card yet" in text
    assert f'href="{SHEET}"' in text
    assert f'href="{reverse("device_list")}"' in text
