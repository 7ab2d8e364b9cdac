"""A forgotten password, end to end through a real mail server."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import Settings

from cards.delivery.mailbox import read_mail
from cards.models import Message, User
from cards.tasks import tick
from tests.accounts.words import NEW_PASSWORD, link_in, path_of, sign_in
from tests.factories import NOW, PASSWORD, client_of, make_user
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db
PATH = "/account/password/reset/"


def ask(email: str = "alice@example.org", **options: Any) -> Any:
    return Client(**options).post(PATH, {"email": email})


def choose(link: str, password: str = NEW_PASSWORD) -> tuple[Client, Any]:
    """Follow the link as a browser does, and send the form off."""
    client = Client()
    form = client.get(path_of(link), follow=True)
    if not form.redirect_chain:
        return client, form
    return client, client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})


def rows() -> str:
    """Return every value of every table, as the database holds it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(repr(cursor.fetchall()))
    return "\n".join(found)


def test_the_link_sets_a_new_password_and_ends_the_old_sessions(mail_server: MailServer) -> None:
    elsewhere = client_of(make_user())
    assert ask().headers["Location"] == "/account/password/reset/done/"
    assert choose(link_in(mail_server, "alice@example.org"))[1].status_code == 302
    assert elsewhere.get("/preferences/").status_code == 302
    assert sign_in(password=PASSWORD)[0].get("/preferences/").status_code == 302
    assert sign_in(password=NEW_PASSWORD)[0].get("/preferences/").status_code == 200
    # the holder is told, so that a stranger's reset is noticed
    assert "password" in text_of(mail_server.to("alice@example.org")[-1])


def test_a_link_is_good_once(mail_server: MailServer) -> None:
    make_user()
    ask()
    link = link_in(mail_server, "alice@example.org")
    choose(link)
    assert "Bad Token" in choose(link)[1].content.decode()


def test_opening_the_link_changes_nothing(mail_server: MailServer) -> None:
    make_user()
    ask()
    link = link_in(mail_server, "alice@example.org")
    for _scanner in range(2):
        Client().get(path_of(link), follow=True)
    assert User.objects.get().check_password(PASSWORD)
    choose(link)
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_a_link_expires(mail_server: MailServer, settings: Settings) -> None:
    make_user()
    with time_machine.travel(NOW, tick=False):
        ask()
    link = link_in(mail_server, "alice@example.org")
    with time_machine.travel(NOW + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1), tick=False):
        assert "Bad Token" in choose(link)[1].content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_a_mail_that_waits_is_sealed_and_expires_with_its_link(
    mail_server: MailServer, settings: Settings
) -> None:
    make_user()
    mail_server.stop()
    with time_machine.travel(NOW, tick=False):
        assert ask().headers["Location"] == "/account/password/reset/done/"
    message = Message.objects.get()
    key = next(line for line in message.sealed_body.split() if PATH in line).split("/key/")[1].split("/")[0]
    assert message.state == "queued"
    assert len(key) > 30
    assert key not in rows()
    assert message.expires_at == NOW + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    mail_server.start()
    tick(NOW + timedelta(minutes=5))
    assert key in text_of(mail_server.to("alice@example.org")[0])
    message.refresh_from_db()
    assert (message.state, message.sealed_body) == ("sent", "")
    assert key not in rows()


def test_nobody_reads_the_link_on_a_page(mailbox_dir: Path) -> None:
    alice = make_user(is_staff=True, is_superuser=True)
    ask()
    (file,) = mailbox_dir.glob("account/*.eml")
    mail = read_mail(mailbox_dir, "account", Message.objects.get().message_id)
    assert mail is not None
    assert f"{PATH}key/" in text_of(mail)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    letter = Message.objects.get()
    client = client_of(alice)
    assert client.get(f"/mailbox/{letter.public_id}/").status_code == 404
    for path in (
        "/mailbox/", "/reminders/", "/admin/cards/message/", f"/admin/cards/message/{letter.pk}/change/",
        f"/staff/test-mail/?sent={letter.public_id}",
    ):  # fmt: skip
        page = client.get(path)
        assert page.status_code == 200
        assert "/password/reset/key/" not in page.content.decode(), path


@pytest.mark.parametrize("host", ["localhost:6666", "127.0.0.1", "testserver:6666"])
def test_the_link_starts_with_the_sites_own_address(host: str, mail_server: MailServer) -> None:
    """Whoever asks chooses the Host header; the token must not go where it says."""
    make_user()
    assert ask(headers={"host": host}).status_code == 302
    text = text_of(mail_server.mails[0])
    assert link_in(mail_server, "alice@example.org").startswith("http://testserver/account/")
    assert host not in text
    assert "Keepline" in text


def test_a_reset_says_the_same_for_an_unknown_address(mail_server: MailServer) -> None:
    make_user()
    known, unknown = ask(), ask("nobody@example.org")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    # this machine writes to nobody who has no account: anybody could make it do so
    assert [mail["To"] for mail in mail_server.mails] == ["alice@example.org"]


def test_a_password_that_is_too_easy_is_refused(mail_server: MailServer) -> None:
    make_user()
    ask()
    answer = choose(link_in(mail_server, "alice@example.org"), "12345678")[1]
    assert answer.context["form"].errors
    assert User.objects.get().check_password(PASSWORD)
