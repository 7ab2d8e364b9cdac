"""Checks that miss something, waits, lists and steps that are opened again, on the page of a run."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cards.models import BoundService, Card, Run
from cards.queries.ledger import voided_ids
from cards.runs.doing import do_step, skip_step
from cards.runs.homes import Typed
from cards.services.bound import BoundFacts, add_service
from tests.factories import NOW, make_card, make_user, utc
from tests.runs.browse import begin, kept_card, kinds, page_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return kept_card()


def paid(card: Card) -> Run:
    run = begin(card, "top-up", "open-app", "promotions")
    typed = Typed(values={"amount": Decimal(5), "currency": "BHD"}, paid_as="top-up")
    do_step(run=run, key="pay", typed=typed, by=card.owner, now=NOW)
    return run


def test_a_check_says_what_is_missing_and_when_it_is_asked_again(card: Card) -> None:
    run = paid(card)
    send(run, "check", expires_on="2026-12-31")
    page = page_of(run)
    assert kinds(run)[-1] == "not-yet"
    assert "the operator shows Thu, 31 Dec 2026; expected is" in page
    assert "You are asked again on Wed, 2 Dec 2026" in page
    assert reverse("run_start", args=[card.public_id, "troubleshoot"]) in page
    assert "It is right as I typed it" in page


def test_what_is_right_as_typed_needs_a_reason(card: Card) -> None:
    run = paid(card)
    send(run, "check", expires_on="2026-12-31")
    response = send(run, "check", expires_on="2026-12-31", accept="1")
    assert response.status_code == 422
    assert "Please say why it is right" in response.content.decode()
    send(run, "check", expires_on="2026-12-31", accept="1", note="The operator told me so")
    run.refresh_from_db()
    assert run.state == "done"


def test_nothing_arrived_yet_is_one_press(card: Card) -> None:
    run = paid(card)
    send(run, "check", "not_yet")
    assert kinds(run)[-1] == "not-yet"
    assert "It has not arrived yet." in page_of(run)


def test_a_check_that_was_fine_is_looked_at_once_more(card: Card) -> None:
    run = begin(card, "renew-number-keeping", "validity", "means", "app", "backup", "log-in", "bill", "plan",
                "method", "pay")  # fmt: skip
    send(run, "check", expires_on="2027-06-30")
    assert "Look once more on Fri, 4 Dec 2026" in page_of(run)
    send(run, "check", "look")
    run.refresh_from_db()
    assert run.state == "done"


def test_opening_again_keeps_the_entries_or_undoes_them(card: Card) -> None:
    run = paid(card)
    entry = run.records.get(step="pay").entries.get()
    send(run, "pay", "reopen", note="Was too little")
    assert entry.pk not in voided_ids(card.actions.all())
    send(run, "pay", paid_as="top-up", amount="7", currency="BHD")
    newer = run.records.filter(step="pay", kind="done").latest("pk").entries.get()
    send(run, "pay", "reopen", undo="on")
    assert newer.pk in voided_ids(card.actions.all())
    assert "Step 3 of 4" in page_of(run)
    before = kinds(run)
    send(run, "pay", "reopen")
    assert kinds(run) == before  # open already


def waiting(card: Card) -> Run:
    run = begin(card, "cancel-roaming", "balance", "bound", "backup", "contact")
    send(run, "apply", applied_on="2026-12-01", channel="mail", reason="Leaving")
    skip_step(run=run, key="identity", reason="x", by=card.owner, now=NOW)
    return run


def test_a_wait_shows_both_dates_and_how_to_reach_the_operator(card: Card) -> None:
    page = page_of(waiting(card))
    assert "Waiting since</dt><dd>Tue, 1 Dec 2026" in page
    assert "At the earliest" in page
    assert "At the latest" in page
    assert "#operator" in page


def test_a_length_nobody_named_is_asked_for(card: Card) -> None:
    run = begin(card, "cancel-number-keeping", "account", "balance", "bound", "contact", "identity")
    send(run, "apply", applied_on="2026-12-01")
    page = page_of(run, "await-confirmation")
    assert "Ask support by" in page
    assert "ask support how long" in page


def test_chasing_keeps_the_promise(card: Card) -> None:
    run = waiting(card)
    assert send(run, "review", "chase", promised_on="2026-11-01").status_code == 422
    send(run, "review", "chase", promised_on="2027-02-01", note="Still in review")
    record = run.records.latest("pk")
    assert (record.kind, record.values) == ("chased", {"promised_on": "2027-02-01"})
    page = page_of(run)
    assert "an answer is promised by Mon, 1 Feb 2027" in page
    assert "Still in review" in page


def test_items_are_ticked_critical_ones_first(card: Card) -> None:
    for name, is_critical in (("Forum", False), ("Bank", True)):
        facts = BoundFacts(name=name, is_critical=is_critical)
        add_service(card=card, facts=facts, by=card.owner, now=NOW)
    run = begin(card, "number-gone")
    page = page_of(run)
    assert page.index("<strong>Bank</strong>") < page.index("<strong>Forum</strong>")
    response = send(run, "bound")
    assert response.status_code == 422
    assert "Still open and critical: Bank." in response.content.decode()
    bank = BoundService.objects.get(name="Bank")
    send(run, "bound", "tick", service=bank.public_id, is_ticked="1", moved_to="new number")
    bank.refresh_from_db()
    assert (bank.moved_on, bank.moved_to) == (date(2026, 12, 1), "new number")
    send(run, "bound", "tick", service=bank.public_id)
    bank.refresh_from_db()
    assert bank.moved_on is None
    send(run, "bound", note="I go to the bank tomorrow")
    assert kinds(run)[-2:] == ["overridden", "done"]


def test_only_the_cards_own_items_can_be_ticked(card: Card) -> None:
    bob = make_user("bob@example.org")
    other = make_card(bob)
    theirs = add_service(card=other, facts=BoundFacts(name="Theirs"), by=bob, now=NOW)
    run = begin(card, "number-gone")
    assert send(run, "bound", "tick", service=theirs.public_id, is_ticked="1").status_code == 404


def test_a_number_past_its_last_day_is_told_to_be_applied_for_anew() -> None:
    stage = {"name": "restorable", "count": 10, "unit": "day", "consequence": "number"}
    card = make_card(
        make_user(), period=(30, "day"), stages=(stage,), expires_on=date(2026, 11, 1),
        now=utc("2026-10-20 00:00"), purposes=("number-keeping",),
    )  # fmt: skip
    page = page_of(begin(card, "restore-suspended"))
    assert "Window over" in page and "Not needed as things are" not in page
