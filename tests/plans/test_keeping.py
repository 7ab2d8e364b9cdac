"""What keeping costs in a year: the reckoning, worked by hand, and the page."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from cards.models import Card, Charge, Intent, Rule, User
from cards.queries.keeping import Row
from cards.rules.keeping import Cost, Drain, Sum, Way, sums_of, ways_of
from cards.rules.periods import Period, Unit
from cards.rules.rulebook import Rule as ValidityRule
from cards.rules.rulebook import Tier
from cards.services.actions import void_action
from cards.services.rules import RuleFacts, set_rule
from tests.factories import NOW, act, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db
MONTH = Period(1, Unit.MONTH)


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def rule_of(*counts: str, days: int = 180, **more: Any) -> ValidityRule:
    return ValidityRule(counts=frozenset(counts), period=Period(days, Unit.DAY), **more)


def cost(kind: str, amount: str, currency: str = "BHD") -> Cost:
    return Cost(kind=kind, amount=Decimal(amount), currency=currency)


def told(ways: tuple[Way, ...]) -> list[tuple[str, Decimal | None, Decimal | None]]:
    return [(way.kind, way.price, way.a_year) for way in ways]


def test_the_cheapest_way_comes_first_and_unknown_ones_last() -> None:
    # 365.25 / 180 = 2.0292 times: 5 BHD are 10.146, an SMS of 0.05 is 0.101.
    ways = ways_of(rule_of("top-up", "sms", "call"), [cost("top-up", "5"), cost("sms", "0.05")])
    assert told(ways) == [
        ("sms", Decimal("0.05"), Decimal("0.101")),
        ("top-up", Decimal("5"), Decimal("10.146")),
        ("call", None, None),
    ]


def test_receiving_is_free_and_beats_everything() -> None:
    ways = ways_of(rule_of("call-received", "top-up", minimum=Decimal(2), currency="INR"), [])
    # A minimum for every kind is one that receiving never reaches.
    assert told(ways) == [("top-up", Decimal(2), Decimal("4.058")), ("call-received", None, None)]
    free = ways_of(rule_of("call-received", "top-up", minima=(("top-up", Decimal(2)),), currency="INR"), [])
    assert told(free)[0] == ("call-received", Decimal(0), Decimal(0))


def test_a_minimum_is_what_it_takes_where_no_price_is_named_or_a_lower_one() -> None:
    rule = rule_of("top-up", days=365, minima=(("top-up", Decimal(10)),), currency="GBP")
    # 365.25 / 365 x 10 = 10.007
    assert told(ways_of(rule, [])) == [("top-up", Decimal(10), Decimal("10.007"))]
    assert told(ways_of(rule, [cost("top-up", "5", "GBP")]))[0][1] == Decimal(10)
    assert told(ways_of(rule, [cost("top-up", "15", "GBP")]))[0][1] == Decimal(15)


def test_each_tier_is_a_way_of_its_own() -> None:
    # TELUS: 10 / 25 / 100 CAD for 30 / 60 / 365 days; a year costs 121.750 / 152.188 / 100.068.
    tiers = tuple(
        Tier(minimum=Decimal(amount), period=Period(days, Unit.DAY))
        for amount, days in ((10, 30), (25, 60), (100, 365))
    )
    found = told(ways_of(rule_of("top-up", tiers=tiers, currency="CAD"), []))
    assert found == [
        ("top-up", Decimal(100), Decimal("100.068")),
        ("top-up", Decimal(10), Decimal("121.750")),
        ("top-up", Decimal(25), Decimal("152.188")),
    ]


def test_fees_eat_the_credit_that_a_top_up_leaves_and_bills_do_not() -> None:
    fee = Drain(amount=Decimal("0.5"), currency="BHD", period=MONTH, is_bill=False)
    bill = Drain(amount=Decimal("2"), currency="BHD", period=MONTH, is_bill=True)
    top_up, sms = ways_of(rule_of("top-up", days=180), [cost("top-up", "5")])[0], ways_of(
        rule_of("sms", days=180), [cost("sms", "0.05")]
    )[0]  # fmt: skip
    # A top-up of 10.146 pays the fees of 6; 4.146 are left. SMS are paid besides the fees.
    assert sums_of(top_up, [fee]) == (Sum(currency="BHD", paid=Decimal("10.146"), stays=Decimal("4.146")),)
    assert sums_of(sms, [fee]) == (Sum(currency="BHD", paid=Decimal("6.101")),)
    assert sums_of(top_up, [fee, bill])[0].paid == Decimal("34.146")
    # Fees of 24 a year need more than the rule's top-ups, and nothing is left.
    large = Drain(amount=Decimal("2"), currency="BHD", period=MONTH, is_bill=False)
    assert sums_of(top_up, [large]) == (Sum(currency="BHD", paid=Decimal("24.000")),)


def test_currencies_are_never_mixed() -> None:
    ways = ways_of(
        rule_of("top-up", "sms", currency="EUR"), [cost("top-up", "50", "EUR"), cost("sms", "1", "HKD")]
    )
    assert [way.currency for way in ways] == ["EUR", "HKD"]
    fee = Drain(amount=Decimal(1), currency="HKD", period=MONTH, is_bill=False)
    assert [(item.currency, item.stays) for item in sums_of(ways[0], [fee])] == [
        ("EUR", Decimal("101.458")),
        ("HKD", Decimal(0)),
    ]


def with_rule(owner: User, label: str, *costs: dict[str, str], **facts: Any) -> Card:
    card = make_card(owner, label=label, operator=None)
    values = {"counts": ("top-up",), "period_count": 365, "period_unit": "day", **facts}
    set_rule(
        card=card, facts=RuleFacts(costs=costs, **values), applies_from=date(2020, 1, 1), by=owner, now=NOW
    )
    return card


def top_up(amount: str, currency: str = "BHD") -> dict[str, str]:
    return {"kind": "top-up", "amount": amount, "currency": currency, "what": "voucher"}


def page_of(person: User, query: str = "") -> HttpResponse:
    response = client_of(person).get(reverse("keeping") + query)
    assert response.status_code == 200
    return response


def rows_of(response: HttpResponse) -> dict[str, Row]:
    return {row.label: row for row in response.context["found"].rows}


def test_the_page_shows_each_card_and_the_totals_by_currency() -> None:
    alice = make_user()
    with_rule(alice, "One", top_up("5"))
    with_rule(alice, "Two", top_up("2", "KWD"))
    with_rule(alice, "Three", top_up("1"))
    make_card(make_user("bob@example.org"), label="Bobs card")
    response = page_of(alice)
    rows = rows_of(response)
    assert rows["One"].best == "Top-up for BHD\u00a05.000 every 365 days"
    assert (rows["One"].paid, rows["One"].stays) == (("BHD\u00a05.003",), ("BHD\u00a05.003",))
    totals = [(item.paid, item.stays) for item in response.context["found"].totals]
    assert totals == [("BHD\u00a06.004", "BHD\u00a06.004"), ("KWD\u00a02.001", "KWD\u00a02.001")]
    assert "Bobs card" not in response.content.decode()


def test_a_card_without_known_costs_says_so_with_a_link() -> None:
    alice = make_user()
    bare, priceless = make_card(alice, label="Bare"), with_rule(alice, "Priceless")
    page = page_of(alice).content.decode()
    assert reverse("rule_edit", args=[bare.public_id]) in page
    assert reverse("costs_edit", args=[priceless.public_id]) in page
    assert "Of 2 cards it is not or only partly known." in page


def test_charges_count_and_a_bill_without_amount_leaves_the_sum_partly_known() -> None:
    alice = make_user()
    card = with_rule(alice, "Fee", top_up("5"))
    Charge.objects.create(
        card=card,
        name="Monthly fee",
        amount=1,
        currency="BHD",
        period_count=1,
        first_on=date(2026, 1, 1),
        created_at=NOW,
    )
    Charge.objects.create(
        card=card,
        name="Over",
        amount=9,
        currency="BHD",
        period_count=1,
        first_on=date(2026, 1, 1),
        created_at=NOW,
        ended_at=NOW,
    )
    row = rows_of(page_of(alice))["Fee"]
    assert (row.paid, row.charges) == (("BHD\u00a012.000",), ("Monthly fee: BHD\u00a01.000 every 1 month",))
    Charge.objects.create(
        card=card, kind="bill", name="Bill", period_count=1, first_on=date(2026, 1, 1), created_at=NOW
    )
    row = rows_of(page_of(alice))["Fee"]
    assert (row.is_known, row.is_partly_known) == (False, True)
    assert row.charges[1] == "Bill every 1 month: amount differs"


def test_only_the_rule_in_force_counts() -> None:
    alice = make_user()
    card = with_rule(alice, "Card", top_up("5"))
    for amount, day in (("7", date(2026, 11, 1)), ("99", date(2027, 6, 1))):
        facts = RuleFacts(counts=("top-up",), period_count=365, period_unit="day", costs=(top_up(amount),))
        set_rule(card=card, facts=facts, applies_from=day, by=alice, now=NOW)
    assert "BHD\u00a07.000" in rows_of(page_of(alice))["Card"].best
    entry = card.actions.get(rule__applies_from=date(2026, 11, 1))
    void_action(action=entry, by=alice, now=NOW)
    assert "BHD\u00a05.000" in rows_of(page_of(alice))["Card"].best
    Rule.objects.create(
        card=card, applies_from=date(2026, 11, 15), counts=["top-up"], period_count=1, period_unit="day",
        costs=[top_up("3")], is_proposed=True, recorded_at=NOW,
    )  # fmt: skip
    assert "BHD\u00a05.000" in rows_of(page_of(alice))["Card"].best


@pytest.mark.parametrize(
    "costs", [[{}], [{"kind": "top-up", "amount": "NaN", "currency": "BHD"}], [{"amount": None}]]
)
def test_costs_that_cannot_be_read_count_as_not_known(costs: list[dict[str, Any]]) -> None:
    alice = make_user()
    card = with_rule(alice, "Card", top_up("5"))
    Rule.objects.filter(card=card).update(costs=costs)
    assert rows_of(page_of(alice))["Card"].best == ""


def test_cards_that_are_not_to_be_kept_are_left_out() -> None:
    alice = make_user()
    for label in ("Lapse", "Archive"):
        with_rule(alice, label, top_up("5"))
    Card.objects.filter(label="Lapse").update(intent=Intent.LAPSE)
    Card.objects.filter(label="Archive").update(archived_at=NOW)
    assert "No card to keep" in page_of(alice).content.decode()


def test_the_page_takes_as_many_queries_for_a_thousand_cards_as_for_one(
    django_assert_max_num_queries: Any,
) -> None:
    alice = make_user()
    first = with_rule(alice, "First", top_up("5"))
    client = client_of(alice)
    with django_assert_max_num_queries(8) as few:
        client.get(reverse("keeping"))
    operator = make_operator()
    cards = Card.objects.bulk_create(
        Card(owner=alice, label=f"Card {number:04}", created_at=NOW, operator=operator)
        for number in range(1000)
    )
    rule = first.rules.get()
    Rule.objects.bulk_create(
        Rule(
            card=card, applies_from=rule.applies_from, counts=rule.counts, period_count=30, period_unit="day",
            costs=rule.costs, recorded_at=NOW,
        )
        for card in cards
    )  # fmt: skip
    with django_assert_max_num_queries(8) as many:
        response = client.get(reverse("keeping") + "?page=2")
    assert len(few) == len(many)
    assert len(response.context["found"].rows) == 50
    assert response.context["found"].known == 1001


def test_what_an_action_costs_is_added_as_a_version_that_moves_no_date() -> None:
    alice = make_user()
    tiers = ({"minimum": "10", "count": 30, "unit": "day", "mode": None, "is_credit": True},)
    card = with_rule(
        alice,
        "Card",
        counts=("top-up", "sms"),
        currency="BHD",
        tiers=tiers,
        first_count=7,
        needs=("roaming",),
    )
    act(card, "top-up", on=date(2026, 11, 1), amount=20, currency="BHD")
    before = card.deadlines.values_list("kind", "ends_on").order_by("kind")
    stood = list(before)
    old, client, url = card.rules.get(), client_of(alice), reverse("costs_edit", args=[card.public_id])
    data = {"top-up-amount": "5.5", "top-up-currency": "BHD", "top-up-what": "voucher", "sms-amount": ""}
    assert client.post(url, data).headers["Location"] == reverse("keeping")
    new = card.rules.exclude(pk=old.pk).get()
    assert new.costs == [{"kind": "top-up", "amount": "5.5", "currency": "BHD", "what": "voucher"}]
    same = [
        field.name for field in Rule._meta.concrete_fields if field.name not in ("id", "costs", "recorded_at")
    ]
    assert {name: getattr(new, name) for name in same} == {name: getattr(old, name) for name in same}
    assert list(before) == stood
    form = client.get(url).context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    assert (again["top-up-amount"], again["sms-amount"], again["sms-currency"]) == ("5.5", "", "BHD")
    client.post(url, again)
    assert card.rules.count() == 2


def test_a_bad_cost_is_an_error_at_its_field_and_a_card_without_a_rule_gets_one_first() -> None:
    alice = make_user()
    card, bare = with_rule(alice, "Card"), make_card(alice)
    client = client_of(alice)
    response = client.post(
        reverse("costs_edit", args=[card.public_id]), {"top-up-amount": "1.5", "top-up-currency": "JPY"}
    )
    assert (response.status_code, dict(response.context["form"].errors)) == (
        422,
        {"top-up-amount": ["JPY has no decimals."]},
    )
    response = client.get(reverse("costs_edit", args=[bare.public_id]))
    assert response.headers["Location"] == reverse("rule_edit", args=[bare.public_id])
