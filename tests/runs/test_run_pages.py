"""The pages of a card's steps: starting, the page of a run, the list, print, giving up."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.catalogue.playbooks import built_in_playbooks, parse_playbook
from cards.models import Card, Run, User
from cards.runs.doing import add_note, do_step, skip_step
from cards.runs.homes import Typed
from cards.runs.starting import abandon_run, start_run
from cards.services.bound import BoundFacts, add_service
from cards.services.charges import ChargeFacts, add_charge
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user
from tests.runs.browse import kept_card

pytestmark = pytest.mark.django_db

KEYS = sorted(built_in_playbooks())
ENDING = ("cancel-number-keeping", "cancel-roaming")


@pytest.fixture
def alice() -> User:
    return make_user("alice@example.org")


@pytest.fixture
def card(alice: User) -> Card:
    return make_card(
        alice,
        operator=make_operator(),
        purposes=("number-keeping",),
        period=(180, "day"),
        expires_on=date(2026, 12, 31),
    )


def begin(card: Card, key: str) -> Run:
    return start_run(card=card, key=key, by=card.owner, now=NOW)


def do(run: Run, key: str, note: str = "", **values: Any) -> None:
    do_step(run=run, key=key, typed=Typed(values=values, note=note), by=run.card.owner, now=NOW)


def get(user: User, name: str, *args: str, query: str = "") -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).get(reverse(name, args=args) + query)


def text_of(response: HttpResponse) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def post(user: User, name: str, *args: str, **data: Any) -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).post(reverse(name, args=args), data)


@pytest.mark.parametrize("key", KEYS)
def test_each_playbook_says_what_it_is_for_and_starts(key: str, card: Card, alice: User) -> None:
    told = parse_playbook(built_in_playbooks()[key], key=key)
    page = text_of(get(alice, "run_start", card.public_id, key))
    assert told.title.en in page
    assert f"{len(told.steps)} steps" in page
    response = post(alice, "run_start", card.public_id, key)
    run = card.runs.get()
    assert response["Location"] == reverse("run", args=[run.public_id])
    assert run.playbook.key == key


@pytest.mark.parametrize("key", KEYS)
def test_the_page_of_a_run_shows_every_step_and_the_form_of_the_first(
    key: str, card: Card, alice: User
) -> None:
    run = begin(card, key)
    page = text_of(get(alice, "run", run.public_id))
    told = run.version.definition
    assert f"0 of {len(told.steps)}" in page or f"1 of {len(told.steps)}" in page
    for step in told.steps:
        assert f'id="step-{step.key}"' in page
    assert "Step 1 of" in page
    assert f"/steps/{told.steps[0].key}/done/" in page
    assert text_of(get(alice, "run_print", run.public_id)).count("<h2") == len(told.steps)


@pytest.mark.parametrize("key", KEYS)
def test_a_page_in_chinese_has_the_chinese_titles(key: str, card: Card, alice: User) -> None:
    alice.language = "zh-hans"
    alice.save()
    run = begin(card, key)
    page = text_of(get(alice, "run", run.public_id))
    told = run.version.definition
    assert told.title.zh in page
    for step in told.steps:
        assert step.title.zh in page


def test_an_open_run_is_gone_on_with_and_not_started_twice(card: Card, alice: User) -> None:
    run = begin(card, "top-up")
    response = post(alice, "run_start", card.public_id, "top-up")
    assert response["Location"] == reverse("run", args=[run.public_id])
    assert card.runs.count() == 1


@pytest.mark.parametrize("key", ENDING)
def test_before_cancelling_the_money_the_bills_and_the_critical_accounts_are_named(
    key: str, card: Card, alice: User
) -> None:
    act(card, "reading", on=NOW.date(), balance=Decimal("7.5"), currency="BHD")
    bill = ChargeFacts(name="Monthly bill", first_on=date(2026, 12, 20), kind="bill")
    add_charge(card=card, facts=bill, by=alice, now=NOW)
    bank = BoundFacts(name="My bank", is_critical=True)
    add_service(card=card, facts=bank, by=alice, now=NOW)
    page = text_of(get(alice, "run_start", card.public_id, key))
    assert "BHD 7.500 is left on the card" in page
    assert "A bill is open until Sun, 20 Dec 2026" in page
    assert "My bank" in page


def test_from_a_wished_end_the_last_day_to_apply_is_shown_and_kept(card: Card, alice: User) -> None:
    args = (card.public_id, "cancel-roaming")
    page = text_of(get(alice, "run_start", *args, query="?wished_on=2027-01-31"))
    assert "Apply by" in page
    post(alice, "run_start", *args, wished_on="2027-01-31")
    run = card.runs.get()
    assert run.wished_on == date(2027, 1, 31)
    assert "For an end by Sun, 31 Jan 2027, apply by" in text_of(get(alice, "run", run.public_id))
    late = text_of(get(alice, "run_start", *args, query="?wished_on=2026-12-05"))
    assert "That day is past already." in late


def test_a_wish_that_is_past_is_refused_and_kept(card: Card, alice: User) -> None:
    response = post(alice, "run_start", card.public_id, "cancel-roaming", wished_on="2026-11-01")
    assert response.status_code == 422
    assert "This day is already past." in response.content.decode()
    assert 'value="2026-11-01"' in response.content.decode()
    run = begin(card, "cancel-roaming")
    assert post(alice, "run_wish", run.public_id, wished_on="2026-11-01").status_code == 422
    assert post(alice, "run_wish", run.public_id, wished_on="2027-02-01").status_code == 302
    run.refresh_from_db()
    assert run.wished_on == date(2027, 2, 1)


def test_an_unknown_playbook_is_not_there(card: Card, alice: User) -> None:
    assert get(alice, "run_start", card.public_id, "no-such").status_code == 404
    assert post(alice, "run_start", card.public_id, "no-such").status_code == 404


def test_the_list_shows_what_is_open_what_is_over_and_what_fits_first(card: Card, alice: User) -> None:
    begin(card, "top-up")
    abandon_run(run=begin(card, "move-phone"), reason="Kept the old phone", by=alice, now=NOW)
    page = text_of(get(alice, "run_list", card.public_id))
    places = [page.index(word) for word in ("Under way", "Fits this card", "Meant for other cards", ">Over<")]
    assert places == sorted(places)
    assert "Kept the old phone" in page
    assert page.index("Renew a number-keeping card") < page.index("Meant for other cards")
    assert page.index("Renew a data card") > page.index("Meant for other cards")


def test_giving_up_needs_a_reason_and_can_be_taken_back(card: Card, alice: User) -> None:
    run = begin(card, "top-up")
    assert get(alice, "run_abandon", run.public_id).status_code == 200
    assert post(alice, "run_abandon", run.public_id, reason=" ").status_code == 422
    post(alice, "run_abandon", run.public_id, reason="Too dear")
    page = text_of(get(alice, "run", run.public_id))
    assert "Too dear" in page
    assert "Take up again" in page
    assert "/done/" not in page
    post(alice, "run_take_up", run.public_id)
    assert "/done/" in text_of(get(alice, "run", run.public_id))


def test_taking_up_goes_to_the_run_that_is_open_meanwhile(card: Card, alice: User) -> None:
    run = begin(card, "top-up")
    abandon_run(run=run, reason="x", by=alice, now=NOW)
    other = begin(card, "top-up")
    response = post(alice, "run_take_up", run.public_id)
    assert response["Location"] == reverse("run", args=[other.public_id])


def test_a_finished_run_is_read_only_and_its_steps_can_be_opened_again(card: Card, alice: User) -> None:
    run = begin(card, "troubleshoot")
    for step in run.version.definition.steps:
        do(run, step.key)
    page = text_of(get(alice, "run", run.public_id))
    assert "Everything is done since" in page
    assert "/done/" not in page
    assert "/reopen/" in page
    post(alice, "run_take_up", run.public_id)
    run.refresh_from_db()
    assert run.state == "done"
    assert post(alice, "run_abandon", run.public_id, reason="x").status_code == 302


def test_what_was_typed_by_whom_and_when_stands_at_its_step(card: Card, alice: User) -> None:
    run = begin(card, "renew-number-keeping")
    do(run, "validity", expires_on=date(2026, 12, 31), note="From the app")
    page = text_of(get(alice, "run", run.public_id, query="?step=validity"))
    assert "Thu, 31 Dec 2026" in page
    assert "From the app" in page
    assert "by you" in page
    entry = run.records.get().entries.get()
    assert reverse("action_correct", args=[entry.public_id]) in page


def test_what_the_system_did_is_never_said_to_be_a_persons(card: Card, alice: User) -> None:
    run = start_run(card=card, key="check-up", by=None, now=NOW)
    run.records.create(step="log-in", kind="overdue", recorded_on=NOW.date(), recorded_at=NOW)
    assert text_of(get(alice, "run", run.public_id)).count("by the system") == 2


def test_the_code_of_an_esim_is_never_on_the_page(card: Card, alice: User) -> None:
    run = begin(card, "switch-operator")
    do(run, "new-esim", activation_code="LPA:1$rsp.example$SECRET-1")
    for name in ("run", "run_print"):
        page = text_of(get(alice, name, run.public_id))
        assert "SECRET-1" not in page
        assert "kept encrypted with the card" in page


def test_the_page_takes_the_same_queries_with_any_number_of_records(card: Card, alice: User) -> None:
    run = begin(card, "cancel-number-keeping")
    make_plan(card, on=date(2026, 11, 30))
    client, counts = client_of(alice), []
    url = reverse("run", args=[run.public_id])
    for round_ in range(3):
        for number in range(4):
            act(card, "reading", on=NOW.date(), balance=Decimal(number), currency="BHD")
            add_note(run=run, key="account", note=f"{number}", by=alice, now=NOW)
            add_service(card=card, facts=BoundFacts(name=f"Bank {number}"), by=alice, now=NOW)
        if round_ == 1:
            do(run, "account", owed=Decimal(0), balance=Decimal(1), currency="BHD")
            skip_step(run=run, key="balance", reason="x", by=alice, now=NOW)
        with time_machine.travel(NOW), CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 22


def test_the_cards_page_shows_the_step_whose_turn_it_is_and_the_history_links_to_it(
    card: Card, alice: User
) -> None:
    run = begin(card, "renew-number-keeping")
    do(run, "validity", expires_on=date(2026, 12, 31))
    page = text_of(get(alice, "card", card.public_id))
    assert "Now: Have a means of payment ready" in page
    assert "1 of 10" in page
    assert f"{reverse('run', args=[run.public_id])}?step=validity#step-validity" in page


def test_the_cards_page_takes_the_same_queries_with_one_run_and_with_many(card: Card, alice: User) -> None:
    client, counts = client_of(alice), []
    for keys in (("top-up",), ("renew-number-keeping", "check-up", "troubleshoot")):
        for key in keys:
            run = begin(card, key)
            do(run, run.version.definition.steps[0].key, expires_on=date(2026, 12, 31))
        with time_machine.travel(NOW), CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("card", args=[card.public_id])).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_cancellation_can_end_before_the_next_fee() -> None:
    card = kept_card()
    fee = ChargeFacts(
        name="Rent", first_on=date(2027, 1, 5), kind="fee", amount=Decimal(2), currency="BHD",
        period_count=1, period_unit="month",
    )  # fmt: skip
    add_charge(card=card, facts=fee, by=card.owner, now=NOW)
    with time_machine.travel(NOW, tick=False):
        url = reverse("run_start", args=[card.public_id, "cancel-roaming"])
        page = client_of(card.owner).get(url).content.decode()
        assert 'href="?wished_on=2027-01-04"' in page
        page = client_of(card.owner).get(f"{url}?wished_on=2027-01-04").content.decode()
    assert "Apply by" in page and 'value="2027-01-04"' in page
