"""Before a number is let go, what still hangs on it is said."""

from datetime import date
from typing import Any

import pytest
import time_machine

from cards.models import Card
from cards.services.bound import BoundFacts, add_service
from tests.factories import NOW, client_of, make_card, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    card = make_card(make_user(), number="+97333334567")
    bank = BoundFacts(name="Gulf Bank", kind="bank", is_critical=True)
    for facts in (bank, BoundFacts(name="Chatter"), BoundFacts(name="Old shop", moved_on=date(2026, 1, 1))):
        add_service(card=card, facts=facts, by=card.owner, now=NOW)
    return card


def send(card: Card, path: str, **typed: Any) -> str:
    with time_machine.travel(NOW, tick=False):
        answer = client_of(card.owner).post(f"/cards/{card.public_id}/{path}/", typed, follow=True)
    card.refresh_from_db()
    return answer.content.decode()


def test_archiving_asks_first_while_something_critical_hangs_on_it(card: Card) -> None:
    text = send(card, "archive")
    assert card.archived_at is None
    assert "Gulf Bank" in text
    assert "Chatter" in text
    assert "Old shop" not in text
    send(card, "archive", sure="1")
    assert card.archived_at is not None


def test_what_is_not_critical_stops_nobody(card: Card) -> None:
    card.services.filter(is_critical=True).delete()
    send(card, "archive")
    assert card.archived_at is not None


@pytest.mark.parametrize("path", ["intent/?intent=lapse", "intent/?intent=cancelling", "delete/"])
def test_the_other_ways_to_let_go_name_them_too(card: Card, path: str) -> None:
    with time_machine.travel(NOW, tick=False):
        text = client_of(card.owner).get(f"/cards/{card.public_id}/{path}").content.decode()
    assert "2 services hang on this number, 1 critical" in text
    assert "Gulf Bank" in text
    assert "Old shop" not in text
