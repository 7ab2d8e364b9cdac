"""The playbooks of an eSIM, of a number kept by use and of the check-up, played in a real browser."""

from datetime import date, timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, Page

from cards.models import Action, CardSecrets, Run, StepRecord
from tests.factories import NOW, utc
from tests.mail_server import MailServer

from .playing import Player, bind, chat, kept_card

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("playbooks"),
]  # fmt: skip
CODE = "LPA:1$smdp.example.org$TOP-SECRET-77"
ICCID = "8997312345678901234"


def test_an_esim_is_activated_and_its_code_is_shown_nowhere(
    page: Page, site: str, clock: time_machine.Traveller
) -> None:
    card = kept_card(form="esim", purposes=("data",), number="", expires_on=None, period=None)
    alice = Player(page, site, card, clock).start("activate-esim")
    alice.does("device-ok")
    alice.does("buy", activation_code="not a code")
    alice.expects("An activation code looks like")
    alice.does("buy", activation_code=CODE, amount="8", currency="EUR")
    assert "TOP-SECRET" not in page.content()
    alice.does_all("install-app", "wifi")
    alice.does("activate", iccid=ICCID, phone_number="+973 3333 4567", activated_on="2026-12-01",
               activation_note="Scanned twice")  # fmt: skip
    alice.does("first-top-up", amount="5", currency="BHD", method="cash point")
    alice.does("check", balance="5", currency="BHD", data_left="2", data_unit="gb", expires_on="2027-05-30")
    assert alice.is_done("TOP-SECRET", ICCID)
    assert "TOP-SECRET" not in page.content()
    card.refresh_from_db()
    assert (card.iccid, card.number) == (ICCID, "+97333334567")
    assert CardSecrets.objects.get(card=card).activation_code == CODE
    assert alice.ledger() == ["note", "activated", "top-up", "reading"]
    assert Action.objects.get(kind="note").amount == 8
    assert [kind for _step, kind in alice.records()] == ["done"] * 7
    assert alice.ends("line") == "2027-05-30"


def test_an_esim_moves_and_two_devices_tick_the_same_step_at_once(
    page: Page, browser: Browser, site: str, clock: time_machine.Traveller
) -> None:
    alice = Player(page, site, kept_card(form="esim"), clock).start("move-phone")
    alice.does("installs", installs_left="2")
    other = Player(browser.new_context(locale="en-GB").new_page(), site, alice.card, clock)
    other.opens(alice.run)
    assert (alice.current, other.current) == ("transfer", "transfer")
    with page.expect_navigation(), other.page.expect_navigation():
        for device in (alice, other):
            device.now.get_by_role("button", name="Done").click(no_wait_after=True)
    assert sum("done meanwhile" in device.page.inner_text("body") for device in (alice, other)) == 1
    assert StepRecord.objects.filter(step="transfer").count() == 1
    other.opens()
    other.does("works")
    alice.opens()
    alice.does("delete-old")
    assert alice.is_done()
    alice.card.refresh_from_db()
    assert alice.card.installs_left == 2
    assert alice.records() == [(key, "done") for key in ("installs", "transfer", "works", "delete-old")]
    other.page.context.close()


def test_the_operator_is_switched_and_the_old_card_is_kept_by_other_steps(
    page: Page, site: str, clock: time_machine.Traveller
) -> None:
    card = kept_card(form="esim")
    bind(card, "Bank", "Messenger")
    alice = Player(page, site, card, clock).start("switch-operator")
    switch = alice.run
    alice.does("new-esim", activation_code=CODE, successor_name="New operator")
    card.refresh_from_db()
    assert card.successor is not None and card.successor.label == "New operator"
    assert not hasattr(card, "secrets") and card.successor.secrets.activation_code == CODE
    alice.skips("keep-number", "It stays where it is")
    alice.does("profile")
    alice.moves("Bank", "+86 138 0000 0000")
    alice.moves("Messenger", "e-mail")
    alice.does("bound")
    alice.press(alice.now.get_by_role("button", name="Keep a number alive by using it"))
    alice.arrives()
    assert (alice.run.playbook.key, alice.run.state) == ("keep-alive-by-use", "open")
    alice.run = switch
    assert alice.is_done("TOP-SECRET")
    assert [row.moved_to for row in card.services.order_by("pk")] == ["+86 138 0000 0000", "e-mail"]
    assert alice.records()[-4:] == [
        ("bound", "ticked"), ("bound", "ticked"), ("bound", "done"), ("old-card", "done"),
    ]  # fmt: skip


def test_a_number_is_kept_alive_by_an_sms_that_counts_only_when_it_was_charged(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    card = kept_card(counts=("sms",))
    alice = Player(page, site, card, clock, mail_server)
    Action.objects.create(card=card, kind="reading", acted_on=date(2026, 11, 22), balance=5, currency="BHD",
                          recorded_at=NOW - timedelta(days=9), by=card.owner)  # fmt: skip
    alice.start("keep-alive-by-use")
    alice.does_all("find-card", "prepare")
    alice.does("act", action_kind="sms", acted_on="2026-12-01")
    alice.does("charged", balance="5", currency="BHD")
    alice.expects("it should be less than")
    alice.follows(alice.later(utc("2026-12-02 01:00")), "To be checked")
    alice.does("charged", balance="4.95", currency="BHD")
    alice.skips("put-back", "It stays in the phone")
    assert alice.is_done()
    assert alice.ledger()[-3:] == ["sms", "reading", "reading"]
    assert (alice.ends("line"), alice.ends("verify")) == ("2027-05-30", "none")
    assert alice.records()[-3:] == [("charged", "not-yet"), ("charged", "done"), ("put-back", "skipped")]


def test_a_check_up_opens_by_itself_is_given_up_and_taken_up_again(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    card = kept_card(now=utc("2026-08-01 02:00"), expires_on=date(2027, 6, 30))
    alice = Player(page, site, card, clock, mail_server)
    alice.later(utc("2026-12-01 02:00"))
    run = Run.objects.get(card=card)
    assert (run.playbook.key, run.by, alice.ends("check-up")) == ("check-up", None, "2026-12-15")
    page.goto(f"{site}/cards/{card.public_id}/")
    alice.press(page.locator(f"a[href='/runs/{run.public_id}/']").first)
    alice.arrives()
    alice.looks_right()
    alice.expects("by the system")
    alice.does("log-in")
    alice.press(page.get_by_role("link", name="Give up"))
    page.get_by_label("Reason").fill("No time")
    alice.press(page.get_by_role("button", name="Give up"))
    run.refresh_from_db()
    assert (run.state, run.reason, alice.ends("check-up")) == ("abandoned", "No time", "none")
    alice.press(page.get_by_role("button", name="Take up again"))
    assert alice.ends("check-up") == "2026-12-15"
    told = card.events.filter(kind__startswith="run-").order_by("pk").values_list("kind", "by")
    assert list(told) == [
        ("run-opened", None),
        ("run-abandoned", card.owner_id),
        ("run-reopened", card.owner_id),
    ]
    alice.follows(alice.later(utc("2026-12-15 01:00")), "Check-up")
    alice.does("read-state", balance="4", currency="BHD", expires_on="2027-06-30")
    alice.does("charges", note="Nothing odd", files=[chat("all known")])
    alice.does_all("usage", "personal-data")
    alice.skips("password", "Was changed last week")
    alice.skips("promotions")
    assert alice.is_done()
    assert alice.records()[:2] == [("log-in", "done"), ("read-state", "done")]
    assert (alice.ends("check-up"), alice.proofs()) == ("none", [("charges", "text")])
