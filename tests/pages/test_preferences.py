"""A person's preferences."""

from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from cards.forms.zones import offset_text
from cards.models import User
from tests.factories import NOW, client_of, make_card, make_user, utc, watch_of

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Alice",
    "language": "en",
    "time_zone": "Asia/Shanghai",
    "remind_at": "09:00",
    "leads": "30, 14, 7, 3, 1, 0",
    "currency": "EUR",
    "theme": "dark",
}


def save(client: Client, **changes: str) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client.post("/preferences/", {**FORM, **changes})


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_everything_is_kept() -> None:
    alice = make_user()
    client = client_of(alice)
    chosen = {"language": "zh-hans", "time_zone": "Europe/Berlin", "remind_at": "19:30", "currency": "BHD"}
    response = save(client, leads="7，1、 60", **chosen)
    assert (response.status_code, response.url) == (302, "/preferences/")
    row = fresh(alice)
    assert (row.name, row.language, row.time_zone) == ("Alice", "zh-hans", "Europe/Berlin")
    assert (row.remind_at, row.leads) == (time(19, 30), [60, 7, 1])
    assert (row.currency, row.theme) == ("BHD", "dark")


def test_a_new_zone_and_hour_move_the_next_reminder_and_the_page_says_so() -> None:
    alice = make_user()
    card = make_card(alice, label="Hong Kong", expires_on=date(2027, 3, 1), zone="Asia/Hong_Kong")
    before = watch_of(card).next_at
    client = client_of(alice)
    save(client, time_zone="Europe/Berlin", remind_at="08:00")
    after = watch_of(card).next_at
    assert before is not None and after is not None
    assert (before.hour, after.hour) == (1, 7)
    with time_machine.travel(NOW, tick=False):
        page = client.get("/preferences/").content.decode()
    assert "All reminders were planned anew; the next one comes on" in page
    assert "08:00 for Hong Kong" in page


def test_new_leads_move_the_next_reminder() -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2027, 3, 1), zone="Asia/Hong_Kong", margin_days=0)
    save(client_of(alice), leads="5")
    watch = watch_of(card)
    assert (watch.slot, watch.next_at) == ("lead:5", utc("2027-02-24 01:00"))


def test_a_new_look_alone_moves_nothing() -> None:
    alice = make_user()
    make_card(alice, expires_on=date(2027, 3, 1))
    client = client_of(alice)
    save(client)
    with time_machine.travel(NOW, tick=False):
        page = client.get("/preferences/").content.decode()
    assert "planned anew" not in page
    assert 'data-bs-theme="dark"' in page


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("leads", ""),
        ("leads", "soon"),
        ("leads", "401"),
        ("leads", "-1"),
        ("leads", "1.5"),
        ("leads", "٣"),
        ("leads", ",".join(map(str, range(21)))),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("remind_at", "25:00"),
        ("remind_at", "soon"),
        ("language", "xx"),
        ("currency", "EURO"),
        ("theme", "pink"),
        ("name", "a\x00b"),
        ("name", "a\x07b"),
        ("name", "x" * 10_000),
    ],
)
def test_bad_input_gets_an_error_at_its_field_and_changes_nothing(field: str, text: str) -> None:
    alice = make_user(name="Old")
    response = save(client_of(alice), **{field: text})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    # the error stands at its field, and what was typed into the others is still there
    assert f'id="id_{field}_error"' in response.content.decode()
    assert 'value="Alice"' in response.content.decode() or field == "name"
    assert (fresh(alice).name, fresh(alice).leads) == ("Old", [30, 14, 7, 3, 1, 0])


def test_the_zones_show_their_offset_of_today() -> None:
    alice = make_user()
    with time_machine.travel(NOW, tick=False):
        page = client_of(alice).get("/preferences/").content.decode()
    assert '<option value="Asia/Shanghai" selected>Shanghai (UTC+08:00)</option>' in page
    assert '<option value="Europe/Berlin">Berlin (UTC+01:00)</option>' in page
    assert 'value="localtime"' not in page
    assert offset_text("Europe/Berlin", utc("2026-07-01 00:00")) == "UTC+02:00"
    assert offset_text("Asia/Kathmandu", NOW) == "UTC+05:45"
    assert offset_text("America/St_Johns", NOW) == "UTC-03:30"


def test_places_bear_the_name_of_the_persons_language() -> None:
    alice = make_user(language="zh-hans")
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        page = client_of(alice).get("/preferences/").content.decode()
    assert "上海 (UTC+08:00)" in page


def test_the_page_leads_to_password_and_addresses() -> None:
    with time_machine.travel(NOW, tick=False):
        page = client_of(make_user()).get("/preferences/").content.decode()
    assert 'href="/account/password/change/"' in page
    assert 'href="/account/email/"' in page


def test_it_needs_an_account() -> None:
    response = Client().get("/preferences/")
    assert response.headers["Location"] == "/account/login/?next=/preferences/"
