"""The playbooks that pay, played from their start page to their end in a real browser."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, Page

from cards.models import Action, Run
from cards.queries.ledger import voided_ids
from tests.factories import NOW, make_plan, make_user, utc
from tests.mail_server import MailServer, text_of

from .playing import Player, bind, chat, kept_card, paper, photo, stored_bytes

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("playbooks"),
]  # fmt: skip
ALL_DONE = "That was the last step: everything is done."


def test_a_top_up_that_has_not_arrived_is_asked_about_the_next_day_until_it_has(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    alice = Player(page, site, kept_card(), clock, mail_server).start("top-up")
    alice.does("open-app")
    alice.skips("promotions")
    alice.does("pay", amount="5", currency="BHD", method="PayPal", order_number="T-1", files=[photo()])
    alice.does("check", expires_on="2026-12-31")
    alice.expects("the operator shows Thu, 31 Dec 2026; expected is")
    assert alice.ends("verify") == "2026-12-02"
    alice.follows(alice.later(utc("2026-12-02 01:00")), "To be checked")
    alice.says_not_yet()
    assert alice.ends("verify") == "2026-12-03"
    alice.follows(alice.later(utc("2026-12-03 01:00")), "To be checked")
    alice.does("check", expires_on="2027-05-30", balance="5", currency="BHD")
    alice.expects(ALL_DONE)
    assert alice.is_done()
    assert alice.ledger() == ["rule-changed", "reading", "top-up", "reading", "reading"]
    assert (alice.ends("line"), alice.ends("verify")) == ("2027-05-30", "none")
    assert alice.records() == [
        ("open-app", "done"), ("promotions", "skipped"), ("pay", "done"), ("check", "not-yet"),
        ("check", "not-yet"), ("check", "done"),
    ]  # fmt: skip
    assert alice.by_system() == [("check", "reminded"), ("check", "reminded")]
    assert alice.proofs() == [("pay", "picture")]
    address = page.locator("a[href*='/evidence/']").first.get_attribute("href")
    kept = page.request.get(f"{site}{address}")
    assert (kept.status, kept.headers["content-type"]) == (200, "image/jpeg")
    assert b"PhoneMaker" in photo()["buffer"]
    assert b"PhoneMaker" not in kept.body() + stored_bytes(tmp_path / "evidence")


def test_a_renewal_begins_at_its_reminder_and_is_looked_at_once_more(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    card = kept_card()
    bind(card, "Bank")
    alice = Player(page, site, card, clock, mail_server)
    [mail] = alice.later(utc("2026-12-24 01:00"))
    [link] = re.findall(rf"{site}/cards/\S+/start/renew-number-keeping/", text_of(mail))
    page.goto(link)
    alice.begin()
    alice.does("validity", expires_on="2026-12-31")
    alice.does("means")
    alice.skips("app", "It is on the phone")
    alice.moves("Bank")
    alice.does_all("backup", "log-in")
    alice.does("bill", balance="5", currency="BHD", expires_on="2026-12-31")
    alice.does("plan", plan_text="The same as before")
    alice.does("method", method="Alipay")
    alice.does("pay", amount="5", currency="BHD", order_number="R-17", confirmation_text="Paid, thank you",
               files=[paper(), photo()])  # fmt: skip
    alice.does("check", expires_on="2027-06-22")
    assert alice.ends("look") == "2026-12-27"
    alice.follows(alice.later(utc("2026-12-27 01:00")), "Look again")
    alice.presses("look")
    assert alice.is_done()
    assert alice.records()[-3:] == [("pay", "done"), ("check", "done"), ("check", "looked")]
    assert ("backup", "ticked") in alice.records()
    paid = Action.objects.get(card=card, kind="renewal")
    assert (paid.method, paid.order_number, paid.note) == ("Alipay", "R-17", "Paid, thank you")
    assert (alice.ends("line"), alice.ends("look")) == ("2027-06-22", "none")
    assert alice.proofs() == [("pay", "pdf"), ("pay", "picture")]


def test_a_data_card_is_renewed_and_support_is_asked_while_it_has_not_arrived(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    card = kept_card(purposes=("data",), period=None)
    plan = make_plan(card, on=date(2026, 11, 10), name="Month", period_count=30, price=3, currency="BHD",
                     data_mib=10240, now=NOW - timedelta(days=10))  # fmt: skip
    alice = Player(page, site, card, clock, mail_server).start("renew-data-card")
    before = alice.ends("plan-end")
    alice.skips("register", "I have one")
    alice.does("log-in")
    alice.does("read-state", target=plan.public_id, data_left="1", data_unit="gb", expires_on=before)
    alice.does("decide", renew_or_let_end="renew", target=plan.public_id)
    alice.does("choose-plan", plan=f"renew:{plan.public_id}")
    alice.does("pay", method="Apple Pay", order_number="D-3", files=[photo(), chat("receipt")])
    after = alice.ends("plan-end")
    assert after > before
    alice.does("verify", data_left="0.9", expires_on=before)
    alice.expects("it should be beyond 1 GB")
    alice.opens(step="support")
    alice.does("support", note="They look into it", files=[chat()])
    alice.follows(alice.later(utc("2026-12-02 01:00")), "To be checked")
    alice.does("verify", data_left="11", data_unit="gb", expires_on=after)
    alice.does("try-it")
    alice.expects(ALL_DONE)
    assert alice.is_done()
    assert (alice.ends("plan-end"), alice.ends("verify")) == (after, "none")
    paid = Action.objects.get(card=card, kind="renewal")
    assert (paid.subscription, paid.amount, paid.method) == (plan, 3, "Apple Pay")
    assert alice.ledger()[-4:] == ["reading", "renewal", "reading", "reading"]
    assert alice.proofs() == [("pay", "picture"), ("pay", "text"), ("support", "text")]


def test_a_payment_that_fails_is_looked_into_undone_and_made_anew(
    page: Page, site: str, clock: time_machine.Traveller
) -> None:
    alice = Player(page, site, kept_card(), clock).start("top-up", looks=False)
    top_up = alice.run
    alice.does_all("open-app", "promotions")
    alice.does("pay", amount="5", currency="BHD", method="credit card")
    alice.says_not_yet()
    alice.expects("It has not arrived yet.")
    alice.press(page.get_by_role("link", name="What to do when it fails"))
    alice.begin()
    assert alice.run.playbook.key == "troubleshoot"
    alice.does_all("network", "update-app", "limit")
    alice.skips("other-method", "Later")
    alice.does("support", note="The bank refused it", files=[chat(), photo()])
    assert alice.is_done()
    assert alice.proofs() == [("support", "text"), ("support", "picture")]

    alice.opens(top_up, step="pay")
    alice.tells("reopen", note="Refused by the bank", undo="on")
    assert alice.current == "pay"
    alice.does("pay", amount="5", currency="BHD", method="WeChat Pay", order_number="T-2")
    alice.does("check", expires_on="2027-05-30")
    assert alice.is_done() and alice.run == top_up
    assert alice.ledger() == ["rule-changed", "reading", "top-up", "void", "top-up", "reading"]
    first, second = Action.objects.filter(card=alice.card, kind="top-up").order_by("pk")
    assert {first.pk} <= voided_ids(alice.card.actions.all()) and second.method == "WeChat Pay"
    assert alice.records()[-4:] == [
        ("check", "not-yet"), ("pay", "reopened"), ("pay", "done"), ("check", "done"),
    ]  # fmt: skip
    assert Run.objects.filter(state="done").count() == 2


def test_a_suspended_card_is_restored_in_chinese_on_a_small_phone_without_javascript(
    browser: Browser, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    size = {"width": 360, "height": 740}
    context = browser.new_context(java_script_enabled=False, viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    card = kept_card(owner=make_user(language="zh-hans"), expires_on=date(2026, 11, 28))
    alice = Player(context.new_page(), site, card, clock, mail_server).start("restore-suspended", looks=False)
    alice.fits()
    alice.expects("恢复已停机的卡", "尽快登录账户")
    alice.does("log-in")
    alice.does("arrears", amount="5", currency="BHD", method="支付宝", files=[photo()], note="多付了一点")
    alice.does("check", expires_on="2026-11-28")
    alice.fits()
    text = alice.follows(alice.later(utc("2026-12-02 01:00")), "确认服务已恢复")
    assert "恢复已停机的卡" in text
    alice.does("check", expires_on="2027-05-30")
    alice.fits()
    assert alice.is_done()
    assert alice.ledger()[-3:] == ["top-up", "reading", "reading"]
    assert alice.records() == [
        ("log-in", "done"), ("arrears", "done"), ("check", "not-yet"), ("check", "done"),
    ]  # fmt: skip
    assert (alice.ends("line"), alice.proofs()) == ("2027-05-30", [("arrears", "picture")])
    context.close()
