"""Nobody reaches what is somebody else's: one test over the whole URL table.

A new address must be added to one of the tables below, or this test fails.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cards.models import (
    Action,
    BoundService,
    Card,
    CardDate,
    Charge,
    Device,
    Evidence,
    Message,
    Operator,
    Plan,
    Run,
    Subscription,
    Watch,
)
from cards.runs.doing import add_note
from cards.runs.starting import start_run
from cards.services.bound import BoundFacts, add_service
from cards.services.charges import ChargeFacts, add_charge
from cards.services.dates import add_date
from cards.services.evidence import add_evidence
from cards.services.offers import OfferFacts, add_offers
from cards.services.playbooks import load_playbooks
from cards.tasks import tick
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user, utc

pytestmark = pytest.mark.django_db

# address -> which id of Alice's is put into it
FOREIGN: dict[str, Callable[[], str]] = {
    **dict.fromkeys(
        (
            "card", "card_edit", "card_archive", "card_restore", "card_delete", "card_intent",
            "rule_edit", "rule_choose", "rule_proposal", "rule_decline", "action_add", "plan_add",
            "date_add", "costs_edit", "charge_add", "auto_topup",
            "card_identity", "secrets_edit", "secrets_show", "service_add", "run_list", "run_start",
            "card_record",
        ),
        lambda: Card.objects.get().public_id,
    ),
    **dict.fromkeys(
        ("action_undo", "action_correct"), lambda: Action.objects.filter(kind="top-up").get().public_id
    ),
    **dict.fromkeys(
        ("service_edit", "service_move", "service_remove"), lambda: BoundService.objects.get().public_id
    ),
    **dict.fromkeys(("device_edit", "device_delete"), lambda: Device.objects.get().public_id),
    **dict.fromkeys(("charge_edit", "charge_end"), lambda: Charge.objects.get().public_id),
    **dict.fromkeys(("plan_edit", "plan_close", "plan_reopen"), lambda: Subscription.objects.get().public_id),
    **dict.fromkeys(("date_edit", "date_met", "date_delete"), lambda: CardDate.objects.get().public_id),
    **dict.fromkeys(
        ("watch_seen", "watch_snooze", "watch_mute", "watch_reset", "watch_leads"),
        lambda: Watch.objects.get(deadline__kind="line").public_id,
    ),
    **dict.fromkeys(("offers", "offers_add", "advice"), lambda: Operator.objects.get().public_id),
    **dict.fromkeys(
        ("offer_edit", "offer_retire", "offer_restore", "offer_buy"), lambda: Plan.objects.get().public_id
    ),
    **dict.fromkeys(
        (
            "operator", "operator_edit", "operator_export",
            "own_rule_edit", "own_rule_remove", "own_code_edit", "own_code_remove",
        ),
        lambda: Operator.objects.get(name="Secretoperator").public_id,
    ),
    **dict.fromkeys(
        (
            "run", "run_print", "run_letter", "run_abandon", "run_take_up", "run_wish", "step_done",
            "step_skip", "step_reopen", "step_not_yet", "step_look", "step_chase", "step_need", "step_note",
            "step_tick", "step_start", "evidence_add",
        ),
        lambda: Run.objects.get().public_id,
    ),
    **dict.fromkeys(
        ("evidence_file", "evidence_preview", "evidence_remove"), lambda: Evidence.objects.get().public_id
    ),
    "letter": lambda: Message.objects.get().public_id,
}  # fmt: skip
# address -> what else stands in it
MORE = {
    "run_start": "top-up",
    **dict.fromkeys((name for name in FOREIGN if name.startswith("step_")), "pay"),
    "evidence_add": "pay",
}
# A person's own pages: they show only what starts from the person.
OWN = {
    "device_list",
    "device_add",
    "emergency_sheet",
    "keeping",
    "operator_list",
    "operator_add",
    "operator_import",
    "start",
    "card_list",
    "card_add",
    "reminder_log",
    "search",
    "preferences",
    "mailbox",
}
STAFF = {"test_mail"}
OPEN = {"healthz", "livez", "owner_setup", "set_language"}
NOT_OURS = ("account_", "admin:")  # allauth and the admin panel have tests of their own


def path_of(name: str, public_id: str) -> str:
    return reverse(name, args=[public_id, *([MORE[name]] if name in MORE else [])])


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from names(entry.url_patterns, inner)
        else:
            yield f"{space}{entry.name}"


@pytest.fixture
def alices_things(mailbox_dir: object) -> str:
    """Alice's card with one of everything, all of it carrying a word that could leak."""
    alice = make_user("alice@example.org")
    card = make_card(
        alice, label="Secretlabel", note="Secretnote", number="+97333334567", period=(180, "day"),
        expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00"),
    )  # fmt: skip
    act(card, "top-up", on=date(2026, 10, 2), now=utc("2026-10-02 00:00"), note="Secretnote")
    make_plan(card, on=date(2026, 10, 1), name="Secretplan", now=utc("2026-10-01 00:00"))
    add_date(
        card=card,
        kind="own",
        due_on=date(2026, 12, 5),
        note="Secretdate",
        by=alice,
        now=utc("2026-10-01 00:00"),
    )
    charge = ChargeFacts(name="Secretcharge", first_on=date(2027, 6, 1), kind="bill")
    add_charge(card=card, facts=charge, by=alice, now=utc("2026-10-01 00:00"))
    add_service(card=card, facts=BoundFacts(name="Secretbank"), by=alice, now=utc("2026-10-01 00:00"))
    Device.objects.create(owner=alice, name="Secretphone")
    operator = make_operator("Secretoperator", owner=alice)
    add_offers(operator=operator, offers=[OfferFacts(name="Secretoffer")], by=alice)
    load_playbooks(now=NOW)
    run = start_run(card=card, key="top-up", by=alice, now=utc("2026-10-01 00:00"))
    add_note(run=run, key="pay", note="Secretrunnote", by=alice, now=utc("2026-10-01 00:00"))
    add_evidence(run=run, step="pay", files=[("Secretproof.txt", b"Secrettext")], by=alice, now=NOW)
    tick(NOW)
    assert Message.objects.filter(user=alice).count() == 1
    return "Secret"


def test_every_address_is_in_a_table() -> None:
    known = set(FOREIGN) | OWN | STAFF | OPEN
    table = {name for name in names(get_resolver().url_patterns) if not name.startswith(NOT_OURS)}
    assert table == known


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_what_is_anothers_answers_404(name: str, method: str, alices_things: str) -> None:
    bob = client_of(make_user("bob@example.org"))
    before = list(Card.objects.values()) + list(Action.objects.values()) + list(Watch.objects.values())
    with time_machine.travel(NOW):
        response = getattr(bob, method)(path_of(name, FOREIGN[name]()))
    # a GET on an address that only takes a POST says so before it looks for anything
    assert response.status_code == 404 or (method == "get" and response.status_code == 405)
    assert alices_things not in response.content.decode()
    after = list(Card.objects.values()) + list(Action.objects.values()) + list(Watch.objects.values())
    assert after == before


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_an_unknown_id_answers_404(name: str, method: str) -> None:
    with time_machine.travel(NOW):
        bob = client_of(make_user("bob@example.org"))
        response = getattr(bob, method)(path_of(name, "no-such-id"))
    assert response.status_code == 404 or (method == "get" and response.status_code == 405)


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_persons_pages_show_nothing_of_others(name: str, alices_things: str) -> None:
    with time_machine.travel(NOW):
        response = client_of(make_user("bob@example.org")).get(reverse(name))
    assert response.status_code == 200
    assert alices_things not in response.content.decode()


@pytest.mark.parametrize("name", sorted(set(FOREIGN) | OWN | STAFF))
def test_without_an_account_every_page_asks_to_sign_in(name: str) -> None:
    path = path_of(name, "some-id") if name in FOREIGN else reverse(name)
    for response in (Client().get(path), Client().post(path)):
        assert response.status_code in (302, 405)
        if response.status_code == 302:
            assert response["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("name", sorted(STAFF))
def test_staff_pages_are_not_there_for_others(name: str) -> None:
    with time_machine.travel(NOW):
        assert client_of(make_user("bob@example.org")).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", ["start", "card_list", "healthz", "livez", "account_login", "admin:login"])
def test_every_answer_carries_the_strict_policy(name: str) -> None:
    response = Client().get(reverse(name))
    assert response["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert "unsafe" not in response["Content-Security-Policy"]


def test_error_pages_carry_it_too() -> None:
    response = Client().get("/no-such-page/")
    assert response.status_code == 404
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
