"""Signing in by e-mail, and where it leads."""

from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client

from cards.accounts.owner import owner_link
from cards.models import User
from tests.accounts.words import path_of, sign_in
from tests.factories import NOW, PASSWORD, client_of, make_user

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return client.get("/preferences/").status_code == 200


def test_the_address_and_the_password_open_the_start_page() -> None:
    make_user()
    client, answer = sign_in()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_in(client)


@pytest.mark.parametrize("typed", ["Alice@Example.org", "alice@example.org", "ALICE@EXAMPLE.ORG"])
def test_capitals_in_the_address_make_no_difference(typed: str) -> None:
    make_user("Alice@Example.org")
    assert is_in(sign_in(typed)[0])


def test_an_owner_whose_address_has_capitals_can_sign_in() -> None:
    form = {
        "email": "Alice@Example.org", "password": PASSWORD, "password_again": PASSWORD,
        "language": "en", "time_zone": "UTC",
    }  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        assert Client().post(path_of(owner_link(now=NOW)), form).status_code == 302
    client, _answer = sign_in("alice@example.org")
    assert is_in(client)
    # one address, and it is the verified one
    client.get("/account/email/")
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("alice@example.org", True)]


def test_createsuperuser_gives_an_account_that_can_sign_in_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Root@example.org", stdout=StringIO())
    client, _answer = sign_in("root@example.org")
    assert is_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_words() -> None:
    make_user()
    pages = [sign_in(*pair)[1] for pair in (("alice@example.org", "wrong"), ("bob@example.org", "wrong"))]
    errors = [page.context["form"].errors for page in pages]
    assert errors[0] == errors[1]
    assert errors[0]


def test_an_inactive_account_does_not_get_in_and_its_sessions_end() -> None:
    alice = make_user()
    client = client_of(alice)
    User.objects.update(is_active=False)
    assert not is_in(client)
    fresh, answer = sign_in()
    assert answer.headers["Location"] == "/account/inactive/"
    assert not is_in(fresh)


def test_signing_out_ends_the_session() -> None:
    client = client_of(make_user())
    client.post("/account/logout/")
    assert not is_in(client)


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example",
        "javascript:alert(1)", "https://localhost/", "http://127.0.0.1:9000/", "http:evil.example",
        "https://testserver@evil.example/",
    ],
)  # fmt: skip
def test_no_address_leads_to_another_site(next_page: str) -> None:
    make_user()
    client = Client()
    data = {"login": "alice@example.org", "password": PASSWORD, "next": next_page}
    answer = client.post("/account/login/", data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    for path, form in (
        ("/account/logout/", {"next": next_page}),
        ("/i18n/setlang/", {"language": "en", "next": next_page}),
    ):
        answer = client_of(User.objects.get()).post(path, form)
        assert answer.headers["Location"].startswith("/") and "evil" not in answer.headers["Location"], path


def test_a_page_of_this_site_is_led_to() -> None:
    make_user()
    data = {"login": "alice@example.org", "password": PASSWORD, "next": "/cards/?q=x"}
    assert Client().post("/account/login/", data).headers["Location"] == "/cards/?q=x"
