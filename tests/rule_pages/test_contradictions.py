"""What contradicts itself, and what nobody can mean, is told at its field; nothing typed is lost."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card
from tests.factories import NOW, client_of, make_card, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def typed(**changes: object) -> dict[str, object]:
    form: dict[str, object] = {
        "counts": ["top-up", "sms"], "period_count": "180", "period_unit": "day", "counts_from": "action",
        "mode": "reset", "currency": "CAD", "confidence": "A", "applies_from": "2026-10-01",
        "source": "hotline <1>", "tier_5_minimum": "77.25", "tier_5_count": "41",
    }  # fmt: skip
    return {**form, **changes}


def bare() -> Card:
    return make_card(make_user(time_zone="UTC"), label="Bare")


CONTRADICTIONS = [
    ({"least_0_kind": "call", "least_0_amount": "5"}, "least_0_kind"),
    ({"least_0_kind": "sms", "least_0_amount": "5", "currency": ""}, "currency"),
    ({"least_0_kind": "sms"}, "least_0_amount"),
    ({"least_0_amount": "5"}, "least_0_kind"),
    (
        {"least_0_kind": "sms", "least_0_amount": "5", "least_1_kind": "sms", "least_1_amount": "6"},
        "least_1_kind",
    ),
    ({"least_0_kind": "sms", "least_0_amount": "5.001"}, "least_0_amount"),
    ({"currency": ""}, "currency"),
    ({"tier_0_minimum": "25"}, "tier_0_count"),
    ({"tier_0_count": "25"}, "tier_0_minimum"),
    ({"tier_0_minimum": "77.25", "tier_0_count": "3"}, "tier_5_minimum"),
    ({"tier_0_minimum": "1.001", "tier_0_count": "3"}, "tier_0_minimum"),
    ({"tier_0_minimum": "1", "tier_0_count": "101", "tier_0_unit": "year"}, "tier_0_count"),
    ({"first_count": "101", "first_unit": "year"}, "first_count"),
    ({"cap_count": "101", "cap_unit": "year"}, "cap_count"),
    ({"zero_count": "101", "zero_unit": "year"}, "zero_count"),
    ({"cap_count": "48", "cap_unit": "hour"}, "cap_count"),
    ({"cap_count": "1", "cap_unit": "year", "period_unit": "hour"}, "cap_count"),
    ({"cap_count": "1", "cap_unit": "year", "tier_5_unit": "hour"}, "cap_count"),
    ({"is_lost_at_end": "on", "stage_0_consequence": "number", "stage_0_count": "9"}, "is_lost_at_end"),
    ({"cost_0_kind": "call", "cost_0_amount": "1", "cost_0_currency": "CAD"}, "cost_0_kind"),
    ({"cost_0_kind": "sms"}, "cost_0_amount"),
    ({"cost_0_amount": "1", "cost_0_currency": "CAD"}, "cost_0_kind"),
    ({"cost_0_kind": "sms", "cost_0_amount": "1", "cost_0_currency": ""}, "cost_0_currency"),
    ({"cost_0_kind": "sms", "cost_0_amount": "1.5", "cost_0_currency": "JPY"}, "cost_0_amount"),
]
HOSTILE = [
    ("tier_0_minimum", "-1"),
    ("tier_0_minimum", "1" + "0" * 30),
    ("tier_0_minimum", "NaN"),
    ("tier_0_minimum", "1e9999999"),
    ("tier_0_count", "abc"),
    ("tier_0_count", "-3"),
    ("tier_0_count", "9" * 5000),
    ("tier_0_mode", "backwards"),
    ("least_0_kind", "void"),
    ("tier_0_unit", "fortnight"),
    ("least_0_amount", "a\x00b"),
    ("least_0_amount", "Infinity"),
    ("first_count", "0"),
    ("first_unit", "eon"),
    ("cap_count", "1" + "0" * 30),
    ("zero_count", "1.5"),
    ("needs", "a submarine"),
    ("cost_0_kind", "void"),
    ("cost_0_amount", "-0.01"),
    ("cost_0_currency", "XXX"),
    ("cost_0_what", "a\x00b"),
    ("cost_0_what", "x" * 100_000),
    ("stage_0_name", "a\u2028b"),
    ("stage_0_count", "1" + "0" * 30),
    ("stage_0_consequence", "everything"),
]


@pytest.mark.parametrize(("changes", "field"), CONTRADICTIONS)
def test_a_contradiction_is_told_at_its_field(changes: dict[str, object], field: str) -> None:
    card = bare()
    response = client_of(card.owner).post(reverse("rule_edit", args=[card.public_id]), typed(**changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not card.rules.exists()
    page = response.content.decode()
    assert 'value="hotline &lt;1&gt;"' in page and 'value="77.25"' in page
    for name, value in changes.items():
        assert str(response.context["form"][name].value()) in (str(value), "True")


@pytest.mark.parametrize(("field", "value"), HOSTILE, ids=lambda text: text[:20].replace("\x00", "NUL"))
def test_hostile_input_is_refused_at_its_field(field: str, value: str) -> None:
    card = bare()
    response = client_of(card.owner).post(
        reverse("rule_edit", args=[card.public_id]), typed(**{field: value})
    )
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not card.rules.exists()


def test_a_folded_group_with_an_error_is_open() -> None:
    card = bare()
    url = reverse("rule_edit", args=[card.public_id])
    client = client_of(card.owner)
    plain = client.get(url).context["form"]
    told = plain.told
    assert told == {"amounts": False, "days": False, "end": False, "costs": False}
    wrong = client.post(url, typed(cap_unit="eon", cost_0_currency="nothing", stage_0_unit="eon"))
    assert wrong.context["form"].told == {"amounts": True, "days": True, "end": True, "costs": True}


def test_amounts_typed_in_any_order_rise() -> None:
    card = bare()
    data = typed(tier_0_minimum="100", tier_0_count="365", tier_2_minimum="25", tier_2_count="60")
    client_of(card.owner).post(reverse("rule_edit", args=[card.public_id]), data)
    rule = card.rules.get()
    assert [tier["minimum"] for tier in rule.tiers] == ["25", "77.25", "100"]
    assert rule.applies_from == date(2026, 10, 1)


def test_a_preset_on_a_card_with_a_rule_is_saved_when_nothing_else_is_changed() -> None:
    card = make_card(make_user(time_zone="UTC"), period=(180, "day"))
    url = reverse("rule_edit", args=[card.public_id]) + "?preset=top-up-year"
    client = client_of(card.owner)
    form = client.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    client.post(url, {name: value for name, value in shown.items() if value not in (None, False)})
    rule = card.rules.order_by("pk").last()
    assert rule is not None and (rule.period_count, rule.period_unit) == (1, "year")
