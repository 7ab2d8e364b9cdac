"""The one-time link with which the owner sets up the account."""

from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from cards.accounts.owner import owner_link
from cards.models import User
from tests.factories import NOW, PASSWORD, make_user

pytestmark = pytest.mark.django_db
FORM = {
    "email": "alice@example.org",
    "password": PASSWORD,
    "password_again": PASSWORD,
    "language": "zh-hans",
    "time_zone": "Asia/Shanghai",
}


def path_of(link: str) -> str:
    return urlsplit(link).path


def send(path: str, **changes: str) -> tuple[Client, Any]:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        return client, client.post(path, {**FORM, **changes})


def test_the_link_makes_an_owner_who_is_signed_in_at_once() -> None:
    client, response = send(path_of(owner_link(now=NOW)))
    assert (response.status_code, response.url) == (302, "/")
    owner = User.objects.get()
    assert (owner.email, owner.language, owner.time_zone) == ("alice@example.org", "zh-hans", "Asia/Shanghai")
    assert owner.is_superuser and owner.is_staff and owner.check_password(PASSWORD)
    address = EmailAddress.objects.get(user=owner)
    assert (address.verified, address.primary) == (True, True)
    with time_machine.travel(NOW, tick=False):
        assert client.get("/").status_code == 200
        # the password was given just now: changing the address asks for nothing more
        assert client.get("/account/email/").status_code == 200


def test_the_owner_can_sign_in_later() -> None:
    send(path_of(owner_link(now=NOW)))
    client = Client()
    response = client.post("/account/login/", {"login": "alice@example.org", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_the_link_works_once() -> None:
    path = path_of(owner_link(now=NOW))
    send(path)
    _client, response = send(path, email="mallory@example.org")
    assert response.status_code == 404
    assert "This link was used already" in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("age", [timedelta(days=8), None])
def test_an_old_or_broken_link_says_how_to_get_a_new_one(age: timedelta | None) -> None:
    path = path_of(owner_link(now=NOW - age)) if age else path_of(owner_link(now=NOW))[:-5] + "x/"
    client = Client()
    with time_machine.travel(NOW, tick=False):
        for response in (client.get(path), client.post(path, FORM)):
            assert response.status_code == 404
            assert "./run manage owner_link" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "changes", "says"),
    [
        ("email", {"email": "alice"}, "valid email"),
        ("password_again", {"password_again": "another one entirely"}, "The two passwords differ."),
        ("password", {"password": "12345678", "password_again": "12345678"}, "entirely numeric"),
        ("time_zone", {"time_zone": "Mars/Olympus"}, "valid choice"),
        ("language", {"language": "xx"}, "valid choice"),
    ],
)
def test_bad_input_gets_an_error_at_its_field(field: str, changes: dict[str, str], says: str) -> None:
    _client, response = send(path_of(owner_link(now=NOW)), **changes)
    assert response.status_code == 422
    errors = " ".join(response.context["form"].errors[field])
    assert says in errors
    # what was typed stays, except the passwords
    assert f'value="{changes.get("email", FORM["email"])}"' in response.content.decode()
    assert changes.get("password", PASSWORD) not in response.content.decode()
    assert not User.objects.exists()


def test_an_address_that_signed_up_before_gets_a_field_error() -> None:
    make_user("Alice@example.org")
    _client, response = send(path_of(owner_link(now=NOW)))
    assert response.status_code == 422
    assert response.context["form"].errors["email"] == ["Somebody with this address is here already."]


def test_the_page_proposes_the_machines_time_zone_with_its_offset() -> None:
    with time_machine.travel(NOW, tick=False):
        page = Client().get(path_of(owner_link(now=NOW))).content.decode()
    assert '<option value="UTC" selected>UTC (UTC+00:00)</option>' in page
    assert '<option value="Asia/Shanghai">Shanghai (UTC+08:00)</option>' in page
    assert '<optgroup label="Asia">' in page


def test_a_command_prints_a_new_link_until_there_is_an_owner() -> None:
    out = StringIO()
    call_command("owner_link", stdout=out)
    response = Client().get(path_of(out.getvalue().strip()))
    assert response.status_code == 200
    make_user(is_staff=True, is_superuser=True)
    with pytest.raises(CommandError, match="There is an owner already"):
        call_command("owner_link")
