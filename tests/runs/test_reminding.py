"""What the clock does to a run: a mail that leads to it, records by the system, through a real server."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card, OperatorCode, StepRecord
from cards.tasks import tick
from tests.factories import NOW, act, make_card, make_operator, make_user, utc
from tests.mail_server import MailServer, text_of

from .play import Play

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    batelco = make_operator("Batelco", "BH")
    batelco.hotline, batelco.site_url = "+973 196", "https://batelco.example.org/"
    batelco.save()
    OperatorCode.objects.create(
        operator=batelco, purpose="balance", label="Balance", text="*123#", source="x", confidence="A"
    )
    return make_card(
        make_user(),
        operator=batelco,
        purposes=("roaming",),
        number="+97333334567",
        now=NOW - timedelta(days=9),
    )


def applied(card: Card) -> Play:
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=Decimal(5), currency="BHD")
    play.does_all("bound", "backup")
    play.does("contact", case_number="CASE-77", note="asked for Ms Noor")
    play.does("apply", channel="phone", applied_on=NOW.date(), refund_account_note="IBAN ends 99")
    play.does("identity")
    return play


def records() -> list[tuple[str, str, bool]]:
    rows = StepRecord.objects.filter(kind__in=("reminded", "overdue", "reached")).order_by("pk")
    return [(row.step, row.kind, row.by is None) for row in rows]


def test_a_wait_is_reminded_of_with_whom_to_ask_and_recorded_as_overdue(
    card: Card, mail_server: MailServer
) -> None:
    play = applied(card)
    tick(utc("2026-12-22 00:00"))
    before = len(mail_server.mails)
    tick(utc("2026-12-24 03:00"))
    [mail] = mail_server.mails[before:]
    text = text_of(mail)
    assert "Waited for: Wait for the review; change no number or details" in text
    for words in ("Cancel a roaming card", "Applied for on Tue, 1 Dec 2026.", "Hotline: +973 196"):
        assert words in text
    assert "Site: https://batelco.example.org/" in text
    assert f"http://testserver/runs/{play.run.public_id}/" in text
    assert "/actions/add/" not in text and "Go on with the steps" in text
    # What was typed, noted and numbered stays on the page.
    for secret in ("CASE-77", "Noor", "IBAN", "33334567"):
        assert secret not in mail.as_string()
    assert ("review", "overdue", True) not in records()
    tick(utc("2026-12-24 22:00"))
    assert ("review", "overdue", True) in records()
    assert records().count(("review", "reminded", True)) == len(
        [1 for sent in mail_server.mails if "Waited for" in text_of(sent)]
    )
    tick(utc("2026-12-24 22:01"))
    assert records().count(("review", "overdue", True)) == 1


def test_a_refund_that_a_run_waits_for_is_overdue_and_the_start_page_lives(card: Card) -> None:
    play = applied(card)
    play.does("review")
    play.does("approved", effective_on=date(2026, 12, 2))
    due = card.deadlines.get(kind="refund", state="open").ends_on
    assert due is not None
    tick(datetime(due.year, due.month, due.day, tzinfo=NOW.tzinfo) + timedelta(days=2))
    assert ("refund", "overdue", True) in records()


def test_a_check_and_a_check_up_are_reached_and_the_balance_code_stands_in_the_mail(
    card: Card, mail_server: MailServer
) -> None:
    play = Play.of(card, "top-up")
    play.does_all("open-app", "promotions")
    play.does("pay", amount=Decimal(5), currency="BHD")
    Play.of(card, "check-up")
    tick(utc("2026-12-02 09:00"))
    texts = [text_of(mail) for mail in mail_server.mails]
    [text] = [text for text in texts if "To be checked" in text]
    assert "Balance: *123#" in text and "Hotline" not in text
    tick(utc("2026-12-03 09:00"))
    assert ("check", "reached", True) in records()
    tick(utc("2026-12-16 09:00"))
    assert ("log-in", "reached", True) in records()


def test_the_last_day_to_apply_is_recorded_at_the_application(card: Card) -> None:
    Play.of(card, "cancel-roaming", wished_on=date(2027, 1, 31))
    tick(utc("2027-01-11 09:00"))
    assert ("apply", "reached", True) in records()


def test_an_overdue_answer_does_not_hide_a_line_that_ends_tomorrow(card: Card) -> None:
    play = applied(card)
    act(card, "reading", on=NOW.date(), expires_on=date(2027, 1, 1))
    card.refresh_from_db()
    assert card.leading is not None and card.leading.kind == "wait"
    tick(utc("2026-12-25 22:00"))
    tick(utc("2026-12-25 22:01"))
    card.refresh_from_db()
    assert card.leading is not None and card.leading.kind == "line"
    assert card.deadlines.get(kind="wait").state == "open" and play.current == "review"


def test_the_records_of_the_system_settle_nothing(card: Card) -> None:
    play = applied(card)
    tick(utc("2026-12-24 22:00"))
    assert (play.current, play.state("review")) == ("review", "current")


def test_a_mail_that_concerns_no_run_asks_nothing_of_runs_when_it_is_sent(mail_server: MailServer) -> None:
    make_card(make_user(), expires_on=date(2026, 12, 31))
    with CaptureQueriesContext(connection) as captured:
        tick(utc("2026-12-24 01:00"))
    assert mail_server.mails
    assert not [query for query in captured if "steprecord" in query["sql"]]


def test_a_mail_of_a_card_offers_the_steps_that_help(mail_server: MailServer) -> None:
    alice = make_user(language="zh-hans")
    card = make_card(alice, purposes=("number-keeping",), expires_on=date(2026, 12, 31))
    tick(utc("2026-12-24 01:00"))
    text = text_of(mail_server.mails[-1])
    assert f"http://testserver/cards/{card.public_id}/start/renew-number-keeping/" in text
    assert "保号卡续费" in text
    play = Play.of(card, "renew-number-keeping", now=utc("2026-12-24 02:00"))
    tick(utc("2026-12-28 01:00"))
    assert f"http://testserver/runs/{play.run.public_id}/" in text_of(mail_server.mails[-1])


def test_a_batch_of_mails_reads_their_facts_as_often_for_ten_people_as_for_two(
    mail_server: MailServer,
) -> None:
    counts = []
    for number in (2, 10):
        for index in range(number):
            person = make_user(f"{number}-{index}@example.org")
            make_card(person, purposes=("number-keeping",), expires_on=date(2026, 12, 31))
        with CaptureQueriesContext(connection) as captured:
            tick(utc("2026-12-24 01:00") + timedelta(days=len(counts)))
        counts.append(len([query for query in captured if 'JOIN "cards_run" opened' in query["sql"]]))
    assert counts == [1, 1]
