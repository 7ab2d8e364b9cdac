"""What opens a line: typed or read from a picture, kept sealed, shown after the password only."""

import io
from typing import Any

import pytest
import segno
import time_machine
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from cards.models import Card, CardSecrets, Event
from cards.platform.qr import MOST_BYTES
from cards.services.secrets import SECRETS, Secrets, keep_secrets, show_secrets
from tests.factories import NOW, PASSWORD, client_of, make_card, make_user

pytestmark = pytest.mark.django_db
CODE = "LPA:1$smdp.example$MATCHING-ID"
ALL = {
    "activation_code": CODE, "confirmation_code": "CONFIRM-99", "pin": "4711", "puk": "87654321",
    "pin2": "8822", "puk2": "11223344",
}  # fmt: skip


def picture(*texts: str) -> SimpleUploadedFile:
    whole = Image.new("RGB", (700 * len(texts), 700), "white")
    for place, text in enumerate(texts):
        out = io.BytesIO()
        segno.make(text, micro=False).save(out, kind="png", scale=8)
        whole.paste(Image.open(out).convert("RGB"), (700 * place + 20, 20))
    out = io.BytesIO()
    whole.save(out, "png")
    return SimpleUploadedFile("code.png", out.getvalue(), "image/png")


def post(client: Client, card: Card, **typed: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client.post(f"/cards/{card.public_id}/secrets/", typed)


def kept(card: Card) -> Secrets:
    return show_secrets(card=card, by=card.owner, now=NOW)


def test_all_six_are_kept_and_an_empty_field_keeps_what_is_there() -> None:
    card = make_card(make_user())
    client = client_of(card.owner)
    assert post(client, card, **ALL).status_code == 302
    assert kept(card) == Secrets(**ALL)
    assert post(client, card, pin="1234 5678").status_code == 302
    assert kept(card) == Secrets(**{**ALL, "pin": "12345678"})
    assert post(client, card, forget=["pin", "puk2"]).status_code == 302
    assert kept(card) == Secrets(**{**ALL, "pin": "", "puk2": ""})


def test_the_history_names_the_fields_and_never_the_values() -> None:
    card = make_card(make_user())
    client = client_of(card.owner)
    post(client, card, **ALL)
    event = Event.objects.get(kind="secrets-changed")
    assert event.details == {"fields": list(SECRETS)}
    with time_machine.travel(NOW, tick=False):
        page = client.get(f"/cards/{card.public_id}/").content.decode()
    assert "Secrets changed" in page
    assert "activation code" in page
    assert not any(value in page for value in ALL.values())


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        "1$smdp.example$MATCHING-ID",
        "https://esimsetup.apple.com/x?carddata=LPA%3A1%24smdp.example%24MATCHING-ID",
    ],
)
def test_a_code_is_kept_in_one_form_however_it_was_typed(typed: str) -> None:
    card = make_card(make_user())
    assert post(client_of(card.owner), card, activation_code=typed).status_code == 302
    assert kept(card).activation_code == CODE


def test_a_picture_of_the_code_does_as_well() -> None:
    card = make_card(make_user())
    assert post(client_of(card.owner), card, picture=picture(CODE)).status_code == 302
    assert kept(card).activation_code == CODE


def test_of_several_codes_in_a_picture_the_esims_is_taken_and_two_of_them_are_refused() -> None:
    card = make_card(make_user())
    client = client_of(card.owner)
    assert post(client, card, picture=picture("https://shop.example", CODE)).status_code == 302
    assert kept(card).activation_code == CODE
    answer = post(client, card, picture=picture(CODE, CODE + "2"))
    assert answer.status_code == 422
    assert "several activation codes" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pin", "123", "A PIN has 4 to 8 digits."),
        ("pin2", "12ab", "A PIN has 4 to 8 digits."),
        ("puk", "123456789", "A PUK has 8 digits."),
        ("activation_code", "hello", "An activation code looks like"),
        ("activation_code", "LPA:1$localhost$X", "address"),
        ("picture", SimpleUploadedFile("x.png", b"no picture"), "read as a picture"),
        ("picture", SimpleUploadedFile("x.png", b""), "read as a picture"),
        ("picture", SimpleUploadedFile("x.png", b"\0" * (MOST_BYTES + 1)), "at most 8 MB"),
    ],
)
def test_what_can_not_be_right_is_refused_at_its_field(field: str, value: Any, words: str) -> None:
    card = make_card(make_user())
    answer = post(client_of(card.owner), card, **{field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not CardSecrets.objects.exists()


def test_a_picture_of_something_else_is_refused() -> None:
    card = make_card(make_user())
    answer = post(client_of(card.owner), card, picture=picture("https://shop.example"))
    assert answer.status_code == 422
    assert "no eSIM activation code" in answer.content.decode()


def show(client: Client, card: Card) -> Any:
    return client.post(f"/cards/{card.public_id}/secrets/show/")


def test_they_are_shown_after_the_password_and_the_look_is_noted() -> None:
    card = make_card(make_user())
    keep_secrets(card=card, values=ALL, by=card.owner, now=NOW)
    client = client_of(card.owner)
    with time_machine.travel(NOW, tick=False):
        asked = show(client, card)
        assert asked["Location"].startswith("/account/reauthenticate/")
        assert not Event.objects.filter(kind="secrets-shown").exists()
        wrong = client.post(asked["Location"], {"password": "wrong"})
        assert CODE not in wrong.content.decode()
        answer = client.post(asked["Location"], {"password": PASSWORD})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert all(value in text for value in ALL.values())
    assert 'src="data:image/svg+xml,' in text
    assert "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA%3A1%24smdp.example" in text
    assert "https://esimsetup.android.com/" in text
    assert " style=" not in text
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(kind="secrets-shown")
    assert (event.by, event.details) == (card.owner, {"fields": list(SECRETS)})


def test_minutes_later_the_password_is_asked_for_again() -> None:
    card = make_card(make_user())
    keep_secrets(card=card, values=ALL, by=card.owner, now=NOW)
    client = client_of(card.owner)
    with time_machine.travel(NOW, tick=False) as clock:
        client.post(show(client, card)["Location"], {"password": PASSWORD})
        assert show(client, card).status_code == 200
        clock.shift(600)
        assert show(client, card).status_code == 302


def test_a_look_changes_nothing_on_get() -> None:
    card = make_card(make_user())
    assert client_of(card.owner).get(f"/cards/{card.public_id}/secrets/show/").status_code == 405


def test_with_the_key_lost_only_this_page_says_so_and_new_ones_can_be_kept(settings: Settings) -> None:
    card = make_card(make_user())
    keep_secrets(card=card, values=ALL, by=card.owner, now=NOW)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    client = client_of(card.owner)
    with time_machine.travel(NOW, tick=False):
        client.post(show(client, card)["Location"], {"password": PASSWORD})
        lost = show(client, card)
        assert lost.status_code == 200
        assert "key that this machine does not have" in lost.content.decode()
        for path in ("", "edit/", "identity/", "secrets/", "delete/"):
            assert client.get(f"/cards/{card.public_id}/{path}").status_code == 200
        for path in ("/", "/cards/", "/emergency/", "/devices/"):
            assert client.get(path).status_code == 200
    assert not Event.objects.filter(kind="secrets-shown").exists()
    assert post(client, card, **ALL).status_code == 302
    assert kept(card) == Secrets(**ALL)
    card.delete()
    assert not CardSecrets.objects.exists()


def test_the_values_have_no_repr_that_a_log_could_print() -> None:
    assert "4711" not in repr(Secrets(**ALL))
