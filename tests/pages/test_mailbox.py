"""The local mailbox while no mail leaves this machine."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from cards.accounts.mail import post
from cards.delivery.mailbox import file_of
from cards.models import Message, User
from cards.tasks import tick
from tests.factories import NOW, client_of, make_card, make_user
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def remind(user: User, label: str = "Bahrain") -> Message:
    make_card(user, label=label, number="+97336124567", expires_on=date(2026, 12, 5), zone="Asia/Bahrain")
    tick(LATER)
    return Message.objects.get(user=user, kind="reminder")


def get(client: Client, path: str) -> tuple[int, str]:
    with time_machine.travel(LATER, tick=False):
        response = client.get(path)
    return response.status_code, response.content.decode()


def test_a_reminder_can_be_read_there(mailbox_dir: Path) -> None:
    alice = make_user()
    letter = remind(alice)
    _status, page = get(client_of(alice), "/mailbox/")
    assert f'href="/mailbox/{letter.public_id}/">{letter.subject}</a>' in page
    status, page = get(client_of(alice), f"/mailbox/{letter.public_id}/")
    assert status == 200
    assert "Bahrain" in page and "+973 •••• 4567" in page


def test_a_letters_text_is_never_taken_as_html(mailbox_dir: Path) -> None:
    alice = make_user()
    letter = remind(alice, label="<script>alert(1)</script>")
    _status, page = get(client_of(alice), f"/mailbox/{letter.public_id}/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_another_persons_letter_is_not_there(mailbox_dir: Path) -> None:
    letter = remind(make_user("bob@example.org"), label="Secret card of Bob")
    alice = client_of(make_user(is_staff=True, is_superuser=True))
    assert get(alice, f"/mailbox/{letter.public_id}/")[0] == 404
    assert "Secret card" not in get(alice, "/mailbox/")[1]


def test_account_mails_are_never_shown(mailbox_dir: Path) -> None:
    alice = make_user()
    post(EmailMessage("Your code 778899", "778899", to=[alice.email]), now=NOW)
    letter = Message.objects.get()
    assert file_of(mailbox_dir, "account", letter.message_id).exists()
    assert get(client_of(alice), f"/mailbox/{letter.public_id}/")[0] == 404
    assert "778899" not in get(client_of(alice), "/mailbox/")[1]


def test_mail_to_an_address_that_is_not_verified_is_not_shown(mailbox_dir: Path) -> None:
    alice = make_user()
    letter = remind(alice)
    EmailAddress.objects.update(verified=False)
    assert get(client_of(alice), f"/mailbox/{letter.public_id}/")[0] == 404
    assert letter.subject not in get(client_of(alice), "/mailbox/")[1]


def test_the_address_is_compared_without_case(mailbox_dir: Path) -> None:
    alice = make_user("Alice@Example.org")
    letter = remind(alice)
    EmailAddress.objects.update(email="alice@example.org")
    assert get(client_of(alice), f"/mailbox/{letter.public_id}/")[0] == 200


def test_a_letter_whose_file_is_gone_says_so(mailbox_dir: Path) -> None:
    alice = make_user()
    letter = remind(alice)
    file_of(mailbox_dir, "reminder", letter.message_id).unlink()
    status, page = get(client_of(alice), f"/mailbox/{letter.public_id}/")
    assert status == 200
    assert "file is gone from the machine" in page


def test_with_a_mail_server_there_is_no_mailbox(mailbox_dir: Path, mail_server: MailServer) -> None:
    alice = make_user()
    remind(alice)
    Message.objects.update(is_local=True)  # kept here before the server was set
    letter = Message.objects.get()
    client = client_of(alice)
    assert [get(client, path)[0] for path in ("/mailbox/", f"/mailbox/{letter.public_id}/")] == [404, 404]


def test_an_empty_mailbox_says_what_comes_here(mailbox_dir: Path) -> None:
    assert "The mailbox is empty" in get(client_of(make_user()), "/mailbox/")[1]


def test_strangers_are_sent_to_sign_in(mailbox_dir: Path) -> None:
    letter = remind(make_user())
    for path in ("/mailbox/", f"/mailbox/{letter.public_id}/"):
        assert Client().get(path).headers["Location"] == f"/account/login/?next={path}"
