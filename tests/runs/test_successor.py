"""The card in another one's place: what is about it is kept on it, and the old card stays as it was."""

from datetime import date

import pytest
from django.urls import reverse

from cards.models import Card, CardSecrets, Run
from tests.factories import NOW, act, client_of, make_card, make_user
from tests.runs.browse import begin, page_of, send

from .play import Play

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return make_card(make_user(), form="esim", purposes=("number-keeping",), expires_on=date(2026, 12, 31))


def test_the_new_operators_code_is_kept_on_the_new_card(card: Card) -> None:
    run = begin(card, "switch-operator")
    code = "LPA:1$rsp.example$TOP-SECRET"
    page = send(run, "new-esim", activation_code=code, successor="", successor_name="")
    assert page.status_code == 422 and "What shall the new card be called?" in page.content.decode()
    send(run, "new-esim", activation_code=code, successor_name="Lycamobile")
    card.refresh_from_db()
    new = card.successor
    assert new is not None and (new.label, new.form, new.owner) == ("Lycamobile", "esim", card.owner)
    assert CardSecrets.objects.get().card == new
    assert "Lycamobile" in page_of(run)


def test_a_card_that_is_there_already_can_be_chosen_and_another_persons_never(card: Card) -> None:
    other, strange = (
        make_card(card.owner, label="Other"),
        make_card(make_user("bob@example.org"), label="His"),
    )
    run = begin(card, "switch-operator")
    code = "LPA:1$rsp.example$TOP-SECRET"
    refused = send(run, "new-esim", activation_code=code, successor=strange.public_id)
    assert refused.status_code == 422 and not CardSecrets.objects.exists()
    send(run, "new-esim", activation_code=code, successor=other.public_id)
    card.refresh_from_db()
    assert card.successor == other == CardSecrets.objects.get().card


def test_a_lost_card_is_followed_by_another_and_stays_history(card: Card) -> None:
    act(card, "lost", on=NOW.date())
    play = Play.of(card, "number-gone")
    play.does("bound")
    play.does("ask")
    client = client_of(card.owner)
    url = reverse("step_start", args=[play.run.public_id, "successor"])
    assert client.post(url, {"starts": "activate-esim"}).status_code == 422
    answer = client.post(url, {"starts": "activate-esim", "successor_name": "New one"})
    started = Run.objects.get(playbook__key="activate-esim")
    assert answer.headers["Location"] == reverse("run", args=[started.public_id])
    card.refresh_from_db()
    assert started.card == card.successor and started.card.label == "New one"
    assert play.is_done and not card.runs.filter(playbook__key="activate-esim").exists()
