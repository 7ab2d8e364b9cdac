"""The test message that staff send themselves."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from cards.models import Message, User
from cards.web.mail_hints import hints_of
from tests.factories import NOW, client_of, make_user
from tests.mail_server import MailServer, free_port

pytestmark = pytest.mark.django_db
PATH = "/staff/test-mail/"


def send(user: User) -> str:
    client = client_of(user)
    with time_machine.travel(NOW, tick=False):
        response: Any = client.post(PATH)
        assert response.status_code == 302
        page = client.get(response.url)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def test_it_takes_the_real_path_and_shows_the_servers_answer(mail_server: MailServer) -> None:
    page = send(make_user(is_staff=True))
    (mail,) = mail_server.to("alice@example.org")
    assert mail["Subject"] == "Keepline can send mail"
    assert "The server has accepted it" in page
    assert "250 2.0.0 kept as 1" in page
    assert str(mail["Message-ID"]).strip("<>") in page
    assert "127.0.0.1" in page and str(mail_server.port) in page


def test_loading_the_result_again_sends_nothing(mail_server: MailServer) -> None:
    alice = make_user(is_staff=True)
    send(alice)
    letter = Message.objects.get()
    client_of(alice).get(f"{PATH}?sent={letter.public_id}")
    assert len(mail_server.raw) == 1


def test_a_refusal_is_shown_in_full_with_a_hint(mail_server: MailServer) -> None:
    mail_server.refuse.add("alice@example.org")
    page = send(make_user(is_staff=True))
    assert "It can&#x27;t be delivered" in page or "It can't be delivered" in page
    assert "550 5.1.1 no such mailbox here" in page
    assert "EMAIL_FROM usually has to be the address" in page


def test_a_server_that_is_away_is_told_with_the_next_try(settings: Settings) -> None:
    port = free_port()
    settings.SMTP = replace(MailServer().address, port=port)
    page = send(make_user(is_staff=True))
    assert "It did not get through yet" in page
    assert f"127.0.0.1:{port}: [Errno 111] Connection refused" in page
    assert "Nothing listens at this address and port." in page
    assert "Tue, 1 Dec 2026 08:01" in page


def test_without_a_server_it_lies_in_the_mailbox(mailbox_dir: Path) -> None:
    page = send(make_user(is_staff=True))
    assert "It is in the mailbox of this machine" in page
    assert len(list(mailbox_dir.glob("test/*.eml"))) == 1
    assert str(mailbox_dir) in page


def test_the_password_of_the_mail_server_is_never_shown(settings: Settings) -> None:
    settings.SMTP = replace(MailServer().address, port=free_port(), user="robot", password="hunter2hunter2")
    page = send(make_user(is_staff=True))
    assert "robot" in page and "hunter2" not in page


def test_it_is_for_staff_only(mailbox_dir: Path) -> None:
    client = client_of(make_user())
    assert [client.get(PATH).status_code, client.post(PATH).status_code] == [404, 404]
    assert Client().post(PATH).headers["Location"] == f"/account/login/?next={PATH}"
    assert not Message.objects.exists()


def test_another_staff_members_result_is_not_shown(mailbox_dir: Path) -> None:
    send(make_user(is_staff=True))
    letter = Message.objects.get()
    with time_machine.travel(NOW, tick=False):
        page = client_of(make_user("bob@example.org", is_staff=True)).get(f"{PATH}?sent={letter.public_id}")
    assert "alice@example.org" not in page.content.decode()


@pytest.mark.parametrize(
    ("error", "port", "security", "says"),
    [
        ("535 5.7.8 Error: authentication failed", 465, "tls", "refused the login"),
        ("534 5.7.9 Application-specific password required", 587, "starttls", "app password"),
        ("501 Mail from address must be same as authorization user", 465, "tls", "EMAIL_FROM"),
        ("553 5.7.1 sender rejected", 465, "tls", "EMAIL_FROM"),
        ("h:587: [SSL: WRONG_VERSION_NUMBER] wrong version number", 587, "tls", "smtp+starttls"),
        ("h:465: Connection unexpectedly closed", 465, "starttls", "smtps:// with port 465"),
        ("h:25: STARTTLS extension not supported by server.", 25, "starttls", "offers no STARTTLS"),
        ("h:465: timed out", 465, "none", "A firewall may block the port"),
        ("h:465: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", 465, "tls", "certificate"),
        ("h:465: [Errno -2] Name or service not known", 465, "tls", "name can't be found"),
        ("h:465: [Errno 113] No route to host", 465, "tls", "no way to that address"),
        ("451 4.7.1 greylisted", 465, "tls", "try again later"),
    ],
)
def test_common_errors_get_a_hint(error: str, port: int, security: str, says: str) -> None:
    hints = hints_of(error, port=port, security=security)
    assert any(says in hint for hint in hints), hints


def test_an_error_that_nobody_knows_gets_no_hint() -> None:
    assert hints_of("h:465: something odd", port=465, security="tls") == []
