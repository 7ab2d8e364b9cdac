"""A card that is cancelled, ported or lost is history: nothing renews it, money is still asked about."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver, reverse

from cards.models import Action, Card, CardDate, Event, Reminder, Run
from cards.services.actions import void_action
from cards.services.charges import ChargeFacts, add_charge
from cards.services.dates import add_date
from cards.tasks import tick
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user, utc
from tests.test_tenancy import names

from .play import Play

pytestmark = pytest.mark.django_db
# Every address of one card's things that must not change a card that is gone ...
CLOSED: dict[str, Callable[[Card], list[str]]] = {
    **dict.fromkeys(
        (
            "card_edit", "card_intent", "card_identity", "secrets_edit", "rule_edit", "rule_choose",
            "rule_proposal", "rule_decline", "costs_edit", "charge_add", "auto_topup", "plan_add",
        ),
        lambda card: [card.public_id],
    ),
    "charge_edit": lambda card: [card.charges.get().public_id],
    **dict.fromkeys(("plan_edit", "plan_reopen"), lambda card: [card.subscriptions.get().public_id]),
    "date_edit": lambda card: [card.dates.get(kind="own").public_id],
    "run_start": lambda card: [card.public_id, "top-up"],
}  # fmt: skip
# ... and all the others that begin with a card's thing: they read, take back, or tell what is left.
OPEN_STILL = {
    "card", "card_record",
    "card_archive", "card_restore", "card_delete", "secrets_show", "service_add", "service_edit",
    "service_move", "service_remove", "action_add", "action_undo", "action_correct", "charge_end",
    "plan_close", "date_add", "date_met", "date_delete", "watch_seen", "watch_snooze", "watch_mute",
    "watch_reset", "watch_leads",
}  # fmt: skip
NO_CARD = ("device_", "own_", "operator", "offer", "account_", "admin:", "run", "step_", "evidence_", "item_")
NO_IDS = {
    "start", "card_list", "card_add", "emergency_sheet", "reminder_log", "keeping", "preferences", "mailbox",
    "letter", "test_mail", "owner_setup", "healthz", "livez", "set_language", "advice", "evidence",
    "search",
}  # fmt: skip


@pytest.fixture
def card() -> Card:
    alice = make_user()
    who = {"by": alice, "now": NOW}
    card = make_card(
        alice, operator=make_operator(), period=(180, "day"), expires_on=date(2026, 12, 20),
        purposes=("roaming",), now=NOW - timedelta(days=40),
    )  # fmt: skip
    make_plan(card, on=date(2026, 11, 28))
    for kind in ("own", "refund"):
        add_date(card=card, kind=kind, due_on=date(2026, 12, 20), note="Deposit", **who)
    charge = ChargeFacts(name="Last bill", kind="bill", first_on=date(2026, 12, 9))
    add_charge(card=card, facts=charge, **who)
    act(card, "cancelled", on=NOW.date())
    return Card.objects.get(pk=card.pk)


def visit(card: Card, method: str, name: str, *ids: str, **data: Any) -> Any:
    client: Client = client_of(card.owner)
    with time_machine.travel(NOW, tick=False):
        path = reverse(name, args=ids) + ("?kind=reading" if method == "get" else "")
        return client.post(path, data) if method == "post" else client.get(path)


def test_every_address_of_a_cards_things_is_open_or_closed_on_purpose() -> None:
    ours = {name for name in names(get_resolver().url_patterns) if not name.startswith(NO_CARD)}
    assert ours - NO_IDS - OPEN_STILL - set(CLOSED) == set()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(CLOSED))
def test_its_forms_say_why_and_change_nothing(name: str, method: str, card: Card) -> None:
    before = (list(Card.objects.values()), Action.objects.count(), Event.objects.count(), Run.objects.count())
    response = visit(card, method, name, *CLOSED[name](card), label="Back again")
    if method == "get" and response.status_code == 405:
        return
    assert response.status_code == 409
    text = " ".join(response.content.decode().split())
    assert "brought back without applying for a new one" in text
    assert "Cancelled with effect from Tue, 1 Dec 2026." in text
    after = (list(Card.objects.values()), Action.objects.count(), Event.objects.count(), Run.objects.count())
    assert after == before


def test_undoing_the_entry_brings_the_card_back(card: Card) -> None:
    entry = card.actions.get(kind="cancelled")
    assert (card.ended_as, card.ended_on) == ("cancelled", NOW.date())
    assert visit(card, "post", "action_undo", entry.public_id).status_code == 302
    card.refresh_from_db()
    assert (card.ended_as, card.ended_on) == ("", None)
    assert visit(card, "get", "card_edit", card.public_id).status_code == 200
    assert card.deadlines.get(kind="line").state == "open"
    void_action(action=card.actions.get(kind="void"), by=card.owner, now=NOW)
    assert visit(card, "get", "card_edit", card.public_id).status_code == 409


def typed(kind: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "acted_on": "2026-12-01", "currency": "BHD", "data_unit": "gb", **more}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("refund", {"amount": "5"}),
        ("fee", {"amount": "5"}),
        ("note", {"note": "Letter came"}),
        ("reading", {"balance": "0"}),
        ("restored", {"expires_on": "2027-06-01"}),
    ],
)
def test_what_is_left_can_be_recorded(kind: str, more: dict[str, str], card: Card) -> None:
    before = card.actions.filter(kind=kind).count()
    response = visit(card, "post", "action_add", card.public_id, **typed(kind, **more))
    assert response.status_code == 302
    assert card.actions.filter(kind=kind).count() > before
    card.refresh_from_db()
    assert (card.ended_as == "") == (kind == "restored")


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("top-up", {"amount": "5"}, "kind"),
        ("sms", {}, "kind"),
        ("cancelled", {}, "kind"),
        ("plan-bought", {}, "kind"),
        ("reading", {"expires_on": "2027-06-01"}, "expires_on"),
        ("fee", {"expires_on": "2027-06-01"}, "expires_on"),
    ],
)
def test_nothing_else_can_be_recorded(kind: str, more: dict[str, str], field: str, card: Card) -> None:
    before = Action.objects.count()
    response = visit(card, "post", "action_add", card.public_id, **typed(kind, **more))
    assert response.status_code == 422 and list(response.context["form"].errors) == [field]
    assert Action.objects.count() == before


def test_the_form_offers_only_what_is_left(card: Card) -> None:
    text = visit(card, "get", "action_add", card.public_id).content.decode()
    assert 'value="refund"' in text and 'value="top-up"' not in text


def test_the_entry_itself_can_be_corrected(card: Card) -> None:
    entry = card.actions.get(kind="cancelled")
    changed = typed("cancelled", acted_on="2026-11-30")
    response = visit(card, "post", "action_correct", entry.public_id, **changed)
    assert response.status_code == 302
    card.refresh_from_db()
    assert card.ended_on == date(2026, 11, 30)


def test_a_refund_can_be_added_changed_and_met_and_no_other_date(card: Card) -> None:
    for kind, status in (("own", 422), ("refund", 302)):
        told = {"kind": kind, "due_on": "2027-01-31", "note": "Balance"}
        assert visit(card, "post", "date_add", card.public_id, **told).status_code == status
    refund = CardDate.objects.get(kind="refund", note="Deposit").public_id
    told = {"kind": "refund", "due_on": "2027-02-01", "note": "Deposit"}
    assert visit(card, "post", "date_edit", refund, **told).status_code == 302
    assert visit(card, "post", "date_met", refund).status_code == 302


def test_nothing_renews_it_and_refund_and_last_bill_are_asked_about_until_they_come(card: Card) -> None:
    kinds = {row.kind for row in card.deadlines.filter(state="open")}
    assert kinds == {"own", "refund", "bill"}
    for day in range(60):
        tick(utc("2026-12-02 02:00") + timedelta(days=day))
    said = set(Reminder.objects.filter(due_at__gt=NOW).values_list("watch__deadline__kind", flat=True))
    assert said == {"own", "refund", "bill"}
    assert {row.kind for row in card.deadlines.filter(state="open")} >= {"refund", "bill"}


@pytest.mark.parametrize("kind", ["ported", "lost"])
def test_ported_and_lost_end_a_card_too(kind: str) -> None:
    card = make_card(make_user(), expires_on=date(2026, 12, 20))
    act(card, kind, on=NOW.date())
    response = visit(card, "get", "card_edit", card.public_id)
    assert response.status_code == 409
    page = visit(card, "get", "start").content.decode()
    assert (f"/cards/{card.public_id}/start/number-gone/" in page) == (kind == "lost")
    assert "Record the date" not in page
    started = visit(card, "post", "run_start", card.public_id, "number-gone")
    assert started.status_code == 302 and Run.objects.get().playbook.key == "number-gone"


def test_a_cancellation_of_the_future_leaves_the_card_open_until_its_day() -> None:
    card = make_card(make_user(), purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=Decimal(5), currency="BHD")
    play.does("approved", effective_on=date(2026, 12, 5))
    card.refresh_from_db()
    assert (card.ended_as, card.ended_on) == ("cancelled", date(2026, 12, 5))
    assert visit(card, "get", "card_edit", card.public_id).status_code == 200
    with time_machine.travel(utc("2026-12-05 12:00"), tick=False):
        path = reverse("card_edit", args=[card.public_id])
        assert client_of(card.owner).get(path).status_code == 409


def test_the_pages_say_since_when_it_is_history(card: Card) -> None:
    for name, ids in (("card", [card.public_id]), ("start", [])):
        text = " ".join(visit(card, "get", name, *ids).content.decode().split())
        assert name == "start" or "Cancelled with effect from Tue, 1 Dec 2026." in text
        assert f"/cards/{card.public_id}/edit/" not in text


def test_a_card_that_is_history_offers_only_what_a_lost_number_calls_for(card: Card) -> None:
    act(card, "cancelled", on=NOW.date())
    with time_machine.travel(NOW, tick=False):
        page = client_of(card.owner).get(reverse("run_list", args=[card.public_id])).content.decode()
    assert re.findall(r"/start/([a-z-]+)/", page) == ["number-gone"]
