"""The outbox: leases, retries, refusals, crashes, secrets."""

from datetime import date, timedelta

import pytest
from django.core.mail import EmailMessage as DjangoMail

from cards.accounts.mail import post
from cards.delivery.mailbox import read_mail
from cards.delivery.outbox import claim, deliver, deliver_one, make_message, open_transport, release_leases
from cards.models import Message, User
from cards.reminders.trial import send_test_mail
from cards.tasks import handlers, tick
from tests.factories import make_card, make_user, utc
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db

NOW = utc("2026-12-17 01:00")


def queued(user: User, **fields: object) -> Message:
    message = make_message(now=NOW, kind="test", user=user, address=user.email, **fields)
    message.save()
    return message


def test_a_claimed_message_is_nobody_elses_until_the_lease_ends() -> None:
    message = queued(make_user())
    assert [row.pk for row in claim(now=NOW, holder="one")] == [message.pk]
    assert claim(now=NOW, holder="two") == []
    assert claim(now=NOW + timedelta(minutes=4), holder="two") == []
    assert [row.pk for row in claim(now=NOW + timedelta(minutes=5), holder="two")] == [message.pk]


def test_the_leases_of_a_dead_holder_are_freed_and_no_others() -> None:
    alice = make_user()
    first = queued(alice)
    claim(now=NOW, holder="tick")
    queued(alice)
    claim(now=NOW, holder="hand")
    assert release_leases("tick") == 1
    assert [row.pk for row in claim(now=NOW, holder="tick")] == [first.pk]


def test_a_crash_after_the_server_accepted_sends_again_with_the_same_message_id(
    mail_server: MailServer,
) -> None:
    message = queued(make_user())
    [claimed] = claim(now=NOW, holder="tick")
    handler = handlers()["test"]
    assert handler.revalidate([claimed], NOW)
    # the process dies between the server's answer and the mark
    transport = open_transport()
    transport.send(handler.render(claimed, NOW))
    transport.close()
    deliver(now=NOW + timedelta(minutes=6), handlers=handlers(), holder="tick")
    ids = [mail["Message-ID"] for mail in mail_server.mails]
    assert ids == [message.message_id, message.message_id]
    assert Message.objects.get().state == "sent"


def test_a_connection_lost_while_sending_is_tried_again(mail_server: MailServer) -> None:
    queued(make_user())
    mail_server.drop_before_answer = 1
    report = deliver(now=NOW, handlers=handlers(), holder="tick")
    assert (report.sent, report.retried) == (0, 1)
    report = deliver(now=NOW + timedelta(minutes=2), handlers=handlers(), holder="tick")
    assert report.sent == 1


def test_one_connection_serves_a_round(mail_server: MailServer) -> None:
    for n in range(60):
        queued(make_user(f"p{n}@example.org"))
    before = mail_server.connections
    assert deliver(now=NOW, handlers=handlers(), holder="tick").sent == 60
    assert mail_server.connections - before == 1
    assert len({mail["To"] for mail in mail_server.mails}) == 60


def test_the_wait_grows_with_every_failure(mail_server: MailServer) -> None:
    message = queued(make_user())
    mail_server.put_off.add(message.address)
    waits, now = [], NOW
    for _ in range(5):
        deliver(now=now, handlers=handlers(), holder="tick")
        message.refresh_from_db()
        waits.append(int((message.next_try_at - now).total_seconds() // 60))
        now = message.next_try_at
    assert waits == [1, 2, 5, 10, 20]
    assert message.tries == 5
    assert "greylisted" in message.error


def test_what_fails_for_five_days_is_given_up_and_says_so(mail_server: MailServer) -> None:
    card = make_card(make_user(), expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00"))
    mail_server.put_off.add("alice@example.org")
    tick(utc("2026-12-17 01:00"))
    Message.objects.update(next_try_at=utc("2026-12-20 00:00"))
    deliver(now=utc("2026-12-22 02:00"), handlers=handlers(), holder="tick")
    assert Message.objects.get().state == "failed"
    assert card.events.filter(kind="reminder-failed").count() == 1


def test_a_message_that_cannot_be_made_does_not_stop_the_others(mail_server: MailServer) -> None:
    broken = queued(make_user("broken@example.org"))
    User.objects.filter(pk=broken.user_id).update(time_zone="Nowhere/Atall")
    queued(make_user("alice@example.org"))
    report = deliver(now=NOW, handlers=handlers(), holder="tick")
    assert (report.sent, report.retried) == (1, 1)
    broken.refresh_from_db()
    assert broken.state == "queued"
    assert broken.error


def test_an_account_mail_is_sealed_until_sent_and_erased_after(mail_server: MailServer) -> None:
    alice = make_user()
    mail_server.stop()
    [message] = post(DjangoMail("Code", "your code is 123456", to=[alice.email]), now=NOW)
    stored = Message.objects.filter(pk=message.pk).extra(select={"raw": "sealed_body"}).get()
    assert stored.state == "queued"
    assert "123456" not in stored.raw
    mail_server.start()
    tick(NOW + timedelta(minutes=10))
    assert text_of(mail_server.mails[0]).strip() == "your code is 123456"
    message.refresh_from_db()
    assert (message.state, message.sealed_body) == ("sent", "")


def test_an_account_mail_expires_with_its_code(mail_server: MailServer) -> None:
    alice = make_user()
    mail_server.stop()
    [message] = post(DjangoMail("Code", "123456", to=[alice.email]), now=NOW, life=timedelta(minutes=3))
    mail_server.start()
    tick(NOW + timedelta(minutes=10))
    message.refresh_from_db()
    assert (message.state, message.sealed_body, mail_server.mails) == ("expired", "", [])


def test_without_a_mail_server_mail_is_kept_on_this_machine(mailbox_dir: object, settings: object) -> None:
    message = send_test_mail(user=make_user(), now=NOW)
    assert (message.state, message.is_local, message.reply) == ("sent", True, "kept on this machine")
    mail = read_mail(mailbox_dir, "test", message.message_id)  # type: ignore[arg-type]
    assert mail is not None
    assert "Keepline" in mail["Subject"]


def test_a_subject_with_a_line_break_stays_one_header(mail_server: MailServer) -> None:
    card = make_card(make_user(), label="Bahrain", expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00"))
    type(card).objects.filter(pk=card.pk).update(label="Bah\r\nBcc: eve@example.org")
    tick(utc("2026-12-17 01:00"))
    [mail] = mail_server.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Bah Bcc: eve@example.org: 14 days left"


def test_deliver_one_touches_no_other_message(mail_server: MailServer) -> None:
    alice = make_user()
    other, mine = queued(alice), queued(alice)
    deliver_one(mine, now=NOW, handlers=handlers())
    other.refresh_from_db()
    mine.refresh_from_db()
    assert (other.state, mine.state) == ("queued", "sent")


def test_a_chinese_subject_arrives_as_it_was_written(mail_server: MailServer) -> None:
    label = "科威特保号卡（银行验证码，千万不能丢，抽屉第二格）"
    make_card(
        make_user(language="zh-hans"), label=label, expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00")
    )
    tick(utc("2026-12-17 01:00"))
    [mail] = mail_server.mails
    assert mail["Subject"].startswith(label)
    assert label in text_of(mail)
