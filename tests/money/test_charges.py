"""Fees and bills, the balance they are taken from, and the data of a plan."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cards.models import Action, Card, Charge, Deadline
from cards.services.charges import ChargeFacts, add_charge
from cards.services.timetable import refresh
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return make_card(make_user(), expires_on=date(2027, 6, 1))


def fee(card: Card, **facts: Any) -> Charge:
    values = {
        "name": "Monthly fee", "first_on": date(2026, 12, 15), "amount": Decimal("5"), "currency": "EUR",
        "period_count": 1, **facts,
    }  # fmt: skip
    return add_charge(card=card, facts=ChargeFacts(**values), by=card.owner, now=NOW)


def read(card: Card, balance: str, on: date = date(2026, 12, 1)) -> Action:
    return act(card, "reading", on=on, balance=Decimal(balance), currency="EUR")


def deadline(card: Card, kind: str) -> Deadline | None:
    return card.deadlines.filter(kind=kind, state="open").first()


def test_the_balance_ends_the_day_before_the_fee_it_does_not_cover(card: Card) -> None:
    fee(card)
    read(card, "12")
    # 12 covers 15 Dec and 15 Jan; on 15 Feb two are left
    row = deadline(card, "balance")
    assert row is not None
    assert row.ends_on == date(2027, 2, 14)
    assert row.is_estimated
    assert refresh(card, NOW).changed == []


def test_without_a_reading_no_balance_has_an_end(card: Card) -> None:
    fee(card)
    assert deadline(card, "balance") is None


def test_a_plan_that_renews_by_itself_takes_its_price_from_the_balance(card: Card) -> None:
    make_plan(
        card, on=date(2026, 12, 1), is_auto_renewing=True, price=Decimal("10"), currency="EUR",
        period_count=30,
    )  # fmt: skip
    read(card, "4")
    row = deadline(card, "balance")
    assert row is not None
    assert row.ends_on == date(2026, 12, 29)  # the plan ends on 30 Dec


def test_data_that_ends_before_its_plan_is_a_date_of_its_own(card: Card) -> None:
    plan = make_plan(card, on=date(2026, 11, 1), period_count=60, data_mib=5000)
    for day, left in ((1, 4000), (11, 2000)):
        act(card, "reading", on=date(2026, 11, day), data_left_mib=left, subscription=plan)
    row = deadline(card, "data")
    assert row is not None
    assert (row.subject, row.ends_on) == (str(plan.pk), date(2026, 11, 21))  # 200 a day, 10 days left
    assert refresh(card, NOW).changed == []


def test_a_turn_is_confirmed_once_through_the_ledger_and_undone_there(card: Card) -> None:
    row, client = fee(card), client_of(card.owner)
    with time_machine.travel(NOW):
        page = client.get(reverse("action_add", args=[card.public_id]), {"charge": row.public_id})
        assert page.context["form"]["kind"].value() == "fee"
        assert Action.objects.filter(charge=row).count() == 0  # looking confirms nothing
        typed = {
            "kind": "fee", "acted_on": "2026-12-01", "amount": "5.50", "currency": "EUR",
            "charge": row.public_id, "once": "once-token-1", "clock": "there", "data_unit": "gb",
        }  # fmt: skip
        for _press in range(2):
            client.post(reverse("action_add", args=[card.public_id]), typed)
        entry = Action.objects.get(charge=row)
        due = deadline(card, "charge")
        assert entry.amount == Decimal("5.50")
        assert due is not None
        assert due.ends_on == date(2027, 1, 15)
        client.post(reverse("action_undo", args=[entry.public_id]))
    due = deadline(card, "charge")
    assert due is not None
    assert due.ends_on == date(2026, 12, 15)


def test_the_card_says_when_the_balance_does_not_cover_the_next_fee(card: Card) -> None:
    fee(card)
    read(card, "3")
    with time_machine.travel(NOW):
        text = client_of(card.owner).get(reverse("card", args=[card.public_id])).content.decode()
    assert "The balance does not cover Monthly fee" in text


def test_a_charge_is_added_by_its_form_and_bad_input_stands_at_its_field(card: Card) -> None:
    address, client = reverse("charge_add", args=[card.public_id]), client_of(card.owner)
    typed = {"name": "Fee", "kind": "fee", "amount": "", "currency": "EUR", "first_on": "2027-01-31",
             "period_count": "1", "period_unit": "month"}  # fmt: skip
    with time_machine.travel(NOW):
        refused = client.post(address, typed)
        assert refused.status_code == 422
        assert "amount" in refused.context["form"].errors
        client.post(address, {**typed, "amount": "2.50"})
    assert Charge.objects.get().amount == Decimal("2.50")


def test_automatic_top_up_needs_both_amounts(card: Card) -> None:
    address, client = reverse("auto_topup", args=[card.public_id]), client_of(card.owner)
    with time_machine.travel(NOW):
        assert client.post(address, {"topup_below": "5", "topup_currency": "EUR"}).status_code == 422
        client.post(address, {"topup_below": "5", "topup_amount": "10", "topup_currency": "EUR"})
    card.refresh_from_db()
    assert (card.topup_below, card.topup_amount, card.topup_currency) == (5, 10, "EUR")


def test_ids_of_different_tables_are_never_mixed_up_on_the_start_page(card: Card) -> None:
    row = fee(card, first_on=date(2026, 12, 2), kind="bill")
    card.refresh_from_db()
    assert card.leading is not None
    assert card.leading.kind == "bill"
    with time_machine.travel(NOW):
        (tile,) = client_of(card.owner).get(reverse("start")).context["page"].tiles
    assert (tile.own_date, tile.plan) == (None, None)
    assert tile.charge is not None and tile.charge.public_id == row.public_id


@pytest.mark.parametrize("kind", ["top-up", "suspended"])
def test_what_lasts_until_a_day_is_a_date_of_its_own(card: Card, kind: str) -> None:
    typed = {"kind": kind, "acted_on": "2026-12-01", "until_on": "2026-12-08", "currency": "EUR",
             "amount": "5", "clock": "there", "data_unit": "gb"}  # fmt: skip
    with time_machine.travel(NOW):
        client_of(card.owner).post(reverse("action_add", args=[card.public_id]), typed)
    row = deadline(card, "credit-lot" if kind == "top-up" else "suspension")
    assert row is not None
    assert row.ends_on == date(2026, 12, 8)
