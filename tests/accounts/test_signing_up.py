"""Sign-up: closed, or open with an address that has to be verified by mail."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from cards.models import User
from tests.accounts.words import link_in, path_of, sign_in
from tests.factories import PASSWORD, make_user
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db


def sign_up(email: str = "bob@example.org") -> tuple[Client, Any]:
    client = Client()
    form = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client, client.post("/account/signup/", form)


@pytest.fixture
def open_signup(settings: Settings) -> None:
    settings.OPEN_SIGNUP = settings.ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True


def test_strangers_can_not_make_accounts(mail_server: MailServer) -> None:
    answer = sign_up()[1]
    assert "Sign Up Closed" in answer.content.decode()
    assert "Sign Up Closed" in Client().get("/account/signup/").content.decode()
    assert "/account/signup/" not in Client().get("/account/login/").content.decode()
    assert not User.objects.exists()
    assert mail_server.mails == []


@pytest.mark.usefixtures("open_signup")
def test_the_address_is_verified_by_mail_before_anyone_gets_in(mail_server: MailServer) -> None:
    client, answer = sign_up()
    assert answer.headers["Location"] == "/account/confirm-email/"
    for browser in (client, sign_in("bob@example.org")[0]):
        assert browser.get("/cards/").status_code == 302
    path = path_of(link_in(mail_server, "bob@example.org"))
    # a scanner that follows the link verifies nothing
    page = Client().get(path)
    assert page.status_code == 200
    assert sign_in("bob@example.org")[0].get("/cards/").status_code == 302
    assert Client().post(path).status_code == 302
    assert sign_in("bob@example.org")[0].get("/cards/").status_code == 200
    bob = User.objects.get()
    assert not (bob.is_staff or bob.is_superuser)


@pytest.mark.usefixtures("open_signup")
def test_sign_up_says_the_same_for_an_address_that_is_known(mail_server: MailServer) -> None:
    make_user()
    known, unknown = sign_up("alice@example.org"), sign_up("bob@example.org")
    assert known[1].headers["Location"] == unknown[1].headers["Location"] == "/account/confirm-email/"
    pages = [client.get("/account/confirm-email/").content.decode() for client, _answer in (known, unknown)]
    mains = [page.partition("<main")[2].partition("<footer")[0] for page in pages]
    assert mains[0].replace("alice@", "bob@") == mains[1] != ""
    # only the holder of the address is told
    assert "already exists" in text_of(mail_server.to("alice@example.org")[0])
    assert User.objects.count() == 2


@pytest.mark.usefixtures("open_signup")
def test_nobody_signs_up_with_rights(mail_server: MailServer) -> None:
    form = {"email": "bob@example.org", "password1": PASSWORD, "password2": PASSWORD}
    rights = {"is_staff": "on", "is_superuser": "on", "is_active": "on"}
    Client().post("/account/signup/", {**form, **rights})
    bob = User.objects.get()
    assert not (bob.is_staff or bob.is_superuser)
