"""What staff can do from the lists: send again, recompute, archive, restore."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.urls import reverse

from cards.accounts.mail import post
from cards.models import Card, Deadline, Event, Message, MessageReminder, Reminder, User
from cards.services.actions import set_expiry
from cards.tasks import tick
from tests.factories import NOW, client_of, make_card, make_user, utc, watch_of
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
SENT_AT = utc("2026-12-05 01:00")  # three days before the end, 09:00 in Shanghai
LATER = SENT_AT + timedelta(hours=2)


@pytest.fixture
def staff() -> User:
    return make_user("staff@example.org", is_staff=True)


def act(user: User, table: str, action: str, *rows: Any) -> str:
    """Tick rows of a list, choose an action; return the page that follows."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    client = client_of(user)
    with time_machine.travel(LATER, tick=False):
        response = client.post(reverse(f"admin:cards_{table}_changelist"), data, follow=True)
    return response.content.decode()


def remind(alice: User) -> Card:
    card = make_card(alice, expires_on=date(2026, 12, 8), margin_days=0)
    tick(SENT_AT)
    return card


def test_a_sent_reminder_goes_out_once_more(staff: User, mail_server: MailServer) -> None:
    remind(make_user())
    message = Message.objects.get()
    assert "1 message is queued again." in act(staff, "message", "again", message)
    message.refresh_from_db()
    assert (message.state, message.next_try_at, message.tries, message.sent_at) == ("queued", LATER, 0, None)
    tick(LATER)
    first, second = mail_server.to("alice@example.org")
    assert first["Message-ID"] == second["Message-ID"]
    message.refresh_from_db()
    assert (message.state, message.sent_at) == ("sent", LATER)
    assert Reminder.objects.get().state == "said"


def test_a_reminder_that_failed_for_good_is_tried_again(staff: User, mail_server: MailServer) -> None:
    mail_server.refuse.add("alice@example.org")
    remind(make_user())
    message = Message.objects.get()
    assert message.state == "failed"
    mail_server.refuse.clear()
    act(staff, "message", "again", message)
    tick(LATER)
    assert len(mail_server.to("alice@example.org")) == 1
    message.refresh_from_db()
    assert (message.state, message.error) == ("sent", "")


def test_what_is_no_longer_true_is_not_said_again(staff: User, mail_server: MailServer) -> None:
    alice = make_user()
    card = remind(alice)
    set_expiry(card=card, expires_on=date(2027, 6, 1), today=date(2026, 12, 5), by=alice, now=SENT_AT)
    message = Message.objects.get()
    act(staff, "message", "again", message)
    tick(LATER)
    assert len(mail_server.raw) == 1
    message.refresh_from_db()
    assert message.state == "stopped"
    assert MessageReminder.objects.get().is_dropped


def test_a_stopped_one_speaks_when_its_date_is_back(staff: User, mail_server: MailServer) -> None:
    alice = make_user()
    remind(alice)
    message = Message.objects.get()
    Message.objects.update(state="stopped")
    MessageReminder.objects.update(is_dropped=True)
    Reminder.objects.update(state="dropped")
    act(staff, "message", "again", message)
    tick(LATER)
    assert len(mail_server.raw) == 2


def test_account_mails_are_never_sent_again(staff: User, mail_server: MailServer) -> None:
    alice = make_user()
    post(EmailMessage("Your code", "778899", to=[alice.email]), now=NOW)
    message = Message.objects.get()
    assert "1 message was left alone" in act(staff, "message", "again", message)
    message.refresh_from_db()
    assert message.state == "sent"


def test_one_that_is_being_sent_at_this_moment_is_left_alone(staff: User, mail_server: MailServer) -> None:
    remind(make_user())
    Message.objects.update(state="queued", lease="tick@here:x", leased_until=LATER + timedelta(minutes=4))
    message = Message.objects.get()
    assert "1 message was left alone" in act(staff, "message", "again", message)
    message.refresh_from_db()
    assert message.lease == "tick@here:x"


def test_recomputing_mends_a_stored_date(staff: User) -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1))
    Deadline.objects.filter(kind="line").update(ends_on=date(2030, 1, 1))
    page = act(staff, "card", "recompute", card)
    assert "1 card worked out anew; 1 was different." in page
    assert Deadline.objects.get(kind="line").ends_on == date(2027, 3, 1)


def test_archiving_silences_and_restoring_brings_back(staff: User) -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1))
    act(staff, "card", "archive", card)
    card.refresh_from_db()
    assert card.archived_at == LATER
    assert watch_of(card).next_at is None
    act(staff, "card", "restore", card)
    card.refresh_from_db()
    assert card.archived_at is None
    assert watch_of(card).next_at is not None
    assert list(Event.objects.filter(by=staff).order_by("pk").values_list("kind", flat=True)) == [
        "card-archived",
        "card-restored",
    ]


def test_others_can_not_use_the_actions() -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2027, 3, 1))
    client = client_of(alice)
    data = {"action": "archive", "_selected_action": [card.pk]}
    assert client.post("/admin/cards/card/", data, follow=True).status_code == 403
    card.refresh_from_db()
    assert card.archived_at is None
