"""Which steps are offered for what a card needs, on the start page, on its own page and in the mail."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card, Deadline, Playbook, Run, User
from cards.queries.run_offers import fitting, offers_on
from cards.queries.start import start_page
from cards.rules.stages import Stage
from cards.runs.starting import start_run
from cards.services.actions import void_action
from cards.services.cards import set_intent
from cards.services.charges import ChargeFacts, add_charge
from cards.services.dates import add_date
from cards.services.playbooks import retire_playbook, save_playbook
from cards.services.rules import RuleFacts, set_rule
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user

from .play import Play

pytestmark = pytest.mark.django_db
NUMBER = ("number-keeping",)


def card_with(**facts: object) -> Card:
    values: dict[str, object] = {"purposes": ["data"], "intent": "keep", "ended_as": ""}
    return Card(**{**values, **facts})


@pytest.mark.parametrize(
    ("kind", "stage", "facts", "counts", "key"),
    [
        ("line", Stage.FAR, {"purposes": NUMBER}, ("sms", "call"), "keep-alive-by-use"),
        ("line", Stage.DUE, {"purposes": NUMBER}, ("sms", "top-up"), "renew-number-keeping"),
        ("line", Stage.SOON, {"purposes": NUMBER}, (), "renew-number-keeping"),
        ("line", Stage.DUE, {}, ("renewal",), "renew-data-card"),
        ("line", Stage.DUE, {"purposes": ["everyday"]}, ("top-up",), "top-up"),
        ("line", Stage.OVER, {"purposes": NUMBER}, ("sms",), "restore-suspended"),
        ("line", Stage.LOST, {"purposes": NUMBER}, ("sms",), "number-gone"),
        ("", Stage.NONE, {"ended_as": "lost"}, (), "number-gone"),
        ("line", Stage.DUE, {"ended_as": "cancelled"}, (), ""),
        ("plan-end", Stage.DUE, {}, (), "renew-data-card"),
        ("data", Stage.SOON, {"purposes": ["roaming"]}, (), "top-up"),
        ("balance", Stage.SOON, {}, (), "top-up"),
        ("zero-balance", Stage.OVER, {}, (), "top-up"),
        ("credit-lot", Stage.DUE, {}, (), "top-up"),
        ("install-by", Stage.DUE, {}, (), "activate-esim"),
        ("first-use", Stage.DUE, {}, (), "activate-esim"),
        ("suspension", Stage.DUE, {}, (), "restore-suspended"),
        ("bill", Stage.DUE, {}, (), ""),
        ("ask-validity", Stage.UNKNOWN, {"purposes": NUMBER}, (), ""),
        ("line", Stage.FAR, {"intent": "cancelling", "purposes": ["roaming"]}, (), "cancel-roaming"),
        ("plan-end", Stage.FAR, {"intent": "cancelling"}, (), "cancel-number-keeping"),
        ("line", Stage.OVER, {"intent": "lapse", "purposes": NUMBER}, (), ""),
    ],
)
def test_what_a_deadline_calls_for(
    kind: str, stage: Stage, facts: dict[str, object], counts: tuple[str, ...], key: str
) -> None:
    assert fitting(card_with(**facts), kind, stage, counts) == key


def offer_of(card: Card) -> str:
    [offer] = offers_on([(Card.objects.get(pk=card.pk), card.deadlines.get(kind="line"))], now=NOW)
    return offer.key if offer else ""


def test_the_rule_in_force_decides_not_one_that_was_undone_or_comes_later() -> None:
    alice = make_user()
    card = make_card(
        alice, purposes=NUMBER, period=(180, "day"), counts=("sms",), expires_on=date(2027, 3, 1)
    )
    assert offer_of(card) == "keep-alive-by-use"
    who = {"by": alice, "now": NOW}
    facts = RuleFacts(counts=("top-up",), period_count=180, period_unit="day")
    set_rule(card=card, facts=facts, applies_from=date(2027, 6, 1), **who)
    assert offer_of(card) == "keep-alive-by-use"
    set_rule(card=card, facts=facts, applies_from=date(2026, 11, 1), **who)
    assert offer_of(card) == "renew-number-keeping"
    entry = card.actions.filter(kind="rule-changed").order_by("pk").last()
    assert entry is not None
    void_action(action=entry, **who)
    assert offer_of(card) == "keep-alive-by-use"
    void = card.actions.order_by("pk").last()
    assert void is not None
    void_action(action=void, **who)
    assert offer_of(card) == "renew-number-keeping"


def page_of(user: User, path: str = "/") -> str:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).get(path).content.decode()


def test_the_start_page_offers_the_steps_and_leads_on_to_them_once_they_are_open() -> None:
    alice = make_user()
    card = make_card(alice, purposes=NUMBER, expires_on=date(2026, 12, 10))
    path = f"/cards/{card.public_id}/start/renew-number-keeping/"
    for page in (page_of(alice), page_of(alice, f"/cards/{card.public_id}/")):
        assert f'href="{path}"' in page and "Step by step: Renew a number-keeping card" in page
    page_of(alice, path)
    assert not Run.objects.exists()
    run = start_run(card=card, key="renew-number-keeping", by=alice, now=NOW)
    for page in (page_of(alice), page_of(alice, f"/cards/{card.public_id}/")):
        assert f'href="/runs/{run.public_id}/"' in page and f'href="{path}"' not in page


def test_what_staff_have_retired_is_not_offered_and_their_own_title_is() -> None:
    alice = make_user()
    make_card(alice, purposes=NUMBER, expires_on=date(2026, 12, 10))
    row = Playbook.objects.select_related("current").get(key="renew-number-keeping")
    assert row.current is not None
    text = row.current.text.replace("Renew a number-keeping card", "Renew at the desk")
    save_playbook(key=row.key, text=text, by=make_user("staff@example.org"), now=NOW)
    assert "Step by step: Renew at the desk" in page_of(alice)
    retire_playbook(playbook=Playbook.objects.get(key=row.key), is_retired=True, now=NOW)
    assert "Step by step" not in page_of(alice)


def test_a_tile_led_by_a_run_leads_to_the_run() -> None:
    alice = make_user()
    card = make_card(alice, purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=Decimal(5), currency="BHD")
    play.does("apply", channel="phone", applied_on=NOW.date())
    play.does_all("bound", "backup", "contact", "identity")
    for turn in ("review", "refund"):
        [tile] = start_page(alice, now=NOW).tiles
        assert tile.offer is not None and (tile.offer.run_id, tile.offer.is_of_run) == (
            play.run.public_id,
            True,
        )
        assert f'href="/runs/{play.run.public_id}/?step={turn}"' in page_of(alice)
        if turn == "review":
            play.does("review")
            play.does("approved", effective_on=NOW.date())
            play.skips("last-bill")
    assert tile.kind == "refund"
    assert page_of(alice, f"/cards/{card.public_id}/").count(f'href="/runs/{play.run.public_id}/') >= 1


def test_the_start_page_asks_as_often_for_many_cards_of_all_kinds_as_for_one_of_each() -> None:
    alice = make_user()
    client = client_of(alice)
    counts = []
    for number in (1, 2, 2):
        for index in range(number):
            four_kinds(alice, f"{len(counts)} {index}")
        with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        counts.append(len(captured))
        with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as listed:
            assert client.get("/cards/").status_code == 200
        assert len(listed) <= 12
    assert len(set(counts)) == 1 and counts[0] <= 12, counts


def four_kinds(alice: User, name: str) -> None:
    """Cards led by a line with a run, a plan, a date of its own and a charge."""
    card = make_card(alice, label=f"a {name}", purposes=NUMBER, period=(180, "day"), counts=("sms",))
    act(card, "sms", on=date(2026, 6, 10))
    start_run(card=card, key="keep-alive-by-use", by=alice, now=NOW)
    make_plan(make_card(alice, label=f"b {name}"), on=date(2026, 11, 28))
    other = make_card(alice, label=f"c {name}")
    add_date(card=other, kind="own", due_on=date(2026, 12, 8), note="", by=alice, now=NOW)
    billed = make_card(alice, label=f"d {name}")
    charge = ChargeFacts(name="Fee", kind="bill", first_on=date(2026, 12, 9))
    add_charge(card=billed, facts=charge, by=alice, now=NOW - timedelta(days=1))


def test_a_card_being_cancelled_is_offered_the_cancellation() -> None:
    alice = make_user()
    card = make_card(alice, purposes=("roaming", "data"), expires_on=date(2027, 3, 1))
    set_intent(card=card, intent="cancelling", by=alice, now=NOW)
    assert f"/cards/{card.public_id}/start/cancel-roaming/" in page_of(alice)
    assert Deadline.objects.filter(card=card, state="open").count() == 1
