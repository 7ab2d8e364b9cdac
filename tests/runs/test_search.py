"""Search: everything a person wrote, nothing of anybody else's, at the same cost however much there is."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.models import Action, BoundService, Card, Evidence, Run, User
from cards.queries.search import LAST_PAGE, PAGE_SIZE, page_number, search
from cards.runs.doing import add_note, do_step, tick_item
from cards.runs.homes import Typed
from cards.runs.starting import start_run
from cards.services.actions import void_action
from cards.services.bound import BoundFacts, add_service
from cards.services.dates import add_date
from cards.services.secrets import keep_secrets
from tests.factories import NOW, act, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_user("alice@example.org")


@pytest.fixture
def card(alice: User) -> Card:
    return make_card(
        alice,
        operator=make_operator(),
        purposes=("roaming",),
        number="+97336123456",
        label="Bahrain",
        note="Bought at the airport in Manama",
        seller="Kiosk Nine",
    )


def begin(card: Card) -> Run:
    return start_run(card=card, key="cancel-roaming", by=card.owner, now=NOW)


def do(run: Run, key: str, note: str = "", **values: Any) -> None:
    do_step(run=run, key=key, typed=Typed(values=values, note=note), by=run.card.owner, now=NOW)


def ask(user: User, text: str, query: str = "") -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).get(f"{reverse('search')}?q={quote(text)}{query}")


def page(user: User, text: str, query: str = "") -> str:
    response = ask(user, text, query)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def file_of(run: Run, name: str) -> Evidence:
    return Evidence.objects.create(
        card=run.card, run=run, step="apply", kind="text", name=name, stored_as=name, size=1, digest="0" * 64,
        added_at=NOW, by=run.card.owner,
    )  # fmt: skip


def told(user: User, text: str, **facts: Any) -> list[str]:
    """Return what was found as "title | label: text"."""
    found = search(user, text, page=1, **facts)
    cuts = [(result, result.excerpt) for result in found.results]
    return [f"{row.title} | {cut.label}: {cut.before}<{cut.match}>{cut.after}" for row, cut in cuts]


def test_notes_order_numbers_and_methods_of_the_ledger_are_found(card: Card, alice: User) -> None:
    act(card, "top-up", on=date(2026, 11, 3), amount=Decimal(5), currency="BHD", order_number="ORD-99817",
        method="Alipay", note="With the voucher of Wei")  # fmt: skip
    assert told(alice, "ord-998") == ["Top-up | Order number: <ORD-998>17"]
    assert told(alice, "alipay") == ["Top-up | Payment method: <Alipay>"]
    assert told(alice, "OF WEI") == ["Top-up | Note: With the voucher <of Wei>"]


def test_what_was_typed_in_steps_is_found_by_its_value_and_not_by_its_name(card: Card, alice: User) -> None:
    run = begin(card)
    do(run, "contact", note="Spoke with Fatima", case_number="C-4711")
    do(
        run,
        "apply",
        channel="hotline",
        reason="Moving",
        applied_on=date(2026, 11, 2),
        refund_account_note="…4321",
    )
    contact, applied = (f"Cancel a roaming card: {row}" for row in (
        "Contact support and identify yourself; keep the card in a phone for the codes",
        "Submit the application (phone, mail or form)",
    ))  # fmt: skip
    assert told(alice, "c-4711") == [f"{contact} | Case number: <C-4711>"]
    assert told(alice, "fatima") == [f"{contact} | Note: Spoke with <Fatima>"]
    assert told(alice, "moving") == [f"{applied} | Reason that was given: <Moving>"]
    assert told(alice, "4321") == [f"{applied} | Where the refund goes: …<4321>"]
    for name in ("case_number", "refund_account_note", "channel", "values"):
        assert told(alice, name) == []
    link = f"{reverse('run', args=[run.public_id])}?step=contact#step-contact"
    shown = page(alice, "c-4711")
    assert link in shown
    assert reverse("card", args=[card.public_id]) in shown
    assert "<mark>C-4711</mark>" in shown


def test_cards_files_services_and_dates_are_found(card: Card, alice: User) -> None:
    run = begin(card)
    file_of(run, "Receipt of Zain.pdf")
    add_service(card=card, facts=BoundFacts(name="Gulf Bank", note="codes by SMS"), by=alice, now=NOW)
    add_date(card=card, kind="own", due_on=date(2027, 1, 5), note="Ask about roaming", by=alice, now=NOW)
    bank = BoundService.objects.get()
    tick_item(run=run, key="bound", service=bank, is_ticked=True, moved_to="German line", by=alice, now=NOW)
    assert told(alice, "bahr") == ["Bahrain | Label: <Bahr>ain"]
    assert told(alice, "airport") == ["Bahrain | Note: Bought at the <airport> in Manama"]
    assert told(alice, "kiosk") == ["Bahrain | Seller: <Kiosk> Nine"]
    assert "Name: <Receipt> of Zain.pdf" in told(alice, "receipt")[0]
    assert told(alice, "by sms") == ["Gulf Bank | Note: codes <by SMS>"]
    assert told(alice, "about roam") == ["Own date | Note: Ask <about roam>ing"]
    assert len(told(alice, "german")) == 2  # the service itself, and the step in which it was moved


@pytest.mark.parametrize("typed", ["36123456", "3612 3456", "+973 3612", "00973361", "+973-3612-3456"])
def test_a_number_is_found_however_it_is_grouped(typed: str, card: Card, alice: User) -> None:
    assert told(alice, typed)[0].startswith("Bahrain | Phone number: ")
    assert "<>" not in told(alice, typed)[0]


@pytest.mark.parametrize("typed", ["äpfel", "ÄPFEL", "Äpfel", "离开", "ПРИВЕТ", "привет", "باب"])
def test_case_does_not_matter_in_any_script(typed: str, card: Card, alice: User) -> None:
    act(card, "note", on=NOW.date(), note="Äpfel 离开 Привет باب")
    do(begin(card), "apply", reason="Äpfel 离开 Привет باب", channel="x", applied_on=NOW.date())
    assert len(told(alice, typed)) == 2
    assert all("<>" not in row for row in told(alice, typed))


@pytest.mark.parametrize("typed", ["100%", "a_b", "c:\\d", "(.*)", "[x]", "$1", "a.c", "'; DROP", '"quoted"'])
def test_marks_mean_themselves(typed: str, card: Card, alice: User) -> None:
    act(card, "note", on=NOW.date(), note=f"é {typed} here")
    act(card, "note", on=NOW.date(), note="é 1000 axb abc here")
    assert told(alice, typed) == [f"Note | Note: é <{typed}> here"]
    assert told(alice, f"é {typed}") == [f"Note | Note: <é {typed}> here"]


def test_nothing_of_another_person_is_ever_found(card: Card) -> None:
    run = begin(card)
    do(run, "contact", note="airport note", case_number="airport case")
    act(card, "top-up", on=NOW.date(), order_number="airport order", method="airport card")
    file_of(run, "airport.pdf")
    add_service(card=card, facts=BoundFacts(name="airport bank"), by=card.owner, now=NOW)
    add_date(card=card, kind="own", due_on=date(2027, 1, 5), note="airport day", by=card.owner, now=NOW)
    assert len(told(card.owner, "airport")) == 6
    bob = make_user("bob@example.org")
    make_card(bob, label="Bob's")
    assert told(bob, "airport") == told(bob, "36123456") == told(bob, "Manama") == []
    shown = page(bob, "airport")
    assert "Nothing holds “airport”" in shown
    assert "Manama" not in shown


def test_what_is_encrypted_is_not_found(card: Card, alice: User) -> None:
    keep_secrets(card=card, values={"activation_code": "LPA:1$rsp.example$AB12"}, by=alice, now=NOW)
    assert told(alice, "rsp.example") == []


def test_the_newest_stands_first_and_what_was_undone_is_marked(card: Card, alice: User) -> None:
    old = act(card, "top-up", on=date(2026, 11, 1), note="voucher one")
    act(card, "top-up", on=date(2026, 11, 20), note="voucher two")
    act(card, "top-up", on=date(2026, 11, 10), note="voucher three")
    assert [row.split("> ")[1] for row in told(alice, "voucher")] == ["two", "three", "one"]
    assert "undone" not in page(alice, "voucher")
    void_action(action=old, by=alice, now=NOW)
    found = search(alice, "voucher", page=1)
    assert [row.is_void for row in found.results] == [False, False, True]
    assert "undone" in page(alice, "voucher")


def test_a_long_note_is_cut_around_the_words(card: Card, alice: User) -> None:
    act(card, "note", on=NOW.date(), note=f"{'a ' * 300}needle\n{'b ' * 300}")
    cut = search(alice, "needle", page=1).results[0].excerpt
    assert cut.before.startswith("…") and cut.after.endswith("…")
    assert len(cut.before) + len(cut.after) < 200


def test_pages_hold_fifty_and_show_each_result_once(card: Card, alice: User) -> None:
    days = [NOW.date() - timedelta(days=number % 7) for number in range(2 * PAGE_SIZE + 3)]
    facts: dict[str, Any] = {"card": card, "kind": "note", "note": "needle", "recorded_at": NOW, "by": alice}
    rows = [Action(acted_on=day, **facts) for day in days]
    Action.objects.bulk_create(rows)
    pages = [search(alice, "needle", page=number) for number in (1, 2, 3, 4)]
    assert [len(found.results) for found in pages] == [PAGE_SIZE, PAGE_SIZE, 3, 0]
    assert [found.has_more for found in pages] == [True, True, False, False]
    assert len({row.entry for found in pages for row in found.results}) == len(rows)
    shown = page(alice, "needle", "&page=2")
    assert "?q=needle&page=1" in shown
    assert "?q=needle&page=3" in shown


def test_it_takes_the_same_queries_however_much_is_found(card: Card, alice: User) -> None:
    run, client, counts = begin(card), client_of(alice), []
    for _round in range(3):
        for number in range(5):
            act(card, "top-up", on=NOW.date(), note=f"needle {number}")
            add_note(run=run, key="contact", note=f"needle {number}", by=alice, now=NOW)
            file_of(run, f"needle {_round} {number}")
            make_card(alice, label=f"needle {number}")
        with time_machine.travel(NOW), CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("search"), {"q": "needle"}).status_code == 200
        counts.append(len(captured))
    assert len(set(counts)) == 1
    with CaptureQueriesContext(connection) as captured:
        search(alice, "needle", page=1)
    assert len(captured) <= 7


@pytest.mark.parametrize("typed", ["", "  ", "\u200b"])
def test_without_words_only_the_field_is_shown(typed: str, alice: User) -> None:
    shown = page(alice, typed)
    assert 'type="search"' in shown
    assert "Nothing holds" not in shown
    assert reverse("search") in shown.split("</nav>")[0]


@pytest.mark.parametrize("typed", ["a", " a ", "\u200bb", "x" * 101, "a\0b", "a\nb", "a\u2028b"])
def test_what_can_not_be_searched_is_said_at_the_field(typed: str, alice: User) -> None:
    response = ask(alice, typed)
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    ["q=%ED%A0%80%ED%A0%80", "q=%FF%FE", "q=%00", "q[]=aa", "q=aa&q=bb", "q=" + "9" * 5000, "q=aa&page=²",
     "q=aa&page=-1", "q=aa&page=" + "9" * 5000, "q=aa&page=%00", "q=<script>alert(1)</script>",
     "q=%(name)s%20{0}%20{{x}}", "q=\u202e\u202ea", "q=İİ", "q=ßß", "q=%5C%5C", "q=((((((((",
     "q=" + "(a*)*" * 19],
)  # fmt: skip
def test_hostile_input_is_answered(query: str, card: Card, alice: User) -> None:
    act(card, "note", on=NOW.date(), note="a" * 60 + " aa İİ ßß SS (a*)*")
    with time_machine.travel(NOW, tick=False):
        response = client_of(alice).get(f"{reverse('search')}?{query}")
    assert response.status_code in (200, 422)
    assert "<script>alert" not in response.content.decode()


def test_no_page_lies_beyond_the_last() -> None:
    assert page_number("999") == LAST_PAGE
    assert [page_number(text) for text in ("", "0", "-3", "²", "٣", "x", "9" * 5000)] == [1] * 7


def test_the_links_of_the_pages_keep_the_words(card: Card, alice: User) -> None:
    for number in range(PAGE_SIZE + 1):
        act(card, "note", on=NOW.date(), note=f"a&b=c {number}")
    href = re.search(r'rel="next" href="([^"]+)"', ask(alice, "a&b=c").content.decode())
    assert href
    assert unescape(href[1]) == "?q=a%26b%3Dc&page=2"
