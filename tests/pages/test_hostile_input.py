"""What an impatient or hostile person does to the pages: sent twice, undone in circles, unseen characters."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import Action, ActionKind, Card, CardDate, Subscription
from cards.rules.places import is_zone
from tests.factories import NOW, act, client_of, make_card, make_user

pytestmark = pytest.mark.django_db
ADDED = "/cards/add/"


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def mark_of(client: Client, url: str) -> str:
    """Return the mark by which the form on a page saves once."""
    found = re.search(r'name="once" value="([^"]+)"', client.get(url).content.decode())
    assert found
    return found.group(1)


def said(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def twice(client: Client, url: str, typed: dict[str, Any]) -> tuple[HttpResponse, HttpResponse]:
    """Send the same page's form two times."""
    sent = {**typed, "once": mark_of(client, url)}
    return client.post(url, sent), client.post(url, sent)


def test_a_renewal_that_is_sent_twice_is_one_renewal() -> None:
    card = make_card(make_user(), expires_on=date(2026, 12, 31))
    typed = {"kind": "renewal", "acted_on": "2026-12-01", "currency": "EUR", "data_unit": "gb"}
    first, second = twice(client_of(card.owner), reverse("action_add", args=[card.public_id]), typed)
    assert Action.objects.filter(kind=ActionKind.RENEWAL).count() == 1
    assert second.headers["Location"] == first.headers["Location"] == f"/cards/{card.public_id}/"
    assert said(second).endswith("This was saved already; it was not saved a second time.")


def test_a_card_that_is_sent_twice_is_one_card_and_both_answers_lead_to_it() -> None:
    typed = {"label": "Bahrain", "form": "physical", "billing": "prepaid", "rule_action": "top-up"}
    units = {"rule_unit": "day", "plan_unit": "day"}
    first, second = twice(client_of(make_user()), ADDED, {**typed, **units})
    address = f"/cards/{Card.objects.get().public_id}/"
    assert [answer.headers["Location"] for answer in (first, second)] == [address, address]


def test_a_plan_and_a_date_that_are_sent_twice_are_there_once() -> None:
    card = make_card(make_user())
    client = client_of(card.owner)
    plan = {"name": "Week", "starts_on": "2026-12-01", "period_unit": "day", "intent": "renew"}
    twice(client, reverse("plan_add", args=[card.public_id]), {**plan, "data_unit": "gb"})
    twice(client, reverse("date_add", args=[card.public_id]), {"kind": "own", "due_on": "2026-12-24"})
    assert (Subscription.objects.count(), CardDate.objects.count()) == (1, 1)


def test_two_pages_of_the_same_form_are_two_entries() -> None:
    card = make_card(make_user())
    client, url = client_of(card.owner), reverse("date_add", args=[card.public_id])
    for _page in range(2):
        client.post(url, {"kind": "own", "due_on": "2026-12-24", "once": mark_of(client, url)})
    assert CardDate.objects.count() == 2


def test_a_refused_form_and_a_preview_do_not_use_the_form_up() -> None:
    card = make_card(make_user())
    client, url = client_of(card.owner), reverse("action_add", args=[card.public_id])
    once = mark_of(client, url)
    typed = {"kind": "sms", "acted_on": "2026-12-01", "data_unit": "gb", "once": once}
    refused = client.post(url, {**typed, "acted_on": "2026-02-31"})
    assert f'name="once" value="{once}"' in refused.content.decode()
    client.post(url, {**typed, "preview": "1"})
    client.post(url, typed)
    assert Action.objects.filter(kind=ActionKind.SMS).count() == 1


def refuse_entries(execute: Any, sql: str, *rest: Any) -> Any:
    """Be a database that is away at the worst moment."""
    if sql.startswith('INSERT INTO "cards_action"'):
        raise OperationalError("disk I/O error")
    return execute(sql, *rest)


def test_a_form_whose_saving_failed_may_be_sent_again() -> None:
    card = make_card(make_user())
    client, url = client_of(card.owner), reverse("action_add", args=[card.public_id])
    typed = {"kind": "sms", "acted_on": "2026-12-01", "data_unit": "gb", "once": mark_of(client, url)}
    with connection.execute_wrapper(refuse_entries), pytest.raises(OperationalError):
        client.post(url, typed)
    client.post(url, typed)
    assert Action.objects.filter(kind=ActionKind.SMS).count() == 1


def test_anothers_mark_or_a_senseless_one_stops_nobody() -> None:
    alice, bob = make_user(), make_user("bob@example.org")
    for owner, once in ((alice, "abcdefgh"), (bob, "abcdefgh"), (bob, "\0" * 999), (bob, "\0" * 999)):
        url = reverse("date_add", args=[make_card(owner).public_id])
        client_of(owner).post(url, {"kind": "own", "due_on": "2026-12-24", "once": once})
    assert CardDate.objects.count() == 4


def test_undoing_in_circles_always_says_whether_the_entry_counts() -> None:
    card = make_card(make_user(), period=(180, "day"))
    entry, client = act(card, "top-up", on=date(2026, 11, 10)), client_of(card.owner)
    words, titles = [], []
    for _turn in range(4):
        url = reverse("action_undo", args=[entry.public_id])
        page = client.get(url).content.decode()
        assert "Top-up, Tue, 10 Nov 2026" in page
        titles.append("Let this entry count again?" in page)
        words.append(said(client.post(url)).split(".")[0])
        entry = Action.objects.get(voids=entry)
    assert titles == [False, True, False, True]
    assert words == ["The entry is undone", "The entry counts again"] * 2
    page = client.get(reverse("card", args=[card.public_id])).content.decode()
    assert page.count("Undone: Top-up") == page.count("Counts again: Top-up") == 2


def test_a_correction_says_that_it_is_one() -> None:
    card = make_card(make_user(), period=(180, "day"))
    entry = act(card, "top-up", on=date(2026, 11, 10))
    typed = {"kind": "top-up", "acted_on": "2026-11-11", "currency": "EUR", "data_unit": "gb"}
    answer = client_of(card.owner).post(reverse("action_correct", args=[entry.public_id]), typed)
    assert said(answer).startswith("Top-up corrected.")


@pytest.mark.parametrize("label", ["\u200b", "\u202e\u2066", "\u200d", " \u00ad ", "\ufeff"])
def test_a_label_of_unseen_characters_is_an_empty_one(label: str) -> None:
    answer = client_of(make_user()).post(ADDED, {"label": label})
    assert answer.context["form"].errors["label"] == ["This field is required."]


def test_marks_that_turn_text_around_are_left_out_and_ordinary_ones_stay() -> None:
    family, arabic = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "بطاقة\u200f (1)"
    card = make_card(make_user())
    url = reverse("card_edit", args=[card.public_id])
    for typed, kept in ((f"\u202eBahrain{family}", f"Bahrain{family}"), (arabic, arabic)):
        client_of(card.owner).post(url, {"label": typed, "form": "physical", "billing": "prepaid"})
        card.refresh_from_db()
        assert card.label == kept


def test_a_number_copied_from_a_phone_book_is_taken() -> None:
    card = make_card(make_user())
    typed = {"label": "x", "number": "\u202a+973 3612 3456\u202c", "form": "physical", "billing": "prepaid"}
    client_of(card.owner).post(reverse("card_edit", args=[card.public_id]), typed)
    card.refresh_from_db()
    assert card.number == "+97336123456"


@pytest.mark.parametrize(
    "zone", ["Etc/GMT+12", "Etc/GMT-14", "Etc/GMT-8", "UTC", "EST", "Pacific/Kiritimati"]
)
def test_the_pages_open_in_zones_that_are_known_by_an_offset_only(zone: str) -> None:
    assert is_zone(zone)
    card = make_card(make_user(time_zone=zone), expires_on=date(2026, 12, 31), period=(180, "day"))
    client = client_of(card.owner)
    for name in ("start", "card_list", "reminder_log", "preferences", "mailbox"):
        assert client.get(reverse(name)).status_code == 200
    for name in ("card", "action_add", "rule_edit", "plan_add"):
        assert client.get(reverse(name, args=[card.public_id])).status_code == 200


def test_a_safe_date_that_is_over_is_not_asked_for_any_more() -> None:
    card = make_card(make_user(), expires_on=date(2026, 12, 5), margin_days=7)
    page = client_of(card.owner).get(reverse("start")).content.decode()
    assert "The safe date, Sat, 28 Nov 2026, is over." in page
    assert "to be safe" not in page


def test_a_body_in_an_unknown_alphabet_is_a_bad_request_with_the_policy() -> None:
    client = client_of(make_user())
    response = client.post(
        "/cards/add/", data=b"label=x", content_type="application/x-www-form-urlencoded; charset=utf-7"
    )
    assert response.status_code == 400
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
