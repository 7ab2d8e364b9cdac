"""What was sent, and what is planned."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cards.accounts.mail import post
from cards.models import Message, User
from cards.services.watches import mute
from cards.tasks import tick
from tests.factories import NOW, client_of, make_card, make_user, utc, watch_of
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 8)
LATER = utc("2026-12-05 01:00")


def page_of(user: User, query: str = "") -> str:
    with time_machine.travel(LATER, tick=False):
        response = client_of(user).get(f"/reminders/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def sent(user: User, **facts: Any) -> None:
    """Three days before the end, at the person's hour."""
    make_card(user, **{"label": "Bahrain", "expires_on": DUE, "margin_days": 0, **facts})
    tick(LATER)


def test_a_sent_reminder_stands_there_with_address_and_words(mail_server: MailServer) -> None:
    alice = make_user()
    sent(alice)
    page = page_of(alice)
    assert len(mail_server.to("alice@example.org")) == 1
    assert "Bahrain</a> · Line validity · 3 days before" in page
    assert "<bdi>alice@example.org</bdi>" in page
    assert "</svg>sent</span>" in page


def test_mail_that_stays_here_says_so_and_can_be_read(mailbox_dir: Any) -> None:
    alice = make_user()
    sent(alice)
    letter = Message.objects.get()
    page = page_of(alice)
    assert "kept on this machine" in page
    assert f'href="/mailbox/{letter.public_id}/"' in page


def test_a_refused_reminder_shows_the_servers_words(mail_server: MailServer) -> None:
    alice = make_user()
    mail_server.refuse.add("alice@example.org")
    sent(alice)
    for query in ("", "?list=trouble"):
        page = page_of(alice, query)
        assert "failed for good" in page
        assert "550 5.1.1 no such mailbox here" in page
        assert "1 try" in page


def test_a_reminder_that_waits_shows_why_and_when_it_is_tried_again(mail_server: MailServer) -> None:
    alice = make_user()
    mail_server.put_off.add("alice@example.org")
    sent(alice)
    page = page_of(alice, "?list=trouble")
    assert "waiting, not delivered yet" in page
    assert "451 4.7.1 greylisted, come back later" in page
    assert "next one 5 Dec 09:01" in page


def test_without_trouble_the_list_of_it_is_empty(mail_server: MailServer) -> None:
    alice = make_user()
    sent(alice)
    assert "Every reminder got through" in page_of(alice, "?list=trouble")


def test_what_is_planned_comes_in_its_order_and_in_words() -> None:
    alice = make_user()
    make_card(alice, label="Later", expires_on=date(2027, 3, 1), margin_days=0)
    make_card(alice, label="Sooner", expires_on=date(2026, 12, 20), margin_days=0)
    muted = make_card(alice, label="Muted", expires_on=date(2026, 12, 20), margin_days=0)
    mute(watch=watch_of(muted), by=alice, now=NOW)
    page = page_of(alice, "?list=planned")
    assert 0 < page.index("Sooner") < page.index("Later")
    assert "Muted" not in page
    assert "Line validity · 7 days before" in page


def test_another_persons_messages_and_plans_are_not_there(mail_server: MailServer) -> None:
    alice, bob = make_user(), make_user("bob@example.org")
    sent(bob, label="Secret card of Bob")
    for query in ("", "?list=planned", "?list=trouble"):
        page = page_of(alice, query)
        assert "Secret card" not in page and "bob@example.org" not in page


def test_account_mails_are_not_in_the_log(mail_server: MailServer) -> None:
    alice = make_user()
    post(EmailMessage("Your code 778899", "778899", to=[alice.email]), now=NOW)
    assert Message.objects.get().subject == "Your code 778899"
    assert "778899" not in page_of(alice)


def test_a_new_person_is_told_what_will_stand_here() -> None:
    assert "No reminder yet" in page_of(make_user())


@pytest.mark.parametrize("query", ["?page=0", "?page=999", "?page=x", "?list=x", "?list=planned&page=7"])
def test_senseless_pages_are_answered_with_one_that_exists(query: str) -> None:
    page_of(make_user(), query)


def test_the_log_has_pages_of_fifty() -> None:
    alice = make_user()
    rows = [
        Message(
            kind="test", user=alice, address=f"a{number}@example.org", message_id=str(number),
            state="sent", created_at=NOW + timedelta(seconds=number), next_try_at=NOW, sent_at=NOW,
        )
        for number in range(51)
    ]  # fmt: skip
    Message.objects.bulk_create(rows)
    assert page_of(alice).count("<bdi>") == 50
    last = page_of(alice, "?page=2")
    assert last.count("<bdi>") == 1 and "a0@example.org" in last


@pytest.mark.parametrize("query", ["", "?list=planned", "?list=trouble"])
def test_its_queries_do_not_grow_with_the_list(query: str, mail_server: MailServer) -> None:
    mail_server.refuse |= {"alice@example.org", "bob@example.org"}
    counts = []
    for email, cards in (("alice@example.org", 1), ("bob@example.org", 3)):
        person = make_user(email)
        for number in range(cards):
            sent(person, label=f"Card {number}", expires_on=DUE)
        counts.append(queries_of(client_of(person), query))
    assert counts[0] == counts[1] <= 12


def queries_of(client: Client, query: str) -> int:
    with time_machine.travel(LATER, tick=False), CaptureQueriesContext(connection) as ctx:
        client.get(f"/reminders/{query}")
    return len(ctx)
