"""One bad message never holds up the others, and what is secret stays so when things go wrong."""

import logging
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.mail import EmailMessage as DjangoMail
from pytest_django import Settings

from cards.accounts.mail import AccountMail, post
from cards.delivery.outbox import claim, deliver, make_message, open_transport
from cards.delivery.round import Round
from cards.delivery.transports import storable
from cards.models import Message, User
from cards.tasks import handlers
from tests.factories import make_user, utc
from tests.mail_server import MailServer
from tracker.env import Smtp

pytestmark = pytest.mark.django_db

NOW = utc("2026-12-17 01:00")
LATER = NOW + timedelta(minutes=10)


def queued(user: User) -> Message:
    message = make_message(now=NOW, kind="test", user=user, address=user.email)
    message.save()
    return message


def state_of(message: Message) -> str:
    return str(Message.objects.values_list("state", flat=True).get(pk=message.pk))


def test_an_address_that_no_server_can_take_fails_alone(mail_server: MailServer) -> None:
    odd = queued(make_user("用户@example.org"))
    others = [queued(make_user(f"p{n}@example.org")) for n in range(3)]
    report = deliver(now=NOW, handlers=handlers(), holder="tick")
    assert (report.sent, report.failed, report.is_server_away) == (3, 1, False)
    assert state_of(odd) == "failed"
    assert [state_of(row) for row in others] == ["sent"] * 3


def test_a_domain_in_other_letters_is_written_as_servers_know_it(mail_server: MailServer) -> None:
    queued(make_user("alice@bücher.example"))
    assert deliver(now=NOW, handlers=handlers(), holder="tick").sent == 1
    mail_server.refuse.add("bob@xn--bcher-kva.example")
    bob = queued(make_user("bob@bücher.example"))
    deliver(now=NOW, handlers=handlers(), holder="tick")
    assert state_of(bob) == "failed"


def test_a_body_sealed_with_a_lost_key_holds_up_nobody(mail_server: MailServer, settings: Settings) -> None:
    alice = make_user()
    mail_server.stop()
    [sealed] = post(DjangoMail("Code", "your code is 123456", to=[alice.email]), now=NOW)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    [fresh] = post(DjangoMail("Code", "your code is 654321", to=[alice.email]), now=NOW)
    mine = queued(alice)
    mail_server.start()
    report = deliver(now=LATER, handlers=handlers(), holder="tick")
    assert (report.sent, report.retried) == (2, 1)
    assert (state_of(fresh), state_of(mine), state_of(sealed)) == ("sent", "sent", "queued")
    error = Message.objects.defer("sealed_body").get(pk=sealed.pk).error
    assert error == "SealBroken: the field key of this machine does not open this value"
    deliver(now=NOW + timedelta(days=2), handlers=handlers(), holder="tick")
    assert state_of(sealed) == "expired"


@pytest.mark.parametrize("way", ["away", "refused", "bad address"])
def test_a_code_is_in_no_log_no_error_and_no_repr(
    mail_server: MailServer, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    caplog.set_level(logging.DEBUG)
    address = "用户@example.org" if way == "bad address" else "alice@example.org"
    mail_server.refuse.add(address)
    if way == "away":
        mail_server.stop()
    [message] = post(DjangoMail("Hello", "your code is 123456", to=[address]), now=NOW)
    message = Message.objects.get(pk=message.pk)
    assert message.error
    assert "123456" not in message.error + message.subject + message.reply + repr(message)
    assert "123456" not in caplog.text
    if message.state == "queued":
        mail = AccountMail().render(message, NOW)
        assert "123456" in mail.text
        assert "123456" not in repr(mail)
    else:
        assert message.sealed_body == ""


def test_a_sender_that_slept_through_its_lease_does_not_send_again(mail_server: MailServer) -> None:
    message = queued(make_user())
    batch = claim(now=NOW, holder="one")
    assert deliver(now=LATER, handlers=handlers(), holder="two").sent == 1
    sleeper = Round(LATER, handlers(), open_transport(), ends=float("inf"))
    sleeper.send_batch(batch)
    sleeper.transport.close()
    assert (len(mail_server.mails), sleeper.report.sent, state_of(message)) == (1, 0, "sent")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("EMAIL_FROM", "Keepline <kärten@example.org>", "EMAIL_FROM can't be used"),
        ("SMTP", Smtp("127.0.0.1", 1, "none", "", "", 1), "refused"),
    ],
)
def test_a_wrong_setting_fails_no_message_for_good(
    mail_server: MailServer, settings: Settings, setting: str, value: object, words: str
) -> None:
    message, right = queued(make_user()), getattr(settings, setting)
    setattr(settings, setting, value)
    now = NOW
    for _ in range(12):
        assert deliver(now=now, handlers=handlers(), holder="tick").is_server_away
        now += timedelta(days=1)
    message.refresh_from_db()
    assert (message.state, message.tries) == ("queued", 12)
    assert words in message.error
    setattr(settings, setting, right)
    assert deliver(now=now, handlers=handlers(), holder="tick").sent == 1


def test_what_a_server_says_is_kept_without_what_a_database_refuses() -> None:
    assert storable("250 k\x00ept", 6) == "250 ke"
