"""Turns that a run takes later: entries corrected or taken back, steps opened again, waits left out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cards.catalogue.errors import CatalogueError
from cards.models import Card, Event
from cards.runs.closing import close_over
from cards.runs.doing import say_needed, take_up_run
from cards.runs.starting import abandon_run
from cards.services.actions import ActionFacts, correct_action, record_action, void_action
from cards.services.playbooks import save_playbook
from tests.factories import NOW, act, make_card, make_operator, make_plan, make_user

from .play import Play

pytestmark = pytest.mark.django_db
FIVE, NOTHING, TODAY = Decimal(5), Decimal(0), NOW.date()


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


def _waits_for_refund(card: Card) -> Play:
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=FIVE, currency="KWD")
    play.does_all("bound", "backup")
    play.does("contact", case_number="1")
    play.does("apply", applied_on=TODAY, channel="hotline")
    play.does_all("identity", "review")
    play.does("approved", effective_on=TODAY)
    play.skips("last-bill")
    assert play.current == "refund"
    return play


def _no_balance_after_all(play: Play) -> None:
    told = next(action for action in play.written("reading") if action.balance is not None)
    facts = ActionFacts(kind="reading", acted_on=TODAY, balance=NOTHING, currency="KWD")
    correct_action(action=told, facts=facts, by=play.card.owner, now=play.now)


def _to_be_paid(card: Card) -> Play:
    play = Play.of(card, "renew-data-card")
    play.does_all("register", "log-in")
    play.does("read-state", data_left=100)
    play.does("decide", renew_or_let_end="renew")
    play.does("choose-plan", plan="same")
    return play


def _paid(card: Card) -> Play:
    play = _to_be_paid(card)
    play.does("pay", amount=FIVE, currency="KWD")
    return play


def _applied(card: Card) -> Play:
    play = Play.of(card, "cancel-number-keeping")
    play.does("account", owed=NOTHING, balance=NOTHING, currency="KWD")
    play.does_all("balance", "bound")
    play.does("contact", case_number="7")
    play.skips("identity")
    play.does("apply", applied_on=TODAY, channel="hotline")
    play.skips("form")
    play.does("await-confirmation")
    return play


def test_a_run_in_which_a_correction_left_nothing_is_closed_daily(card: Card) -> None:
    play = _waits_for_refund(card)
    _no_balance_after_all(play)
    assert play.state("refund") == "not-needed" and play.ends("refund") == "none"
    assert close_over(play.now, lambda: False) == 1
    assert play.is_done
    assert close_over(play.now, lambda: False) == 0
    assert Event.objects.get(card=card, kind="run-done").by is None


def test_a_run_in_which_something_is_left_stays_open(card: Card) -> None:
    play = _waits_for_refund(card)
    assert close_over(play.now, lambda: False) == 0
    assert not play.is_done


def test_closing_stops_when_its_time_is_over(card: Card) -> None:
    play = _waits_for_refund(card)
    _no_balance_after_all(play)
    assert close_over(play.now, lambda: True) == 0
    assert not play.is_done


def test_a_payment_taken_back_and_brought_back_closes_the_run(card: Card) -> None:
    play = Play.of(card, "top-up")
    play.does_all("open-app", "promotions")
    play.does("pay", amount=FIVE, currency="KWD")
    void_action(action=play.written("top-up")[0], by=card.owner, now=play.now)
    play.skips("check")
    assert play.current == "pay" and not play.is_done
    void_action(action=play.written("void")[0], by=card.owner, now=play.now)
    close_over(play.now, lambda: False)
    assert play.is_done


def test_a_run_taken_up_with_nothing_left_is_done(card: Card) -> None:
    play = _waits_for_refund(card)
    abandon_run(run=play.run, reason="", by=card.owner, now=play.now)
    _no_balance_after_all(play)
    take_up_run(**play.who)
    assert play.is_done


def test_a_cancellation_taken_up_again_cancels_again(card: Card) -> None:
    play = Play.of(card, "cancel-roaming")
    play.does("apply", applied_on=TODAY, channel="hotline")
    abandon_run(run=play.run, reason="", by=card.owner, now=play.now)
    card.refresh_from_db()
    assert card.intent == "keep"
    take_up_run(**play.who)
    card.refresh_from_db()
    assert card.intent == "cancelling"


def test_a_check_that_was_left_out_is_not_asked_for(card: Card) -> None:
    play = _paid(card)
    play.not_yet("verify")
    play.skips("verify")
    assert play.state("verify") == "skipped" and not play.is_done
    assert play.ends("verify") == "none"


def test_a_corrected_reading_is_still_the_one_before_the_payment(card: Card) -> None:
    play = _paid(card)
    facts = ActionFacts(kind="reading", acted_on=TODAY, data_left_mib=120)
    told = next(action for action in play.written("reading") if action.data_left_mib)
    correct_action(action=told, facts=facts, by=card.owner, now=play.now)
    assert play.does("verify", data_left=110) != ()


def test_a_reading_before_a_corrected_payment_stays_after_it(card: Card) -> None:
    play = _paid(card)
    reading = ActionFacts(kind="reading", acted_on=TODAY, acted_at=play.now, data_left_mib=5000)
    record_action(card=card, facts=reading, by=card.owner, now=play.now)
    facts = ActionFacts(kind="renewal", acted_on=TODAY, amount=Decimal(6), currency="KWD")
    correct_action(action=play.written("renewal")[0], facts=facts, by=card.owner, now=play.now)
    assert play.does("verify", data_left=5000) == ()


def test_a_not_yet_that_was_taken_back_does_not_put_the_check_off(card: Card) -> None:
    play = _paid(card)
    first = play.ends("verify")
    play.later(days=5).does("verify", data_left=10)
    assert play.ends("verify") > first
    void_action(action=play.written("reading")[-1], by=card.owner, now=play.now)
    assert play.ends("verify") == first


def test_a_promise_earlier_than_the_end_is_held_to(card: Card) -> None:
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=FIVE, currency="KWD")
    play.does_all("bound", "backup")
    play.does("contact", case_number="1")
    play.does("apply", applied_on=TODAY, channel="hotline")
    play.does("identity")
    promised = TODAY + timedelta(days=4)
    play.later(days=1).chases("review", promised)
    assert play.ends("wait") == str(promised)


def test_a_last_bill_is_not_checked_before_the_end_takes_effect(card: Card) -> None:
    play = _applied(card)
    play.does("confirmation", effective_on=date(2027, 2, 28))
    play.skips("await-effect")
    assert play.ends("verify") == "2027-03-30"


@pytest.mark.parametrize(("first", "then"), [((2, 28), (1, 15)), ((1, 15), (2, 28))])
def test_a_day_told_anew_replaces_the_one_before(
    card: Card, first: tuple[int, int], then: tuple[int, int]
) -> None:
    play = _applied(card)
    play.does("confirmation", effective_on=date(2027, *first))
    play.reopens("confirmation")
    play.does("confirmation", effective_on=date(2027, *then))
    card.refresh_from_db()
    assert card.ended_on == date(2027, *then)
    assert play.ends("wait") == str(date(2027, *then))


def test_opening_a_step_of_a_done_run_again_is_told(card: Card) -> None:
    play = Play.of(card, "move-phone")
    play.does("installs", installs_left=2)
    play.does_all("transfer", "works", "delete-old")
    assert play.is_done
    play.reopens("works")
    assert Event.objects.filter(card=card, kind="run-reopened").count() == 1


def test_a_step_that_was_needed_can_be_opened_again(card: Card) -> None:
    play = Play.of(card, "restore-suspended")
    play.does("log-in")
    play.does("arrears", amount=FIVE, currency="KWD")
    say_needed(key="reapply", note="", **play.who)
    play.does("reapply")
    play.skips("check")
    assert play.is_done
    play.reopens("reapply")
    assert not play.is_done and play.current == "reapply"


def test_a_plan_added_by_hand_outlives_a_purchase_taken_back(card: Card) -> None:
    plan = make_plan(card, on=TODAY)
    play = Play.of(card, "top-up")
    ends = play.ends("plan-end")
    bought = act(card, "plan-bought", on=TODAY, subscription=plan, now=NOW + timedelta(hours=1))
    void_action(action=bought, by=card.owner, now=NOW + timedelta(hours=2))
    assert play.ends("plan-end") == ends != "none"


_OWN = """guide = "own"
title = {{ en = "X", zh = "X" }}
[[step]]
key = "a"
kind = "do"
title = {{ en = "a", zh = "a" }}
[[step]]
key = "w"
kind = "{kind}"
title = {{ en = "w", zh = "w" }}
{rest}
"""


@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        ("wait", "wait = { max = 99999999 }"),
        ("wait", 'wait = { max = 367, unit = "working-day" }'),
        ("verify", 'asks = ["balance"]\nrecheck = { count = 999999, unit = "year" }'),
        ("wait", 'wait = { max = 7 }\nlook = { what = "charges", count = 999999, unit = "year" }'),
    ],
)
def test_a_length_beyond_all_calendars_is_refused(card: Card, kind: str, rest: str) -> None:
    with pytest.raises(CatalogueError):
        save_playbook(key="x", text=_OWN.format(kind=kind, rest=rest), by=card.owner, now=NOW)
