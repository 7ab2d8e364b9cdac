"""A card takes a rule of the catalogue over; the card's page shows what is known of its operator."""

from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card, Operator
from cards.services.catalogue import load_catalogue
from tests.catalogue_pages.files import example
from tests.factories import NOW, act, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def card_of(operator: Operator) -> Card:
    return make_card(make_user(), operator=operator, label="Chosen")


def choose(card: Card, **typed: object) -> object:
    url = reverse("rule_choose", args=[card.public_id])
    form = {"period_unit": "day", "applies_from": "2026-10-01", **typed}
    return client_of(card.owner).post(url, form)


def text_of(card: Card) -> str:
    return client_of(card.owner).get(reverse("card", args=[card.public_id])).content.decode()


def test_the_cards_page_offers_the_operators_rule_while_it_has_none(tmp_path: Path) -> None:
    card = card_of(example(tmp_path))
    url = reverse("rule_choose", args=[card.public_id])
    assert f'href="{url}"' in text_of(card)
    choose(card, rule="line:")
    assert f'href="{url}"' not in text_of(card)


def test_the_page_shows_each_rule_with_source_and_confidence(tmp_path: Path) -> None:
    card = card_of(example(tmp_path))
    page = client_of(card.owner).get(reverse("rule_choose", args=[card.public_id])).content.decode()
    assert "gives 180 days from that day" in page and "https://example.org/terms" in page
    assert "A: the operator&#x27;s own words" in page and "C: hearsay" in page


def test_the_effect_is_shown_before_anything_is_saved(tmp_path: Path) -> None:
    card = card_of(example(tmp_path))
    act(card, "top-up", on=date(2026, 11, 1), amount=5, currency="BHD")
    shown = choose(card, rule="line:", preview="1").content.decode()  # type: ignore[attr-defined]
    assert "Fri, 30 Apr 2027" in shown  # 1 November + 180 days
    assert not card.rules.exists()


def test_choosing_gives_the_card_a_copy_with_its_origin(tmp_path: Path) -> None:
    card = card_of(example(tmp_path))
    act(card, "top-up", on=date(2026, 11, 1), amount=5, currency="BHD")
    response = choose(card, rule="line:")
    assert response.headers["Location"] == reverse("card", args=[card.public_id])  # type: ignore[attr-defined]
    row = card.rules.get()
    assert row.catalogue is not None and row.catalogue_digest == row.catalogue.digest
    assert (row.source, row.seen_on, row.confidence) == ("https://example.org/terms", date(2026, 8, 1), "A")
    assert card.deadlines.get(kind="line").ends_on == date(2027, 4, 30)


def test_without_a_date_yet_choosing_leads_on_to_the_last_action(tmp_path: Path) -> None:
    card = card_of(example(tmp_path))
    response = choose(card, rule="line:")
    wanted = reverse("action_add", args=[card.public_id]) + "?kind=top-up"
    assert response.headers["Location"] == wanted  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "rule"),
        ({"rule": "line:no such"}, "rule"),
        ({"rule": "line:", "applies_from": "2026-02-30"}, "applies_from"),
        ({"rule": "line:", "applies_from": ""}, "applies_from"),
        ({"rule": "line:", "period_count": "0"}, "period_count"),
    ],
)
def test_bad_input_is_an_error_at_its_field(tmp_path: Path, typed: dict[str, str], field: str) -> None:
    card = card_of(example(tmp_path))
    response = choose(card, **typed)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert list(response.context["form"].errors) == [field]  # type: ignore[attr-defined]
    assert not card.rules.exists()


def test_a_rule_without_a_period_asks_for_the_length_of_the_plan() -> None:
    load_catalogue(folders=[], now=NOW)
    card = card_of(Operator.objects.get(key="us-mint-mobile"))
    key = Operator.objects.get(key="us-mint-mobile").rules.get().key
    refused = choose(card, rule=key)
    assert list(refused.context["form"].errors) == ["period_count"]  # type: ignore[attr-defined]
    choose(card, rule=key, period_count="3", period_unit="month")
    row = card.rules.get()
    assert (row.period_count, row.period_unit, row.confidence) == (3, "month", "C")


def test_amounts_keep_their_own_periods() -> None:
    load_catalogue(folders=[], now=NOW)
    card = card_of(Operator.objects.get(key="ca-telus-prepaid"))
    choose(card, rule=Operator.objects.get(key="ca-telus-prepaid").rules.get().key)
    act(card, "top-up", on=date(2026, 11, 1), amount=100, currency="CAD")
    assert card.deadlines.get(kind="line").ends_on == date(2027, 11, 1)  # 365 days


def test_a_rule_taken_over_and_changed_by_hand_keeps_its_amounts_and_follows_no_file() -> None:
    load_catalogue(folders=[], now=NOW)
    card = card_of(Operator.objects.get(key="ca-telus-prepaid"))
    choose(card, rule=Operator.objects.get(key="ca-telus-prepaid").rules.get().key)
    client, url = client_of(card.owner), reverse("rule_edit", args=[card.public_id])
    initial = client.get(url).context["form"].initial
    typed = {name: value for name, value in initial.items() if value is not None}
    typed |= {"mode": "at-least", "source": "The hotline"}
    assert client.post(url, typed).status_code == 302
    row = card.rules.order_by("pk").last()
    assert row is not None and (row.source, row.catalogue) == ("The hotline", None)
    assert [tier["count"] for tier in row.tiers] == [30, 60, 365]


def test_a_card_without_known_rules_is_led_to_writing_one() -> None:
    load_catalogue(folders=[], now=NOW)
    card = card_of(Operator.objects.get(key="bh-batelco"))
    response = client_of(card.owner).get(reverse("rule_choose", args=[card.public_id]))
    assert response.headers["Location"] == reverse("rule_edit", args=[card.public_id])
    assert "What does the operator&#x27;s SMS say" in text_of(card)


def test_the_cards_page_has_codes_to_dial_ways_to_reach_it_and_offers(tmp_path: Path) -> None:
    text = text_of(card_of(example(tmp_path)))
    assert 'href="tel:*100%23"' in text and 'href="tel:+97317881234"' in text
    assert 'href="https://example.org"' in text and "My Example" in text
    assert "Double data" in text and "National Day" in text


def test_right_after_adding_a_card_its_operators_rules_are_shown(tmp_path: Path) -> None:
    example(tmp_path)
    make_operator("Plain", "BH")
    client = client_of(make_user())
    common = {
        "form": "physical", "billing": "prepaid", "rule_action": "top-up", "rule_unit": "day",
        "plan_unit": "day", "plan_currency": "EUR",
    }  # fmt: skip
    first = client.post(reverse("card_add"), {**common, "label": "A", "operator": "Example Mobile"})
    card = Card.objects.get(label="A")
    assert first.headers["Location"] == reverse("rule_choose", args=[card.public_id])
    told = {"rule_count": "30", "operator": "Example Mobile"}
    second = client.post(reverse("card_add"), {**common, "label": "B", **told})
    assert second.headers["Location"] == reverse("card", args=[Card.objects.get(label="B").public_id])
    third = client.post(reverse("card_add"), {**common, "label": "C", "operator": "Plain"})
    assert third.headers["Location"] == reverse("card", args=[Card.objects.get(label="C").public_id])
