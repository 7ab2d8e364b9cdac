"""How many accounts hang on a number is said where the number may be lost; never which, in mails."""

from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cards.models import BoundService, Card, Event, User
from cards.services.bound import BoundFacts, add_service, move_service, remove_service
from cards.tasks import tick
from tests.factories import NOW, client_of, make_card, make_plan, make_user, utc

pytestmark = pytest.mark.django_db
COUNTS = "3 services hang on this number, 2 critical"
NAMES = ("Gulf Bank", "Chatter", "Tax office")


def bound_card(person: User, label: str = "Bahrain", **facts: Any) -> Card:
    """A card that is due, with three accounts on its number and one that was moved."""
    card = make_card(
        person, label=label, number="+97333334567", period=(180, "day"), expires_on=date(2026, 12, 14),
        purposes=("number-keeping",), now=utc("2026-10-01 00:00"), **facts,
    )  # fmt: skip
    for name, is_critical in zip(NAMES, (True, False, True), strict=True):
        told = BoundFacts(name=name, kind="bank", is_critical=is_critical)
        add_service(card=card, facts=told, by=person, now=utc("2026-10-01 00:00"))
    gone = add_service(
        card=card, facts=BoundFacts(name="Old shop", is_critical=True), by=person, now=utc("2026-10-01 00:00")
    )
    move_service(service=gone, moved_on=date(2026, 10, 2), moved_to="app", by=person, now=NOW)
    return card


def mails_in(folder: Path) -> list[str]:
    """Return the words of each mail, plain and HTML."""
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.rglob("*.eml")]
    return ["".join(part.get_content() for part in mail.iter_parts()) for mail in found]


def page(person: User, name: str, *args: object, **query: str) -> str:
    with time_machine.travel(NOW, tick=False):
        response = client_of(person).get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_cards_page_and_the_start_page_say_how_many_hang_on_it() -> None:
    alice = make_user()
    card = bound_card(alice)
    assert COUNTS in page(alice, "start")
    text = page(alice, "card", card.public_id)
    assert COUNTS in text
    assert all(name in text for name in (*NAMES, "Old shop"))


def test_one_is_one_and_none_is_not_mentioned() -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2026, 12, 14))
    assert "on this number" not in page(alice, "start")
    row = add_service(card=card, facts=BoundFacts(name="Gulf Bank"), by=alice, now=NOW)
    assert "1 service hangs on this number" in page(alice, "start")
    remove_service(service=row, by=alice, now=NOW)
    assert "on this number" not in page(alice, "start")


@pytest.mark.parametrize("intent", ["lapse", "cancelling"])
def test_before_the_number_is_let_go_the_critical_ones_are_named(intent: str) -> None:
    alice = make_user()
    text = page(alice, "card_intent", bound_card(alice).public_id, intent=intent)
    assert COUNTS in text
    assert "Gulf Bank" in text
    assert "Tax office" in text
    assert "Old shop" not in text


def test_before_a_card_is_deleted_the_critical_ones_are_named() -> None:
    alice = make_user()
    text = page(alice, "card_delete", bound_card(alice).public_id)
    assert COUNTS in text
    assert "Gulf Bank" in text


def test_a_mail_about_the_line_says_how_many_and_never_which(mailbox_dir: Path) -> None:
    bound_card(make_user())
    tick(NOW)
    (mail,) = mails_in(mailbox_dir)
    assert mail.count(COUNTS) == 2
    assert not any(name in mail for name in (*NAMES, "Old shop"))


def test_a_mail_about_a_plan_alone_does_not_speak_of_them(mailbox_dir: Path) -> None:
    alice = make_user()
    card = make_card(alice, now=utc("2026-11-01 00:00"))
    add_service(card=card, facts=BoundFacts(name="Gulf Bank"), by=alice, now=utc("2026-11-01 00:00"))
    make_plan(card, on=date(2026, 11, 25), period_count=14, now=utc("2026-11-01 00:00"))
    tick(utc("2026-12-05 02:00"))
    mails = mails_in(mailbox_dir)
    assert mails
    assert not any("on this number" in mail for mail in mails)


def test_the_history_holds_counts_and_no_names() -> None:
    bound_card(make_user())
    told = [str(details) for details in Event.objects.values_list("details", flat=True)]
    assert Event.objects.filter(kind="service-changed").count() == 5
    assert not any(name in text for text in told for name in (*NAMES, "Old shop", "app"))


def test_the_start_page_asks_as_often_for_many_cards_as_for_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    alice = make_user()
    client = client_of(alice)
    bound_card(alice)
    with time_machine.travel(NOW, tick=False), django_assert_max_num_queries(12) as few:
        client.get(reverse("start"))
    for number in range(4):
        bound_card(alice, f"Card {number}")
    with time_machine.travel(NOW, tick=False), django_assert_max_num_queries(12) as many:
        client.get(reverse("start"))
    assert len(few) == len(many)


def test_a_service_is_added_changed_moved_and_removed_on_its_pages() -> None:
    alice = make_user()
    card = make_card(alice)
    client = client_of(alice)
    with time_machine.travel(NOW, tick=False):
        typed = {"name": "Gulf Bank", "kind": "bank", "is_critical": "on", "note": "salary"}
        assert client.post(reverse("service_add", args=[card.public_id]), typed).status_code == 302
        row = BoundService.objects.get()
        assert (row.name, row.kind, row.is_critical, row.note) == ("Gulf Bank", "bank", True, "salary")
        edit = reverse("service_edit", args=[row.public_id])
        assert client.post(edit, {**typed, "note": ""}).status_code == 302
        wrong = client.post(edit, {**typed, "moved_to": "app"})
        assert wrong.status_code == 422
        move = reverse("service_move", args=[row.public_id])
        assert client.post(move, {"moved_on": "2026-12-01", "moved_to": "app"}).status_code == 302
        row.refresh_from_db()
        assert (row.note, row.moved_to, row.moved_on) == ("", "app", date(2026, 12, 1))
        assert client.post(move, {"undo": "1"}).status_code == 302
        row.refresh_from_db()
        assert row.moved_on is None
        remove = reverse("service_remove", args=[row.public_id])
        assert client.get(remove).status_code == 200
        assert client.post(remove).status_code == 302
    assert not BoundService.objects.exists()
