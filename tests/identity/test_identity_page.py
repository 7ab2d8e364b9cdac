"""The card's serial number, place, numbers; and that other forms leave them alone."""

from datetime import date
from typing import Any

import pytest
import time_machine

from cards.models import Card, CardNumber, Device, Event
from cards.rules.serials import has_luhn
from tests.factories import NOW, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db
ICCID = next(f"897310220000000001{digit}" for digit in range(10) if has_luhn(f"897310220000000001{digit}"))


def post(card: Card, path: str = "identity/", **typed: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return client_of(card.owner).post(f"/cards/{card.public_id}/{path}", typed, follow=True)


def test_everything_is_kept_and_other_forms_do_not_wipe_it() -> None:
    alice = make_user()
    card = make_card(alice, number="+97333334567", operator=make_operator())
    device, new = (
        Device.objects.create(owner=alice, name="Drawer", kind="drawer"),
        make_card(alice, label="New"),
    )
    answer = post(
        card, iccid=f"{ICCID[:4]} {ICCID[4:8]}-{ICCID[8:]}", device=device.public_id,
        successor=new.public_id, numbers="+44 7400 123456, work\n3612 3456，家", installs_left="2",
        install_by_on="2027-01-31", first_use_by_on="2027-02-28",
    )  # fmt: skip
    assert answer.status_code == 200
    text = answer.content.decode()
    for part in (ICCID, "Drawer", "New", "+44 7400 123456", "work", "+973 3612 3456", "家"):
        assert part in text
    assert "check digit" not in text
    again = {"label": "Renamed", "form": "esim", "billing": "prepaid", "country": "BH", "operator": "Batelco"}
    assert post(card, "edit/", **again, number="+97333334567").status_code == 200
    card.refresh_from_db()
    assert (card.label, card.iccid, card.device, card.successor) == ("Renamed", ICCID, device, new)
    assert (card.installs_left, card.install_by_on, card.first_use_by_on) == (
        2, date(2027, 1, 31), date(2027, 2, 28),
    )  # fmt: skip
    assert list(CardNumber.objects.values_list("number", "label")) == [
        ("+447400123456", "work"), ("+97336123456", "家"),
    ]  # fmt: skip


def test_the_form_shows_what_it_keeps_and_saving_it_unchanged_writes_no_history() -> None:
    alice = make_user()
    card = make_card(alice, number="+97333334567", operator=make_operator())
    post(card, iccid=ICCID, numbers="+44 7400 123456, work")
    before = Event.objects.count()
    with time_machine.travel(NOW, tick=False):
        form = client_of(alice).get(f"/cards/{card.public_id}/identity/").context["form"]
    post(card, **{name: form[name].value() or "" for name in form.fields})
    assert Event.objects.count() == before
    assert CardNumber.objects.count() == 1


def test_numbers_are_changed_and_removed() -> None:
    card = make_card(make_user(), number="+97333334567", operator=make_operator())
    post(card, numbers="+44 7400 123456, work\n+97336123456")
    post(card, numbers="+44 7400 123456, home\n+973 3333 4567, the card's own is not a further one")
    assert list(CardNumber.objects.values_list("number", "label")) == [("+447400123456", "home")]
    assert Event.objects.filter(details={"fields": ["numbers"]}).count() == 2


def test_a_wrong_check_digit_is_a_warning_only() -> None:
    card = make_card(make_user())
    wrong = ICCID[:-1] + str((int(ICCID[-1]) + 1) % 10)
    answer = post(card, iccid=wrong)
    assert "check digit does not fit" in answer.content.decode().replace("&#x27;", "'")
    card.refresh_from_db()
    assert card.iccid == wrong


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("iccid", "1234", "18 to 22 digits"),
        ("iccid", "8" * 19, "18 to 22 digits"),
        ("numbers", "12", "be a phone number"),
        ("numbers", "\n".join(f"+44 7400 1234{n:02}" for n in range(21)), "At most 20 numbers"),
        ("installs_left", "-1", "greater than or equal"),
        ("install_by_on", "2027-02-30", "date that exists"),
        ("device", "nobodys", "valid choice"),
    ],
)
def test_what_can_not_be_right_is_refused_and_nothing_typed_is_lost(
    field: str, value: str, words: str
) -> None:
    card = make_card(make_user())
    answer = post(card, **{field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert field == "device" or answer.context["form"][field].value() == value
    assert not Event.objects.filter(kind="card-changed").exists()


def test_nobody_elses_device_or_card_can_be_chosen() -> None:
    card, bob = make_card(make_user()), make_user("bob@example.org")
    foreign = Device.objects.create(owner=bob, name="Bob's", kind="phone")
    assert post(card, device=foreign.public_id).status_code == 422
    assert post(card, successor=make_card(bob).public_id).status_code == 422
    assert post(card, successor=card.public_id).status_code == 422
    assert "Bob" not in post(card, iccid="x").content.decode()


def test_installing_by_and_first_use_have_deadlines() -> None:
    card = make_card(make_user(), form="esim")
    post(card, install_by_on="2027-01-31", first_use_by_on="2027-02-28")
    kinds = set(card.deadlines.filter(state="open").values_list("kind", flat=True))
    assert {"install-by", "first-use"} <= kinds
