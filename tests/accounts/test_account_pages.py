"""allauth's pages, the ones in use: they look like ours and need nothing that the policy forbids."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account import urls
from allauth.account.models import EmailConfirmationHMAC
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cards.models import User
from tests.accounts.words import link_in, path_of, sign_in
from tests.factories import PASSWORD, client_of, make_user
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
NAMES = sorted(pattern.name for pattern in urls.urlpatterns)
KEYS: dict[str, Callable[[], list[str]]] = {
    "account_confirm_email": lambda: [EmailConfirmationHMAC(User.objects.get().emailaddress_set.get()).key],
    "account_reset_password_from_key": lambda: ["1", "no-such-key"],
}
# What runs or dresses a page from within it. A block of data is no script.
FORBIDDEN = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*\ssrc=)(?![^>]*application/json)""",
    re.IGNORECASE,
)
TAGS = re.compile(r"<(?!!--)[^>]*>")


def check(page: Any, path: str) -> str:
    """Assert that a page is one of ours, and return it."""
    text: str = page.content.decode()
    assert [tag for tag in TAGS.findall(text) if FORBIDDEN.search(tag)] == [], path
    for source in re.findall(r"""(?:src|href)="([^"]+)\"""", text):
        assert source.startswith(("/", "#", "?")), (path, source)
    assert "cards/components.css" in text and "cards/tokens.css" in text, path
    assert re.search(r"<title>[^<]+ · Keepline</title>", text), path
    assert len(re.findall(r"<h1[ >]", text)) == 1, path
    assert "no-store" in page["Cache-Control"], path
    return text


def address_of(name: str) -> str:
    return reverse(name, args=KEYS[name]() if name in KEYS else [])


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_for_who_is_not_signed_in(name: str, is_open: bool, settings: Settings) -> None:
    settings.OPEN_SIGNUP = is_open
    make_user()
    check(Client().get(address_of(name), follow=True), name)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_for_who_is(name: str) -> None:
    make_user()
    client, _answer = sign_in()
    check(client.get(address_of(name), follow=True), name)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_for_who_has_been_in_for_long(name: str) -> None:
    """Some pages ask for the password again."""
    check(client_of(make_user()).get(address_of(name), follow=True), name)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "account_logout"])
def test_a_form_sent_empty_comes_back_as_a_page_of_ours(name: str) -> None:
    make_user()
    for client in (Client(), sign_in()[0]):
        page = client.post(address_of(name), follow=True)
        if page.status_code != 405:
            check(page, name)


def test_the_page_for_a_new_password(mail_server: MailServer) -> None:
    make_user()
    Client().post("/account/password/reset/", {"email": "alice@example.org"})
    link = path_of(link_in(mail_server, "alice@example.org"))
    page = Client().get(link, follow=True)
    text = check(page, link)
    assert 'type="password"' in text
    # the token is in no address that a page on could learn of
    assert page.redirect_chain[-1][0].endswith("-set-password/")


def confirmed() -> Client:
    """Sign in and give the password once more, as changing the address asks for."""
    client, _answer = sign_in()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_second_address_waits_for_its_mail(mail_server: MailServer) -> None:
    make_user()
    client = confirmed()
    client.post("/account/email/", {"action_add": "", "email": "alice@example.net"})
    text = check(client.get("/account/email/"), "/account/email/")
    assert "Unverified" in text
    # it is not the one that mails go to until it is verified
    client.post("/account/email/", {"action_primary": "", "email": "alice@example.net"})
    assert User.objects.get().email == "alice@example.org"
    client.post(path_of(link_in(mail_server, "alice@example.net")))
    client.post("/account/email/", {"action_primary": "", "email": "alice@example.net"})
    assert User.objects.get().email == "alice@example.net"


def test_who_finds_an_open_browser_can_not_move_the_account_to_another_address(
    mail_server: MailServer,
) -> None:
    make_user()
    client, _answer = sign_in()
    answer = client.post("/account/email/", {"action_add": "", "email": "mallory@example.net"})
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    assert mail_server.mails == []
    assert User.objects.get().emailaddress_set.count() == 1


def test_the_address_of_somebody_else_can_not_be_taken(mail_server: MailServer) -> None:
    make_user("bob@example.org")
    make_user()
    client = confirmed()
    page = client.post("/account/email/", {"action_add": "", "email": "Bob@example.org"}, follow=True)
    assert page.status_code == 200
    assert not User.objects.get(email="alice@example.org").emailaddress_set.filter(
        email="bob@example.org", verified=True
    )
    client.post("/account/email/", {"action_primary": "", "email": "bob@example.org"})
    assert sorted(User.objects.values_list("email", flat=True)) == ["alice@example.org", "bob@example.org"]
