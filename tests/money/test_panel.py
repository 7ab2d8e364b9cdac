"""The money and data of a card's page: what readings let expect, and what is odd."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.models import Card, Subscription
from cards.queries.effects import Remark
from cards.queries.money_panel import MoneyPanel
from cards.services.charges import ChargeFacts, add_charge
from tests.factories import NOW, act, client_of, make_card, make_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def card() -> Card:
    return make_card(make_user(), expires_on=date(2027, 6, 1))


def panel(card: Card) -> MoneyPanel:
    with time_machine.travel(NOW, tick=False):
        response = client_of(card.owner).get(reverse("card", args=[card.public_id]))
    text = response.content.decode()
    found: MoneyPanel = response.context["page"].money
    assert all(remark.text in text for remark in found.remarks)
    assert found.topup_expected in text
    return found


def fee(card: Card, **facts: Any) -> None:
    values = {"name": "Fee", "first_on": date(2026, 12, 20), "amount": Decimal("5"), "currency": "EUR"}
    add_charge(card=card, facts=ChargeFacts(**{**values, **facts}), by=card.owner, now=NOW)


def balances(card: Card, *read: tuple[date, str]) -> None:
    for on, amount in read:
        act(card, "reading", on=on, balance=Decimal(amount), currency="EUR")


def data_plan(card: Card, *left: int, **facts: Any) -> Subscription:
    """A plan of 60 days, to 30 Dec, with a reading every ten days from 1 November on."""
    plan = make_plan(card, on=date(2026, 11, 1), period_count=60, data_mib=5000, **facts)
    for number, size in enumerate(left):
        on = date(2026, 11, 1) + timedelta(days=10 * number)
        act(card, "reading", on=on, data_left_mib=size, subscription=plan)
    return plan


def test_data_that_runs_out_before_the_plan_is_told_with_how_much_it_lacks(card: Card) -> None:
    data_plan(card, 5000, 4000, 3000, 2000)  # 100 a day; 2000 on 1 December last to 21 December
    assert panel(card).remarks == (
        Remark(
            "warning",
            "Estimated: at this pace the data of Pass runs out 9 days before the plan ends "
            "(about 900 MB over).",
        ),
    )


def test_data_that_lasts_to_the_end_of_the_plan_is_no_remark(card: Card) -> None:
    data_plan(card, 5000, 4500, 4000)  # 50 a day, 80 days
    assert panel(card).remarks == ()


def test_the_last_reading_of_data_is_told(card: Card) -> None:
    data_plan(card, 5000, 4500)
    assert panel(card).sentences[0] == "Pass: 4500 MB left, read on Wed, 11 Nov 2026."


def test_low_data_is_told_before_it_is_used_up(card: Card) -> None:
    data_plan(card, 5000, 4980, 400, alarm_mib=500)
    levels = [remark.text for remark in panel(card).remarks]
    assert levels[0] == "Pass: only 400 MB were left on Sat, 21 Nov 2026."
    assert "runs out 38 days before the plan ends" in levels[1]


def test_used_up_data_is_an_error_and_no_forecast(card: Card) -> None:
    data_plan(card, 5000, 0)
    (remark,) = panel(card).remarks
    assert (remark.level, remark.text) == (
        "error",
        "Pass: the data was used up on Wed, 11 Nov 2026; more of it may cost extra.",
    )


def test_the_day_of_an_automatic_top_up_is_an_estimate(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(topup_below=4, topup_amount=10, topup_currency="EUR")
    fee(card)
    balances(card, (date(2026, 12, 1), "8"))  # 3 are left on 20 December
    assert panel(card).topup_expected == (
        "Estimated: the next automatic top-up comes about Sun, 20 Dec 2026."
    )


def test_a_plan_that_renews_by_itself_brings_the_automatic_top_up_nearer(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(topup_below=4, topup_amount=10, topup_currency="EUR")
    fee(card)
    make_plan(
        card, on=date(2026, 12, 1), period_count=10, is_auto_renewing=True, price=Decimal(6), currency="EUR"
    )
    balances(card, (date(2026, 12, 1), "8"))
    assert "Thu, 10 Dec 2026" in panel(card).topup_expected


def test_an_automatic_top_up_that_was_due_asks_to_be_recorded(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(topup_below=4, topup_amount=10, topup_currency="EUR")
    balances(card, (date(2026, 11, 20), "3"))
    assert panel(card).topup_expected == (
        "Estimated: the automatic top-up was due about Fri, 20 Nov 2026. Record it when it has come."
    )


def test_a_card_that_does_not_top_up_expects_none(card: Card) -> None:
    fee(card)
    balances(card, (date(2026, 12, 1), "3"))
    assert panel(card).topup_expected == ""


def test_a_fall_that_nothing_recorded_explains_is_an_alarm(card: Card) -> None:
    balances(card, (date(2026, 11, 1), "20"), (date(2026, 11, 21), "8"))
    (remark,) = panel(card).remarks
    assert (
        "Between Sun, 1 Nov 2026 and Sat, 21 Nov 2026 the balance fell by EUR\u00a012.00 more" in remark.text
    )


def test_only_fees_of_the_next_weeks_are_called_not_covered(card: Card) -> None:
    fee(card, name="Near")
    fee(card, name="Far", first_on=date(2027, 2, 1))
    fee(card, name="Over", first_on=date(2026, 11, 1))
    balances(card, (date(2026, 12, 1), "3"))
    told = [remark.text for remark in panel(card).remarks]
    assert told == ["The balance does not cover Near: EUR\u00a05.00 on Sun, 20 Dec 2026."]


def test_the_page_asks_as_often_for_many_charges_and_readings_as_for_one(card: Card) -> None:
    client, asked = client_of(card.owner), []
    for count in (1, 30):
        for number in range(len(card.charges.all()), count):
            fee(card, name=f"Fee {number}", period_count=1)
            on = date(2026, 11, 1) + timedelta(days=number)
            act(card, "reading", on=on, balance=Decimal(900 - number), currency="EUR", data_left_mib=100)
        with CaptureQueriesContext(connection) as captured, time_machine.travel(NOW, tick=False):
            text = client.get(reverse("card", args=[card.public_id])).content.decode()
        assert f"Fee {count - 1}" in text
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 18
