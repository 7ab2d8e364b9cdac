"""Devices: which card is where, and how much room is left."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card, Device, Event, User
from tests.factories import NOW, client_of, make_card, make_user

pytestmark = pytest.mark.django_db
EID = "89049032123451234512345678901235"


def send(person: User, path: str, **typed: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client_of(person).post(path, typed, follow=True)


def shown(person: User) -> str:
    with time_machine.travel(NOW, tick=False):
        return client_of(person).get("/devices/").content.decode()


def test_a_device_is_added_changed_and_shown_with_its_room() -> None:
    alice = make_user()
    grouped = " ".join(EID[place : place + 4] for place in range(0, 32, 4))
    assert (
        send(alice, "/devices/add/", name="Blue card", kind="euicc", eid=grouped, capacity="2").status_code
        == 200
    )
    device = Device.objects.get()
    assert (device.owner, device.eid, device.capacity) == (alice, EID, 2)
    make_card(alice, label="One", form="esim", device=device)
    make_card(alice, label="Plastic", device=device)
    make_card(alice, label="Nowhere")
    text = shown(alice)
    for part in ("Blue card", "eUICC card", EID, "One", "Plastic", "Nowhere", "eSIMs: 1 of 2, room for 1"):
        assert part in text
    assert "On no device" in text
    make_card(alice, label="Two", form="esim", device=device)
    make_card(alice, label="Three", form="esim", device=device)
    assert "more than it holds" in shown(alice)
    assert send(alice, f"/devices/{device.public_id}/edit/", name="Red card", kind="euicc").status_code == 200
    device.refresh_from_db()
    assert (device.name, device.eid, device.capacity) == ("Red card", "", None)
    assert "room for" not in shown(alice)


@pytest.mark.parametrize(
    ("eid", "words"),
    [(EID[:-1] + "6", "one of them is wrong"), ("123", "32 digits"), ("x" * 32, "32 digits")],
)
def test_a_wrong_eid_is_refused(eid: str, words: str) -> None:
    answer = send(make_user(), "/devices/add/", name="Blue card", kind="euicc", eid=eid)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Device.objects.exists()


def test_deleting_a_device_keeps_its_cards() -> None:
    alice = make_user()
    device = Device.objects.create(owner=alice, name="Drawer", kind="drawer")
    card = make_card(alice, device=device)
    with time_machine.travel(NOW, tick=False):
        asked = client_of(alice).get(f"/devices/{device.public_id}/delete/").content.decode()
    assert "1 card is there" in asked
    assert Device.objects.exists()
    send(alice, f"/devices/{device.public_id}/delete/")
    assert not Device.objects.exists()
    assert Card.objects.get(pk=card.pk).device is None
    assert Event.objects.filter(card=card, kind="card-changed", details={"fields": ["device"]}).exists()


def test_archived_cards_take_no_room() -> None:
    alice = make_user()
    device = Device.objects.create(owner=alice, name="Phone", capacity=1)
    card = make_card(alice, form="esim", device=device)
    send(alice, f"/cards/{card.public_id}/archive/")
    assert "eSIMs: 0 of 1, room for 1" in shown(alice)


def test_the_list_takes_the_same_queries_for_one_and_for_many() -> None:
    alice, counts = make_user(), []
    client = client_of(alice)
    for _ in range(2):
        for number in range(1 + 5 * len(counts)):
            device = Device.objects.create(owner=alice, name=f"Phone {len(counts)} {number}")
            make_card(alice, device=device)
        make_card(alice)
        with CaptureQueriesContext(connection) as captured, time_machine.travel(NOW, tick=False):
            client.get("/devices/")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
