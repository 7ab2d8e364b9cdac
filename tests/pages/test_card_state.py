"""Archive, restore, delete, let lapse."""

from datetime import date
from typing import Any

import pytest
import time_machine

from cards.models import Card, DeadlineState, Event
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user, watch_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return make_card(make_user(), expires_on=date(2026, 12, 31), label="Bahrain")


def post(card: Card, what: str, **typed: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client_of(card.owner).post(f"/cards/{card.public_id}/{what}/", typed, follow=True)


def test_the_archive_silences_a_card_and_restoring_makes_it_speak_again(card: Card) -> None:
    assert "nothing reminds of it" in post(card, "archive").content.decode()
    assert watch_of(card).next_at is None
    assert Card.objects.get().archived_at == NOW
    assert "its dates remind again" in post(card, "restore").content.decode()
    assert watch_of(card).next_at is not None
    assert watch_of(card).deadline.state == DeadlineState.OPEN


def test_archiving_twice_is_harmless(card: Card) -> None:
    post(card, "archive")
    post(card, "archive")
    assert Event.objects.filter(kind="card-archived").count() == 1


def test_deleting_first_says_what_is_lost(card: Card) -> None:
    make_plan(card, on=NOW.date())
    act(card, "sms", on=NOW.date())
    text = client_of(card.owner).get(f"/cards/{card.public_id}/delete/").content.decode()
    assert "Delete Bahrain?" in text
    assert "2 recorded actions, 1 plan, " in text
    assert Card.objects.count() == 1
    response = post(card, "delete")
    assert response.redirect_chain[-1][0] == "/cards/"
    assert "Bahrain is deleted." in response.content.decode()
    assert Card.objects.count() == 0


def test_letting_lapse_asks_first_stops_the_reminders_and_can_be_taken_back(card: Card) -> None:
    page = client_of(card.owner).get(f"/cards/{card.public_id}/intent/").content.decode()
    assert "Let Bahrain lapse?" in page
    assert Card.objects.get().intent == "keep"
    text = post(card, "intent", intent="lapse").content.decode()
    assert "You let this number lapse" in text
    assert watch_of(card).next_at is None
    post(card, "intent", intent="keep")
    assert Card.objects.get().intent == "keep"
    assert watch_of(card).next_at is not None


def test_a_card_being_cancelled_still_reminds(card: Card) -> None:
    assert "being cancelled" in post(card, "intent", intent="cancelling").content.decode()
    assert watch_of(card).next_at is not None


@pytest.mark.parametrize("intent", ["", "nonsense", "x" * 10_000, "a\x00b"])
def test_an_unknown_intent_changes_nothing(card: Card, intent: str) -> None:
    assert post(card, "intent", intent=intent).status_code == 404
    assert Card.objects.get().intent == "keep"


@pytest.mark.parametrize("what", ["archive", "restore"])
def test_a_link_changes_nothing(card: Card, what: str) -> None:
    response = client_of(card.owner).get(f"/cards/{card.public_id}/{what}/")
    assert response.status_code == 405
    assert Card.objects.get().archived_at is None


@pytest.mark.parametrize("what", ["archive", "restore", "delete", "intent"])
def test_cards_of_others_are_out_of_reach(card: Card, what: str) -> None:
    bob = make_user("bob@example.org")
    before = Card.objects.values().get()
    client = client_of(bob)
    assert client.post(f"/cards/{card.public_id}/{what}/", {"intent": "lapse"}).status_code == 404
    assert client.get(f"/cards/{card.public_id}/{what}/").status_code in (404, 405)
    assert Card.objects.values().get() == before
