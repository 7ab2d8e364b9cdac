"""Steps of a card that is gone: what would keep it alive is over, its ending and its money go on."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from cards.models import Card, Deadline, Event, Run
from cards.runs.closing import close_over
from cards.runs.doing import add_note, take_up_run
from cards.runs.held import RunIsClosed
from cards.runs.starting import abandon_run
from cards.services.actions import void_action
from tests.factories import NOW, act, client_of, make_card, make_operator, make_user

from .play import Play

pytestmark = pytest.mark.django_db
FIVE, TODAY = Decimal(5), NOW.date()


@pytest.fixture
def card() -> Card:
    return make_card(
        make_user(),
        operator=make_operator("Zain", "KW"),
        purposes=("number-keeping",),
        period=(180, "day"),
        counts=("renewal", "top-up"),
        expires_on=date(2026, 12, 31),
    )


def page_of(card: Card, path: str) -> str:
    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        return " ".join(client_of(card.owner).get(path).content.decode().split())


def cancel(play: Play) -> None:
    act(play.card, "cancelled", on=TODAY, now=play.now)


def test_a_renewal_takes_nothing_any_more_when_the_card_is_gone(card: Card) -> None:
    play = Play.of(card, "renew-number-keeping")
    play.does("means")
    cancel(play)
    for refused in (
        lambda: play.does("pay", amount=FIVE, currency="KWD", paid_as="top-up"),
        lambda: play.does("check", expires_on=date(2027, 11, 21)),
        lambda: play.skips("app"),
        lambda: play.reopens("means"),
    ):
        with pytest.raises(RunIsClosed):
            refused()
    assert play.written("top-up") == [] and not play.written("reading")[1:]
    add_note(key="means", note="the shop still asks", **play.who)


def test_its_page_and_the_cards_say_so(card: Card) -> None:
    play = Play.of(card, "renew-number-keeping")
    cancel(play)
    text = page_of(card, f"/runs/{play.run.public_id}/")
    assert "The card is gone, and these steps with it." in text
    assert "/done/" not in text and "/abandon/" not in text and "/take-up/" not in text
    assert "Nothing is under way." in page_of(card, f"/cards/{card.public_id}/")


def test_the_system_closes_them_the_next_day_and_they_stay_closed(card: Card) -> None:
    play = Play.of(card, "renew-number-keeping")
    cancel(play)
    assert close_over(play.now, lambda: False) == 1
    assert Run.objects.get(pk=play.run.pk).state == "abandoned"
    assert Event.objects.get(card=card, kind="run-abandoned").by is None
    with pytest.raises(RunIsClosed):
        take_up_run(**play.who)


def test_undoing_the_end_brings_the_steps_back(card: Card) -> None:
    play = Play.of(card, "renew-number-keeping")
    cancel(play)
    close_over(play.now, lambda: False)
    void_action(action=play.written("cancelled")[0], by=card.owner, now=play.now)
    take_up_run(**play.who)
    play.does("means")
    assert play.state("means") == "done"


@pytest.mark.parametrize("key", ["number-gone", "switch-operator", "cancel-number-keeping", "cancel-roaming"])
def test_what_ends_a_card_or_moves_what_hangs_on_it_goes_on(card: Card, key: str) -> None:
    play = Play.of(card, key)
    cancel(play)
    play.skips("bound")
    assert close_over(play.now, lambda: False) == 0
    assert not play.is_done


def test_an_end_to_come_cuts_nothing_off(card: Card) -> None:
    play = Play.of(card, "renew-number-keeping")
    act(card, "cancelled", on=TODAY + timedelta(days=9), now=play.now)
    play.does("means")
    assert close_over(play.now, lambda: False) == 0


def test_a_card_that_the_operator_restored_is_kept_again(card: Card) -> None:
    play = Play.of(card, "cancel-number-keeping")
    play.does("apply", applied_on=TODAY, channel="hotline")
    play.does("confirmation", effective_on=TODAY)
    card.refresh_from_db()
    assert (card.intent, card.ended_as) == ("cancelling", "cancelled")
    act(card, "restored", on=TODAY, now=play.now + timedelta(minutes=5))
    card.refresh_from_db()
    assert (card.intent, card.ended_as) == ("keep", "")


def test_restoring_a_suspended_card_keeps_the_intent(card: Card) -> None:
    play = Play.of(card, "cancel-number-keeping")
    act(card, "suspended", on=TODAY)
    play.does("apply", applied_on=TODAY, channel="hotline")
    act(card, "restored", on=TODAY, now=play.now)
    card.refresh_from_db()
    assert card.intent == "cancelling"


def test_an_overdue_wait_leads_a_card_that_is_being_cancelled_before_the_question_for_its_date() -> None:
    card = make_card(make_user(), purposes=("number-keeping",), now=NOW - timedelta(days=30))
    assert Deadline.objects.filter(card=card, kind="ask-validity", state="open").exists()
    play = Play.of(card, "cancel-number-keeping")
    play.does("apply", applied_on=date(2026, 10, 1), channel="hotline")
    card.refresh_from_db()
    assert card.leading is not None and card.leading.kind == "wait"
    abandon_run(run=play.run, reason="", by=card.owner, now=play.now)
    card.refresh_from_db()
    assert card.leading is not None and card.leading.kind == "ask-validity"


def test_a_refund_recorded_beside_the_steps_that_wait_for_it_is_pointed_there(card: Card) -> None:
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=FIVE, currency="KWD")
    play.does_all("bound", "backup", "contact")
    play.does("apply", applied_on=TODAY, channel="app")
    play.does_all("identity", "review")
    play.does("approved", effective_on=TODAY)
    address = f"/cards/{card.public_id}/actions/add/?kind=refund"
    link = f'href="/runs/{play.run.public_id}/?step=refund"'
    assert link in page_of(card, address)
    play.does("refund", amount=FIVE, currency="KWD")
    assert "A refund is waited for" not in page_of(card, address)
