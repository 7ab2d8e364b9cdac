"""What a hostile person sends to the pages for rules, money, plans on offer, identity and devices."""

import os
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cards.models import BoundService, Charge, Device, Plan
from cards.services.bound import BoundFacts, add_service
from cards.services.charges import ChargeFacts, add_charge
from cards.services.offers import OfferFacts, add_offers
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user

pytestmark = pytest.mark.django_db

IS_ALL = os.environ.get("HOSTILE") == "all"
HOSTILE = {
    "nul": "a\0b",
    "half a character": "\ud800",
    "enormous": "1" + "0" * 30,
    "exponent": "1e999999999",
    "tiny": "1e-30",
    "nan": "NaN",
    "infinite": "-Infinity",
    "negative": "-1",
    "many": "1000000000",
    "past int64": "99999999999999999999",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "turned": "\u202e\u2066\u200f",
    "100 kB": "x" * 100_000,
    "digits": "9" * 100_000,
    "arabic digits": "٣٤",
    "power": "²",
    "markup": "<script>alert(1)</script>&\"'",
    "percent": "%(name)s %s {0}",
    "lines": "a\nb\r\nc\u2028d",
    "empty": "",
    "decimals": "1.23456",
}


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


class Fields(HTMLParser):
    """The fields of a page's forms that save, with what they hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._is_saving, self._select, self._area = False, "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_saving = told.get("method", "") == "post"
        name = told.get("name", "")
        if tag == "option" and self._select and ("selected" in told or self._select not in self.found):
            self.found[self._select] = told.get("value", "")
        if not self._is_saving or not name:
            return
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            self.found[name] = ""
        elif tag == "input" and told.get("type") not in ("file", "submit"):
            if told.get("type") in ("checkbox", "radio") and "checked" not in told:
                self.found.setdefault(name, "")
            else:
                self.found[name] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data


def things_of(email: str) -> dict[str, Any]:
    """Return somebody's card and one of everything beside it."""
    person = make_user(email)
    operator = make_operator(f"Operator of {email}", owner=person)
    card = make_card(person, operator=operator, period=(180, "day"), expires_on=date(2026, 12, 31))
    act(card, "top-up", on=date(2026, 11, 10))
    charge = add_charge(
        card=card, facts=ChargeFacts(name="Rent", first_on=date(2027, 6, 1), kind="bill"), by=person, now=NOW
    )
    service = add_service(card=card, facts=BoundFacts(name="Bank"), by=person, now=NOW)
    device = Device.objects.create(owner=person, name="Phone")
    add_offers(operator=operator, offers=[OfferFacts(name="Week")], by=person)
    return {
        "person": person,
        "card": card,
        "operator": operator,
        "offer": Plan.objects.get(owner=person),
        "charge": charge or Charge.objects.get(card=card),
        "service": service or BoundService.objects.get(card=card),
        "device": device,
        "plan": make_plan(card, on=date(2026, 12, 1)),
        "client": client_of(person),
    }


FORMS = {
    "charge_add": "card",
    "charge_edit": "charge",
    "auto_topup": "card",
    "costs_edit": "card",
    "rule_edit": "card",
    "operator_add": "",
    "operator_edit": "operator",
    "own_rule_edit": "operator",
    "own_code_edit": "operator",
    "operator_import": "",
    "offers_add": "operator",
    "offer_edit": "offer",
    "card_identity": "card",
    "secrets_edit": "card",
    "service_add": "card",
    "service_edit": "service",
    "service_move": "service",
    "device_add": "",
    "device_edit": "device",
    "action_add": "card",
    "plan_add": "card",
    "date_add": "card",
}


def address_of(name: str, things: dict[str, Any]) -> str:
    return reverse(name, args=[things[FORMS[name]].public_id] if FORMS[name] else [])


@pytest.fixture
def things() -> dict[str, Any]:
    return things_of("alice@example.org")


def send(client: Client, url: str, typed: dict[str, Any]) -> Any:
    """Post what a browser would not; half a character goes over the line as three bytes."""
    body = urlencode(typed, errors="surrogatepass")
    return client.post(url, body, content_type="application/x-www-form-urlencoded")


def every_attack(start: dict[str, str]) -> Iterator[dict[str, str]]:
    """Give what to send: every second text in all fields at once, then one text in every third field.

    HOSTILE=all: every text in all fields, and in every field.
    """
    # Rows are alike: the first two of each group stand for all.
    fields = [field for field in start if not re.search(r"\d", field) or re.search(r"[01]", field)]
    texts = list(HOSTILE.values())
    for text in texts if IS_ALL else texts[len(start) % 2 :: 2]:
        # Django itself refuses a body of more than 2.5 MB.
        yield dict.fromkeys(list(start)[: 2_000_000 // max(len(text), 1)], text)
    for number, field in enumerate(fields if IS_ALL else fields[::3]):
        for text in texts if IS_ALL else [texts[number % len(texts)]]:
            yield {**start, field: text}


@pytest.mark.parametrize("name", FORMS)
def test_no_hostile_text_breaks_a_form_or_the_pages_after_it(name: str, things: dict[str, Any]) -> None:
    client, url = things["client"], address_of(name, things)
    start = Fields(client.get(url).content.decode()).found
    for typed in every_attack(start):
        answer = send(client, url, typed)
        assert answer.status_code in (200, 302, 422), typed
        if answer.status_code == 302:
            assert client.get(answer.headers["Location"]).status_code == 200, typed
    for page in ("start", "card_list", "keeping", "emergency_sheet", "device_list", "operator_list"):
        assert client.get(reverse(page)).status_code == 200


QUERIES = {
    "advice": ("operator", ("card", "currency", "preset", "more", "without", "t0-from", "t11-to")),
    "offers": ("operator", ("page",)),
    "offers_add": ("operator", ("copy",)),
    "offer_buy": ("offer", ("starts_on",)),
    "keeping": ("", ("page",)),
    "emergency_sheet": ("", ("full",)),
    "action_add": ("card", ("charge", "plan", "offer", "kind")),
    "plan_add": ("card", ("offer", "starts_on")),
    "rule_edit": ("card", ("preset",)),
    "rule_choose": ("card", ("option",)),
}


@pytest.mark.parametrize("name", QUERIES)
def test_no_hostile_address_breaks_a_page(name: str, things: dict[str, Any]) -> None:
    thing, names = QUERIES[name]
    url = reverse(name, args=[things[thing].public_id] if thing else [])
    for what, text in list(HOSTILE.items())[0 if IS_ALL else len(name) % 2 :: 1 if IS_ALL else 2]:
        for asked in ({key: text} for key in names):
            answer = things["client"].get(f"{url}?{urlencode(asked, errors='surrogatepass')}")
            assert answer.status_code in (200, 302, 422), (what, asked)


TRIPS = {
    "reversed": [("2026-12-20", "2026-12-10")],
    "huge": [("1990-01-01", "2100-12-31")],
    "before the calendar": [("0001-01-01", "9999-12-31")],
    "letters": [("soon", "later")],
    "too many days together": [(f"20{year}-01-01", f"20{year}-12-31") for year in range(26, 38)],
}


@pytest.mark.parametrize("what", TRIPS)
def test_senseless_trips_are_refused_and_kept_as_typed(what: str, things: dict[str, Any]) -> None:
    asked = {}
    for number, (first, last) in enumerate(TRIPS[what]):
        asked |= {f"t{number}-from": first, f"t{number}-to": last, f"t{number}-size": "500 MB"}
    answer = things["client"].get(reverse("advice", args=[things["operator"].public_id]), asked)
    assert answer.status_code == 422
    assert f'value="{TRIPS[what][0][1]}"' in answer.content.decode()


def test_twelve_trips_that_overlap_are_answered(things: dict[str, Any]) -> None:
    asked = {}
    for number in range(13):
        asked |= {f"t{number}-from": "2026-12-02", f"t{number}-to": "2026-12-20", f"t{number}-size": "1 GB"}
    answer = things["client"].get(reverse("advice", args=[things["operator"].public_id]), asked)
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["charge", "plan"])
def test_an_entry_never_takes_anothers_charge_or_plan(name: str, things: dict[str, Any]) -> None:
    other = make_card(things["person"], label="Second")
    strange = things_of("bob@example.org")[name].public_id
    client = things["client"]
    for card, thing in ((things["card"], strange), (other, things[name].public_id)):
        url, before = reverse("action_add", args=[card.public_id]), card.actions.count()
        assert thing not in client.get(f"{url}?{name}={thing}").content.decode().split("</form>")[0]
        kind = "fee" if name == "charge" else "renewal"
        typed = {"kind": kind, "acted_on": "2026-12-01", "amount": "1", "currency": "EUR", "data_unit": "gb"}
        answer = client.post(url, {**typed, name: thing})
        saved = card.actions.filter(charge=None, subscription=None)
        assert answer.status_code in (302, 422)
        assert card.actions.count() - before in (0, 1)
        assert saved.count() == card.actions.count()


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"GIF89a" + b"\xff" * 99, b"\0" * 9_000_000]
)
def test_a_picture_that_is_none_is_refused_at_its_field(content: bytes, things: dict[str, Any]) -> None:
    url = reverse("secrets_edit", args=[things["card"].public_id])
    answer = things["client"].post(url, {"picture": SimpleUploadedFile("a\u202e.png", content)})
    assert answer.status_code in (413, 422)
    assert answer.status_code == 413 or answer.context["form"].errors["picture"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 5_000, b'name = "\\u0000"', b"\0"])
def test_an_operator_file_that_is_none_is_refused(content: bytes, things: dict[str, Any]) -> None:
    sent = {"file": SimpleUploadedFile("../../x.toml", content)}
    answer = things["client"].post(reverse("operator_import"), sent)
    assert answer.status_code == 422


def test_a_paste_of_senseless_text_is_kept(things: dict[str, Any]) -> None:
    url = reverse("offers_add", args=[things["operator"].public_id])
    for text in ("\t" * 5_000, "a\tb\n" * 2_000, "9" * 19_000, "x" * 100_000, "a\0b\t1", ";;;,,,|||"):
        answer = send(things["client"], url, {"paste": text})
        assert answer.status_code in (200, 422)
