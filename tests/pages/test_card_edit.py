"""Adding and editing cards: one form gives a card with its date; nothing typed is lost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from cards.models import Action, Card, Deadline, Event, Operator, Rule, Subscription, User
from tests.factories import NOW, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db

BASE = {
    "form": "physical",
    "billing": "prepaid",
    "rule_action": "top-up",
    "rule_unit": "day",
    "plan_unit": "day",
}


def send(user: User, path: str = "/cards/add/", **typed: Any) -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).post(path, {**BASE, "label": "Bahrain", **typed})


def add(user: User, **typed: Any) -> Card:
    response = send(user, **typed)
    assert response.status_code == 302, response.context["form"].errors
    card = Card.objects.get()
    assert response["Location"] == f"/cards/{card.public_id}/"
    return card


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 422
    assert Card.objects.count() == 0
    return dict(response.context["form"].errors)  # type: ignore[attr-defined]


def line_of(card: Card) -> Deadline:
    return Deadline.objects.get(card=card, kind="line")


def test_a_label_alone_makes_a_card() -> None:
    card = add(make_user())
    assert (card.label, card.number, card.operator, card.purposes, card.leading) == (
        "Bahrain",
        "",
        None,
        [],
        None,
    )


def test_all_facts_are_stored_and_the_number_becomes_e164() -> None:
    alice = make_user()
    card = add(
        alice, number="3612 3456", operator="Batelco", country="BH", purposes=["number-keeping", "data"],
        form="esim", billing="postpaid", seller="Shop", note="first line\r\nsecond", margin_days="5",
        activated_on="2026-01-31",
    )  # fmt: skip
    assert card.number == "+97336123456"
    assert card.operator is not None
    assert (card.operator.owner, card.operator.time_zones) == (alice, ["Asia/Bahrain"])
    assert (card.form, card.billing, card.seller, card.margin_days) == ("esim", "postpaid", "Shop", 5)
    assert card.note == "first line\nsecond"
    assert (card.purposes, card.activated_on) == (["number-keeping", "data"], date(2026, 1, 31))


def test_a_known_date_gives_the_card_its_deadline_at_the_operators_place() -> None:
    card = add(make_user(), country="BH", operator="Batelco", expires_on="2026-12-31")
    assert card.leading == line_of(card)
    assert line_of(card).ends_on == date(2026, 12, 31)
    assert line_of(card).ends_at is not None
    assert line_of(card).ends_at.isoformat() == "2026-12-31T21:00:00+00:00"
    assert Action.objects.get().kind == "reading"


def test_what_keeps_it_alive_and_the_last_time_give_the_date() -> None:
    card = add(make_user(), rule_action="sms", rule_count="6", rule_unit="month", last_on="2026-08-31")
    assert line_of(card).ends_on == date(2027, 2, 28)
    assert Rule.objects.get().applies_from == date(2026, 8, 31)
    assert set(Action.objects.values_list("kind", flat=True)) == {"rule-changed", "sms"}


def test_a_rule_without_a_last_time_asks_for_the_date() -> None:
    card = add(make_user(), rule_count="90", activated_on="2026-11-01", purposes=["number-keeping"])
    assert Rule.objects.get().applies_from == date(2026, 11, 1)
    assert card.leading is not None
    assert card.leading.kind == "ask-validity"


def test_a_plan_is_added_with_the_card() -> None:
    card = add(
        make_user(), plan_name="Week", plan_starts_on="2026-12-01", plan_count="7", plan_price="4.50",
        plan_currency="EUR",
    )  # fmt: skip
    plan = Subscription.objects.get()
    assert (plan.name, plan.price, plan.currency) == ("Week", Decimal("4.5"), "EUR")
    assert card.leading is not None
    assert (card.leading.kind, card.leading.ends_on) == ("plan-end", date(2026, 12, 7))


def test_a_plan_starts_today_at_the_cards_place_unless_told() -> None:
    add(
        make_user(time_zone="Pacific/Kiritimati"),
        country="US",
        operator="T-Mobile",
        plan_name="Week",
        plan_count="7",
    )
    assert Subscription.objects.get().starts_on == date(2026, 11, 30)


def test_a_country_alone_is_a_place_too() -> None:
    card = add(make_user(), country="BH")
    assert str(card.operator) == "Bahrain (BH)"
    assert card.zones == ["Asia/Bahrain"]


def test_an_operator_known_in_one_country_needs_no_country() -> None:
    alice, shared = make_user(), make_operator("Batelco", "BH")
    assert add(alice, operator="batelco").operator == shared


def test_an_operator_of_somebody_else_is_unknown() -> None:
    make_operator("Secret Mobile", "BH", owner=make_user("bob@example.org"))
    alice = make_user()
    assert list(errors(send(alice, operator="Secret Mobile"))) == ["country"]
    assert "Secret Mobile" not in client_of(alice).get("/cards/add/").content.decode()


BAD = [
    ("label", ""),
    ("label", "   "),
    ("label", "x" * 10_000),
    ("label", "a\x00b"),
    ("label", "a\x07b"),
    ("label", "two\nlines"),
    ("label", "a\u2028b"),
    ("number", "12"),
    ("number", "hello"),
    ("number", "+999999999999999999"),
    ("number", "36123456"),
    ("number", "1" * 10_000),
    ("operator", "x" * 10_000),
    ("country", "XX"),
    ("country", "B\x00"),
    ("purposes", "nonsense"),
    ("form", "paper"),
    ("billing", ""),
    ("seller", "x" * 101),
    ("note", "x" * 10_000),
    ("note", "a\x1bb"),
    ("margin_days", "-1"),
    ("margin_days", "61"),
    ("margin_days", "x"),
    ("margin_days", "9" * 5_000),
    ("activated_on", "2026-02-30"),
    ("activated_on", "1989-12-31"),
    ("expires_on", "2026-13-01"),
    ("expires_on", "31/12/2026"),
    ("expires_on", "2101-01-01"),
    ("expires_on", "0000-00-00"),
    ("expires_on", "x" * 10_000),
    ("rule_action", "note"),
    ("rule_count", "0"),
    ("rule_count", "10000"),
    ("rule_unit", "decade"),
    ("plan_starts_on", "2026-02-29"),
    ("plan_price", "-1"),
    ("plan_price", "1000000000"),
    ("plan_price", "1,50"),
    ("plan_price", "NaN"),
    ("plan_price", "1e500"),
    ("plan_currency", "ZZZ"),
]


@pytest.mark.parametrize(("field", "value"), BAD, ids=[f"{name}-{value[:12]!r}" for name, value in BAD])
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(field: str, value: str) -> None:
    typed = {"plan_name": "Week", "plan_currency": "EUR", "seller": "Kept shop"}
    response = send(make_user(), **{**typed, field: value})
    assert list(errors(response)) == [field]
    text = response.content.decode()
    assert 'role="alert"' in text
    assert field == "seller" or 'value="Kept shop"' in text


@pytest.mark.parametrize(
    ("currency", "price", "is_good"),
    [("JPY", "100", True), ("JPY", "100.5", False), ("EUR", "1.25", True), ("EUR", "1.255", False),
     ("BHD", "1.255", True), ("BHD", "1.2555", False), ("JPY", "100.00", True), ("EUR", "9999999.99", True)],
)  # fmt: skip
def test_a_price_has_the_decimals_of_its_currency(currency: str, price: str, is_good: bool) -> None:
    response = send(make_user(), plan_name="Week", plan_price=price, plan_currency=currency)
    assert response.status_code == (302 if is_good else 422)
    assert is_good or list(errors(response)) == ["plan_price"]


def test_a_price_needs_a_currency_and_a_plan_needs_a_name() -> None:
    alice = make_user()
    assert list(errors(send(alice, plan_name="Week", plan_price="5"))) == ["plan_currency"]
    assert list(errors(send(alice, plan_count="7"))) == ["plan_name"]


def test_the_last_time_needs_a_length_and_lies_in_the_past() -> None:
    alice = make_user()
    assert list(errors(send(alice, last_on="2026-11-01"))) == ["rule_count"]
    assert list(errors(send(alice, last_on="2026-12-24", rule_count="90"))) == ["last_on"]


def test_lengths_that_leave_the_calendar_are_refused() -> None:
    alice = make_user()
    assert list(errors(send(alice, rule_count="9999", rule_unit="year"))) == ["rule_count"]
    assert list(errors(send(alice, plan_name="Week", plan_count="101", plan_unit="year"))) == ["plan_count"]
    add(alice, rule_count="100", rule_unit="year", last_on="2026-01-01", expires_on="2100-12-31")


def test_nothing_is_half_added_when_a_part_fails() -> None:
    errors(send(make_user(), operator="New one", country="BH", expires_on="2026-02-30"))
    assert (Operator.objects.count(), Event.objects.count(), Action.objects.count()) == (0, 0, 0)


def test_folded_parts_open_where_something_was_typed() -> None:
    text = send(make_user(), label="", rule_count="90", plan_currency="EUR").content.decode()
    assert text.count('<details class="more" open>') == 1


def test_editing_shows_what_is_stored_and_saves_what_is_typed() -> None:
    alice = make_user()
    card = make_card(alice, operator=make_operator("Batelco", "BH", owner=alice), number="+97336123456")
    path = f"/cards/{card.public_id}/edit/"
    text = client_of(alice).get(path).content.decode()
    for words in ('value="Bahrain"', 'value="+973 3612 3456"', 'value="Batelco"', 'value="BH" selected'):
        assert words in text
    told = {"operator": "Batelco", "country": "BH", "purposes": ["data"], "has_check_ups": "on"}
    response = send(alice, path, label="New", number="+973 3612 3456", **told)
    assert (response.status_code, response["Location"]) == (302, f"/cards/{card.public_id}/")
    edited = Card.objects.get()
    assert (edited.label, edited.number, edited.operator) == ("New", "+97336123456", card.operator)
    assert Event.objects.filter(kind="card-changed").values_list("details", flat=True).get() == {
        "fields": ["label"]
    }


def test_moving_a_card_to_another_country_moves_its_end() -> None:
    alice = make_user()
    card = make_card(
        alice, expires_on=date(2026, 12, 31), operator=make_operator("Batelco", "BH", owner=alice)
    )
    before = line_of(card).ends_at
    send(alice, f"/cards/{card.public_id}/edit/", operator="NTT", country="JP")
    after = line_of(card)
    assert (after.ends_on, after.ends_at == before) == (date(2026, 12, 31), False)


def test_a_card_of_somebody_else_can_be_neither_seen_nor_edited() -> None:
    card = make_card(make_user("bob@example.org"), label="Bob's")
    for path in (f"/cards/{card.public_id}/edit/", "/cards/unknown/edit/"):
        assert send(make_user(f"{len(path)}@example.org"), path, label="Mine now").status_code == 404
    assert Card.objects.get().label == "Bob's"
