"""What opens an account is never in the database in clear, nor in a log."""

import logging
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test import Client
from pytest_django import Settings

from cards.models import Message
from cards.platform.crypto import SealBroken, seal, unseal
from cards.tasks import tick
from tests.accounts.words import sign_in
from tests.factories import NOW, client_of, make_user
from tests.mail_server import MailServer, free_port

pytestmark = pytest.mark.django_db


def column() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        return repr(cursor.fetchall())


def test_the_secret_of_a_second_factor_is_encrypted() -> None:
    secret = generate_totp_secret()
    factor = TOTP.activate(make_user(), secret)
    assert secret not in column()
    stored = Authenticator.objects.get(pk=factor.instance.pk).data["secret"]
    assert stored != secret and unseal(stored) == secret


def test_recovery_codes_are_encrypted() -> None:
    codes = RecoveryCodes.activate(make_user())
    shown = codes.get_unused_codes()
    assert len(shown) == 10
    seed = unseal(Authenticator.objects.get().data["seed"])
    assert [word for word in (*shown, seed) if word in column()] == []
    # and they still work
    fresh = RecoveryCodes(Authenticator.objects.get())
    assert fresh.validate_code(shown[0]) and not fresh.validate_code(shown[0])


def test_a_rotated_key_still_opens_what_the_old_one_sealed(settings: Settings) -> None:
    old, new = settings.FIELD_KEYS[0], "NNvkO0LwLhvvBMlS7nYDkvwtLKM6DE8yfDGX0fvPnyU="
    sealed = seal("1234")
    settings.FIELD_KEYS = [new, old]
    assert unseal(sealed) == "1234"
    settings.FIELD_KEYS = [new]
    with pytest.raises(SealBroken) as caught:
        unseal(sealed)
    assert sealed not in str(caught.value) and new not in str(caught.value)


def test_no_password_and_no_link_gets_into_the_log(
    mail_server: MailServer, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    alice = make_user()
    settings.SMTP = replace(mail_server.address, port=free_port(), user="robot", password="hunter2hunter2")
    sign_in(password="my secret guess")
    Client().post("/account/password/reset/", {"email": alice.email})
    message = Message.objects.get()
    key = message.sealed_body.split("/key/")[1].split("/")[0]
    tick(NOW)
    message.refresh_from_db()
    assert message.error
    words = ("hunter2", "my secret guess", key, settings.SECRET_KEY, settings.FIELD_KEYS[0])
    assert [word for word in words if word in caplog.text + message.error] == []


def test_a_password_is_never_sent_back_to_the_page() -> None:
    make_user()
    assert "my secret guess" not in sign_in(password="my secret guess")[1].content.decode()


def test_passwords_are_hashed_with_argon2() -> None:
    from tracker import settings as own  # noqa: PLC0415  # the tests' own settings take a quick hasher

    assert own.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_the_panel_sends_to_the_counted_page_for_a_new_password() -> None:
    client = client_of(make_user(is_staff=True))
    answer = client.get("/admin/password_change/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/password/change/")
    data = {"old_password": "x", "new_password1": "y", "new_password2": "y"}
    assert client.post("/admin/password_change/", data).headers["Location"] == "/account/password/change/"
