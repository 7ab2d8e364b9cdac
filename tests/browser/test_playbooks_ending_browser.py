"""The playbooks that end a card, with everything that is late, played in a real browser."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import Page

from cards.models import Action, Card, Intent
from tests.factories import NOW, act, utc
from tests.mail_server import MailServer, text_of

from .playing import Player, bind, chat, kept_card, paper, photo, web_page

pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("playbooks"),
]  # fmt: skip


def morning(day: str, more: int = 0) -> datetime:
    """The reminder hour in Shanghai of a day, or of some days later."""
    return utc(f"{day} 01:00") + timedelta(days=more)


def ending_card(**facts: object) -> Card:
    card = kept_card(**facts)
    bind(card, "Bank")
    assert card.operator is not None
    card.operator.hotline = "+973 196"
    card.operator.save()
    return card


def test_a_review_is_late_over_a_holiday_and_is_chased_until_the_roaming_card_is_gone(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    card = ending_card(purposes=("roaming",), expires_on=date(2027, 6, 1), period=None)
    alice = Player(page, site, card, clock, mail_server).start("cancel-roaming", wished_on="2027-01-31")
    alice.expects("For an end by Sun, 31 Jan 2027, apply by Sun, 10 Jan 2027 at the latest.")
    assert alice.ends("apply") == "2027-01-10"
    alice.does("balance", balance="5", currency="BHD")
    alice.does("bound")
    alice.expects("Still open and critical: Bank.")
    alice.moves("Bank", "+86 138 0000 0000")
    alice.does_all("bound", "backup")
    alice.does("contact", case_number="CASE-77", files=[chat()])
    alice.does("apply", channel="mail", reason="Leaving", applied_on="2026-12-01", files=[photo()],
               refund_account_note="IBAN ends 99")  # fmt: skip
    card.refresh_from_db()
    assert (card.intent, alice.ends("apply")) == (Intent.CANCELLING, "none")
    alice.does("identity")
    # 15 working days from 1 Dec: Fridays, Saturdays and the national days of 16 and 17 Dec are none
    alice.expects("Thu, 24 Dec 2026")
    assert alice.ends("wait") == "2026-12-24"
    alice.follows(alice.later(morning("2026-12-24")), "Waited for", "last day today")
    text = alice.follows(alice.later(morning("2026-12-25")), "Waited for", "over since today")
    assert "Applied for on Tue, 1 Dec 2026." in text and "Hotline: +973 196" in text
    assert not [secret for secret in ("CASE-77", "IBAN", "33334567") if secret in text]
    alice.tells("chase", promised_on="2027-01-03", note="Mr Ali promised it")
    assert alice.ends("wait") == "2027-01-03"
    assert alice.later(morning("2027-01-02")) == []
    alice.follows(alice.later(morning("2027-01-03")), "Waited for")
    alice.does("review")
    alice.does("approved", effective_on="2027-01-03", files=[paper()])
    card.refresh_from_db()
    assert (card.ended_as, card.ended_on, alice.ends("line")) == ("cancelled", date(2027, 1, 3), "none")
    due = alice.ends("refund")
    alice.follows(alice.later(morning("2027-02-02")), "To be checked")
    alice.does("last-bill", owed="0")
    assert alice.later(morning(due, -2)) == []
    alice.follows(alice.later(morning(due)), "Refund due")
    alice.does("refund", amount="5", currency="BHD")
    assert alice.is_done() and alice.ends("refund") == "none"
    assert alice.ledger()[-3:] == ["reading", "cancelled", "refund"]
    assert ("review", "chased") in alice.records() and ("bound", "ticked") in alice.records()
    assert alice.by_system() == [
        ("review", "reminded"), ("review", "reminded"), ("review", "overdue"), ("review", "reminded"),
        ("last-bill", "reminded"), ("refund", "reminded"),
    ]  # fmt: skip
    assert alice.proofs() == [("contact", "text"), ("apply", "picture"), ("approved", "pdf")]
    page.goto(f"{site}/cards/{card.public_id}/")
    alice.expects(re.compile(r"Cancelled .* Sun, 3 Jan 2027\."))


def test_a_kept_number_is_cancelled_and_its_deposit_is_chased_every_week(
    page: Page, site: str, mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    card = ending_card(expires_on=date(2027, 12, 1))
    alice = Player(page, site, card, clock, mail_server).start("cancel-number-keeping")
    alice.does("account", balance="0", currency="BHD", owed="3")
    alice.does("settle", currency="BHD", method="bank transfer")
    alice.skips("balance", "Nothing is left")
    alice.does("bound", note="The bank is closed until Monday")
    alice.does("contact", case_number="C-8", expected_days="10", files=[chat(), web_page()])
    alice.expects("chat.html")
    alice.does("identity")
    alice.does("apply", channel="hotline", reason="Unused", applied_on="2026-12-01", files=[photo(), paper()])
    alice.does("form", files=[paper()])
    assert alice.ends("wait") == "2026-12-11"
    alice.follows(alice.later(morning("2026-12-11")), "Waited for")
    alice.does("await-confirmation")
    alice.does("confirmation", effective_on="2026-12-31", files=[chat("Confirmed for 31 December")])
    assert (alice.ends("wait"), alice.ends("look")) == ("2026-12-31", "2026-12-18")
    alice.follows(alice.later(morning("2026-12-18")), "Look again")
    alice.tells("look")
    assert alice.ends("look") == "2026-12-25"
    alice.follows(alice.later(morning("2026-12-31")), "last day today")
    alice.does("await-effect")
    assert alice.ends("verify") == "2027-01-30"
    alice.follows(alice.later(morning("2027-01-30")), "To be checked")
    alice.does("last-bill", owed="3", currency="BHD")
    alice.expects("is still unpaid; nothing should be.")
    alice.follows(alice.later(morning(alice.ends("verify"))), "To be checked")
    alice.does("last-bill", owed="0")
    alice.does("ask-deposit", amount="20", currency="BHD")
    due = alice.ends("refund")
    for week in range(3):
        text = alice.follows(alice.later(morning(due, 1 + 7 * week)), "Refund due")
        assert "Deposit refunded" in text and "Hotline: +973 196" in text
    alice.tells("chase", note="They send it again")
    assert alice.ends("refund") == str(date.fromisoformat(due) + timedelta(days=22))
    alice.does("deposit", amount="20", currency="BHD")
    assert alice.is_done() and alice.ends("refund") == "none"
    assert Action.objects.get(card=card, kind="fee").amount == 3
    assert Action.objects.get(card=card, kind="refund").amount == 20
    assert Action.objects.get(card=card, kind="cancelled").acted_on == date(2026, 12, 31)
    assert ("bound", "overridden") in alice.records() and ("await-effect", "looked") in alice.records()
    assert alice.by_system().count(("deposit", "reminded")) == 3
    assert ("deposit", "overdue") in alice.by_system()
    assert len(alice.proofs()) == 5
    assert not [mail for mail in mail_server.mails if "Line validity" in text_of(mail)]


def test_a_lost_number_has_its_services_moved_and_gets_a_successor(
    page: Page, site: str, clock: time_machine.Traveller
) -> None:
    card = ending_card()
    act(card, "lost", on=NOW.date())
    alice = Player(page, site, card, clock)
    page.goto(f"{site}/")
    alice.press(page.locator("a[href$='/start/number-gone/']").first)
    alice.begin()
    gone = alice.run
    alice.moves("Bank", "+86 138 0000 0000")
    alice.does("bound")
    alice.does("ask", note="They gave it to somebody else", files=[chat(), photo(), paper()])
    alice.press(alice.now.get_by_role("button", name="Activate an eSIM"))
    alice.arrives()
    card.refresh_from_db()
    assert alice.run.playbook.key == "activate-esim"
    # The lost card stays as it was: the new one stands in its place.
    assert alice.run.card == card.successor != card
    alice.run = gone
    assert alice.is_done()
    assert alice.records() == [("bound", "ticked"), ("bound", "done"), ("ask", "done"), ("successor", "done")]
    assert alice.proofs() == [("ask", "text"), ("ask", "picture"), ("ask", "pdf")]
    assert card.services.get().moved_to == "+86 138 0000 0000"
