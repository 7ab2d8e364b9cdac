"""What opens a line stands nowhere but on the page that its holder asked for with the password."""

import logging
from datetime import date
from pathlib import Path

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from cards.models import Card, CardSecrets, Event, User
from cards.services.secrets import keep_secrets
from cards.tasks import tick
from tests.factories import NOW, PASSWORD, client_of, make_card, make_user, utc

pytestmark = pytest.mark.django_db
VALUES = {
    "activation_code": "LPA:1$smdp.secret-server.example$MATCH-9ZK4",
    "confirmation_code": "CONF-7731",
    "pin": "80264913",
    "puk": "55190237",
    "pin2": "61429078",
    "puk2": "90817263",
}
PARTS = (*VALUES.values(), "MATCH-9ZK4", "secret-server")


def card_with_secrets(person: User) -> Card:
    card = make_card(
        person, label="Bahrain", number="+97333334567", expires_on=date(2026, 12, 14), period=(180, "day"),
        form="esim", now=utc("2026-10-01 00:00"),
    )  # fmt: skip
    keep_secrets(card=card, values=VALUES, by=person, now=utc("2026-10-01 00:00"))
    return card


def signed_in(person: User) -> Client:
    """A browser in which the password was typed just now."""
    client = client_of(person)
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def has_leak(text: str) -> bool:
    return any(part in text for part in PARTS)


def test_no_page_of_the_holder_shows_them_but_the_one_asked_for() -> None:
    alice = make_user()
    card = card_with_secrets(alice)
    client = client_of(alice)
    names = ("card", "card_edit", "card_identity", "secrets_edit", "card_delete", "action_add")
    pages = [reverse(name, args=[card.public_id]) for name in names]
    with time_machine.travel(NOW, tick=False):
        for address in (*pages, "/", "/cards/", "/devices/", "/emergency/", "/reminders/"):
            response = client.get(address)
            assert response.status_code == 200, address
            assert not has_leak(response.content.decode()), address


def test_they_are_shown_after_the_password_and_it_is_written_down() -> None:
    alice = make_user()
    card = card_with_secrets(alice)
    with time_machine.travel(NOW, tick=False):
        asked = client_of(alice).post(reverse("secrets_show", args=[card.public_id]))
        assert asked.status_code == 302
        assert asked["Location"].startswith("/account/reauthenticate/")
        assert not Event.objects.filter(kind="secrets-shown").exists()
        shown = signed_in(alice).post(reverse("secrets_show", args=[card.public_id]))
    text = shown.content.decode()
    assert all(value in text for value in VALUES.values())
    assert "esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA%3A1%24smdp" in text
    assert "esimsetup.android.com/esim_qrcode_provisioning?carddata=LPA%3A1%24smdp" in text
    assert 'src="data:image/svg+xml' in text
    assert "no-store" in shown["Cache-Control"]
    (event,) = Event.objects.filter(kind="secrets-shown")
    assert event.by == alice
    assert not has_leak(str(event.details))


def test_the_password_leads_on_to_what_was_asked_for() -> None:
    alice = make_user()
    card = card_with_secrets(alice)
    client = client_of(alice)
    with time_machine.travel(NOW, tick=False):
        asked = client.post(reverse("secrets_show", args=[card.public_id]))
        shown = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert shown.status_code == 200
    assert VALUES["pin"] in shown.content.decode()


def test_staff_see_nothing_of_them_in_the_panel() -> None:
    card = card_with_secrets(make_user())
    staff = make_user("staff@example.org", is_staff=True, is_superuser=True)
    client = signed_in(staff)
    with time_machine.travel(NOW, tick=False):
        for address in (
            reverse("admin:index"),
            reverse("admin:cards_card_changelist"),
            reverse("admin:cards_card_change", args=[card.pk]),
            reverse("admin:cards_event_changelist"),
            *(reverse("admin:cards_event_change", args=[row.pk]) for row in Event.objects.all()),
        ):
            response = client.get(address)
            assert response.status_code == 200, address
            assert not has_leak(response.content.decode()), address
    assert "cardsecrets" not in client.get(reverse("admin:index")).content.decode()


def test_mails_events_and_logs_are_free_of_them(mailbox_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    alice = make_user()
    with caplog.at_level(logging.DEBUG):
        card = card_with_secrets(alice)
        with time_machine.travel(NOW, tick=False):
            client = signed_in(alice)
            client.post(reverse("secrets_edit", args=[card.public_id]), {"pin": VALUES["pin"]})
            client.post(reverse("secrets_show", args=[card.public_id]))
        tick(NOW)
    logged = "".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    )
    assert not has_leak(logged)
    assert not has_leak("".join(path.read_text(errors="replace") for path in mailbox_dir.rglob("*.eml")))
    assert not has_leak(str(list(Event.objects.values_list("details", flat=True))))


def test_the_database_holds_none_of_them_in_clear() -> None:
    card_with_secrets(make_user())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cards_cardsecrets")
        row = cursor.fetchone()
    assert not has_leak(str(row))
    assert CardSecrets.objects.get().pin == VALUES["pin"]


def all_that_is_stored() -> bytes:
    """Return the bytes of the SQLite file; of PostgreSQL every row of every table."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return bytes(connection.connection.serialize())
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return str(rows).encode()


def test_all_that_the_database_stores_holds_none_of_them() -> None:
    card_with_secrets(make_user())
    image = all_that_is_stored()
    assert b"+97333334567" in image  # what is clear is found, so the search works
    assert not any(part.encode() in image for part in PARTS)


def test_a_lost_key_is_said_on_that_page_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = make_user()
    card = card_with_secrets(alice)
    client = signed_in_at_now(alice)
    monkeypatch.setattr(settings, "FIELD_KEYS", [Fernet.generate_key().decode()])
    with time_machine.travel(NOW, tick=False):
        for name in ("card", "card_identity", "secrets_edit"):
            assert client.get(reverse(name, args=[card.public_id])).status_code == 200
        shown = client.post(reverse("secrets_show", args=[card.public_id]))
        assert shown.status_code == 200
        assert "The key is missing" in shown.content.decode()
        again = client.post(reverse("secrets_edit", args=[card.public_id]), {"pin": "1234"})
        assert again.status_code == 302


def signed_in_at_now(person: User) -> Client:
    with time_machine.travel(NOW, tick=False):
        return signed_in(person)


def test_a_refused_form_never_brings_back_what_is_stored() -> None:
    alice = make_user()
    card = card_with_secrets(alice)
    with time_machine.travel(NOW, tick=False):
        answer = client_of(alice).post(reverse("secrets_edit", args=[card.public_id]), {"puk": "12"})
    assert answer.status_code == 422
    assert not has_leak(answer.content.decode())
    assert CardSecrets.objects.get().puk == VALUES["puk"]


def test_the_cards_form_and_the_panel_keep_what_they_do_not_ask_for() -> None:
    alice = make_user()
    card = make_card(alice, iccid="8997310000000000000", installs_left=1, install_by_on=date(2027, 1, 31))
    staff = make_user("staff@example.org", is_staff=True, is_superuser=True)
    typed = {"label": "Other", "purposes": ["data"], "form": "physical", "billing": "prepaid"}
    with time_machine.travel(NOW, tick=False):
        assert client_of(alice).post(reverse("card_edit", args=[card.public_id]), typed).status_code == 302
        page = reverse("admin:cards_card_change", args=[card.pk])
        assert signed_in(staff).post(page, {**typed, "label": "Third", "intent": "keep"}).status_code == 302
    card.refresh_from_db()
    assert (card.label, card.iccid, card.installs_left) == ("Third", "8997310000000000000", 1)
    assert card.install_by_on == date(2027, 1, 31)


def test_another_persons_device_and_card_cannot_be_chosen() -> None:
    alice, bob = make_user(), make_user("bob@example.org")
    theirs = make_card(bob, label="Bob's")
    device = bob.devices.create(name="Bob's phone")
    card = make_card(alice)
    with time_machine.travel(NOW, tick=False):
        for typed in ({"device": device.public_id}, {"successor": theirs.public_id}):
            answer = client_of(alice).post(reverse("card_identity", args=[card.public_id]), typed)
            assert answer.status_code == 422
            assert "Bob" not in answer.content.decode()
    card.refresh_from_db()
    assert (card.device, card.successor) == (None, None)
