"""The main job: a card with a date, a mail in time, a recorded renewal, a new date."""

from datetime import date

import pytest

from cards.models import Deadline, Event, Message, Reminder
from cards.tasks import tick
from tests.factories import act, make_card, make_operator, make_user, utc, watch_of
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db


def test_one_card_is_reminded_once_and_renewal_moves_its_date(mail_server: MailServer) -> None:
    alice = make_user()
    card = make_card(
        alice,
        operator=make_operator(),
        number="+97333334567",
        period=(180, "day"),
        expires_on=date(2026, 12, 31),
        now=utc("2026-07-10 00:00"),
    )
    # DESIGN.md's example: safe date 24 Dec, base day 24 Dec, lead 7 on 17 Dec 09:00 in Shanghai
    deadline = Deadline.objects.get(card=card, kind="line")
    assert deadline.act_by_at == utc("2026-12-24 21:00")
    tick(utc("2026-12-17 00:59"))
    before = len(mail_server.mails)
    tick(utc("2026-12-17 01:00"))
    tick(utc("2026-12-17 01:01"))
    [mail] = mail_server.mails[before:]
    assert mail["To"] == "alice@example.org"
    assert mail["Subject"] == "Bahrain: 14 days left"
    text = text_of(mail)
    assert "+973 •••• 4567" in text
    assert "33334567" not in mail.as_string()
    assert f"http://testserver/cards/{card.public_id}/actions/add/" in text
    assert "Thu, 31 Dec 2026" in text

    act(card, "top-up", on=date(2026, 12, 18), now=utc("2026-12-18 02:00"))
    deadline.refresh_from_db()
    assert deadline.ends_on == date(2027, 6, 16)
    assert watch_of(card).next_at == utc("2027-05-10 01:00")
    tick(utc("2026-12-30 01:00"))
    assert len(mail_server.mails) == before + 1


def test_the_timeline_says_that_the_system_sent_the_reminder(mail_server: MailServer) -> None:
    card = make_card(make_user(), expires_on=date(2026, 12, 31))
    tick(utc("2026-12-24 01:00"))
    [event] = Event.objects.filter(card=card, kind="reminder-sent")
    assert event.by is None
    message = Message.objects.get()
    assert (message.state, message.reply) == ("sent", "250 2.0.0 kept as 1")
    assert Reminder.objects.filter(state="said").count() == 1
