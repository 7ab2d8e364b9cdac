"""Dates that stand by themselves on a card."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cards.models import CardDate
from cards.services.dates import add_date
from tests.factories import NOW, client_of, make_card, make_user

pytestmark = pytest.mark.django_db
TYPED = {"kind": "notice", "due_on": "2027-03-01", "note": "send the form"}


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def make_date() -> CardDate:
    card = make_card(make_user())
    return add_date(
        card=card, kind="refund", due_on=date(2027, 1, 10), note="deposit", by=card.owner, now=NOW
    )


def test_a_date_is_added_with_its_deadline() -> None:
    card = make_card(make_user())
    client_of(card.owner).post(reverse("date_add", args=[card.public_id]), TYPED)
    deadline = card.deadlines.get(kind="notice")
    assert (deadline.ends_on, deadline.title) == (date(2027, 3, 1), "send the form")


def test_a_date_is_edited() -> None:
    row = make_date()
    client = client_of(row.card.owner)
    url = reverse("date_edit", args=[row.public_id])
    first = client.get(url).context["form"].initial
    assert first == {"kind": "refund", "due_on": date(2027, 1, 10), "note": "deposit"}
    client.post(url, {**TYPED, "kind": "refund"})
    assert row.card.deadlines.get(kind="refund").ends_on == date(2027, 3, 1)


def test_a_date_is_ticked_off_and_the_tick_is_taken_back() -> None:
    row = make_date()
    client, url = client_of(row.card.owner), reverse("date_met", args=[row.public_id])
    client.post(url)
    assert row.card.deadlines.get(kind="refund").state == "met"
    assert "It is not done yet" in client.get(reverse("date_edit", args=[row.public_id])).content.decode()
    client.post(url, {"undo": "1"})
    assert row.card.deadlines.get(kind="refund").state == "open"
    assert client.get(url).status_code == 405


def test_a_date_is_deleted_after_a_question() -> None:
    row = make_date()
    client, url = client_of(row.card.owner), reverse("date_delete", args=[row.public_id])
    assert "Delete Refund due, Sun, 10 Jan 2027?" in client.get(url).content.decode()
    assert CardDate.objects.count() == 1
    client.post(url)
    assert CardDate.objects.count() == 0
    assert row.card.deadlines.get(kind="refund").state == "dropped"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_on": "2027-02-30"}, "due_on"),
        ({"due_on": "2222-01-01"}, "due_on"),
        ({"due_on": ""}, "due_on"),
        ({"kind": "birthday"}, "kind"),
        ({"note": "x" * 10_000}, "note"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_bad_input_gets_an_error_at_its_field(changes: dict[str, str], field: str) -> None:
    card = make_card(make_user())
    response = client_of(card.owner).post(reverse("date_add", args=[card.public_id]), {**TYPED, **changes})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert "note" in changes or "send the form" in response.content.decode()


def test_what_is_someone_elses_is_not_there() -> None:
    row = make_date()
    client = client_of(make_user("bob@example.org"))
    urls = [reverse(f"date_{name}", args=[row.public_id]) for name in ("edit", "met", "delete")]
    urls.append(reverse("date_add", args=[row.card.public_id]))
    assert [client.post(url, TYPED).status_code for url in urls] == [404, 404, 404, 404]
