"""What keeps a number alive: the rule's page."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from cards.models import Card
from tests.factories import NOW, act, client_of, make_card, make_user, utc

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def topped_up(**facts: object) -> Card:
    """Alice's card with one top-up of 1 October and no rule unless one is given."""
    card = make_card(make_user(time_zone="UTC"), now=utc("2026-10-01"), zone="UTC", **facts)
    act(card, "top-up", on=date(2026, 10, 1), amount=5, currency="BHD", now=utc("2026-10-01"))
    return card


def typed(**changes: object) -> dict[str, object]:
    form: dict[str, object] = {
        "counts": ["top-up"], "period_count": "180", "period_unit": "day", "counts_from": "action",
        "mode": "reset", "currency": "BHD", "confidence": "A", "applies_from": "2026-10-01",
    }  # fmt: skip
    form |= {f"stage_{number}_unit": "day" for number in range(4)}
    return {**form, **changes}


def url_of(card: Card, query: str = "") -> str:
    return reverse("rule_edit", args=[card.public_id]) + query


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 422
    return dict(response.context["form"].errors)


def end_of(card: Card) -> date | None:
    return card.deadlines.get(kind="line").ends_on


def test_a_rule_gives_the_whole_ledger_its_date() -> None:
    card = topped_up()
    client = client_of(card.owner)
    assert client.get(url_of(card)).context["form"].initial["applies_from"] == date(2026, 10, 1)
    response = client.post(url_of(card), typed())
    assert response.headers["Location"] == reverse("card", args=[card.public_id])
    assert end_of(card) == date(2027, 3, 30)


def test_the_effect_and_the_rule_in_words_are_shown_before_saving() -> None:
    card = topped_up()
    data = typed(preview="1", minimum="5")
    page = client_of(card.owner).post(url_of(card), data, headers={"HX-Request": "true"}).content.decode()
    assert "A top-up from BHD\u00a05.000 on gives 180 days from that day" in page
    assert "Tue, 30 Mar 2027" in page
    assert card.rules.count() == 0


def test_stages_are_kept_in_order_with_unknown_as_the_last() -> None:
    card = topped_up()
    stages = {
        "stage_0_name": "Grace", "stage_0_count": "30", "stage_0_consequence": "service",
        "stage_2_name": "Quarantine", "stage_2_consequence": "number",
    }  # fmt: skip
    client_of(card.owner).post(url_of(card), typed(**stages))
    assert card.rules.get().stages == [
        {"name": "Grace", "count": 30, "unit": "day", "consequence": "service"},
        {"name": "Quarantine", "count": None, "unit": "day", "consequence": "number"},
    ]


def test_a_new_version_for_the_same_day_takes_the_place_of_the_old_one() -> None:
    card = topped_up(period=(180, "day"))
    client = client_of(card.owner)
    first = client.get(url_of(card)).context["form"].initial
    assert (first["period_count"], first["applies_from"]) == (180, date(2020, 1, 1))
    client.post(url_of(card), typed(period_count="90", applies_from="2020-01-01"))
    assert end_of(card) == date(2026, 12, 30)
    versions = client.get(url_of(card)).context["versions"]
    assert [(row.rule.period_count, row.is_in_force) for row in versions] == [(90, True), (180, False)]
    client.post(reverse("action_undo", args=[versions[0].entry.public_id]))
    assert end_of(card) == date(2027, 3, 30)
    assert [row.is_undone for row in client.get(url_of(card)).context["versions"]] == [True, False]


def test_an_unchanged_rule_is_not_written_again() -> None:
    card = topped_up(period=(180, "day"))
    client = client_of(card.owner)
    form = client.get(url_of(card)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    client.post(url_of(card), {name: value for name, value in data.items() if value not in (None, False)})
    assert card.rules.count() == 1


def test_a_preset_fills_the_form_by_a_plain_link() -> None:
    card = topped_up()
    first = client_of(card.owner).get(url_of(card, "?preset=renewal-month")).context["form"].initial
    names = ("counts", "period_count", "period_unit", "counts_from", "mode")
    assert [first[name] for name in names] == [["renewal"], 1, "month", "end", "reset"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"counts": []}, "counts"),
        ({"counts": ["void"]}, "counts"),
        ({"period_count": ""}, "period_count"),
        ({"period_count": "0"}, "period_count"),
        ({"period_count": "9999", "period_unit": "year"}, "period_count"),
        ({"mode": "add"}, "mode"),
        ({"minimum": "1.5", "currency": "JPY"}, "minimum"),
        ({"minimum": "5", "currency": ""}, "currency"),
        ({"minimum": "-5"}, "minimum"),
        ({"seen_on": "2027-01-01"}, "seen_on"),
        ({"applies_from": "2026-02-30"}, "applies_from"),
        ({"applies_from": ""}, "applies_from"),
        ({"confidence": "D"}, "confidence"),
        ({"source": "x" * 10_000}, "source"),
        ({"source": "a\x00b"}, "source"),
        ({"stage_0_name": "Grace"}, "stage_0_consequence"),
        ({"stage_0_count": "9999", "stage_0_unit": "year", "stage_0_consequence": "credit"}, "stage_0_count"),
        (
            {"stage_0_consequence": "credit", "stage_1_count": "9", "stage_1_consequence": "number"},
            "stage_0_count",
        ),
    ],
)
def test_bad_input_gets_an_error_at_its_field(changes: dict[str, object], field: str) -> None:
    card = topped_up()
    response = client_of(card.owner).post(url_of(card), {"source": "hotline", **typed(**changes)})
    assert list(errors(response)) == [field]
    assert card.rules.count() == 0
    assert "source" in changes or 'value="hotline"' in response.content.decode()


def test_a_minimum_keeps_the_decimals_of_its_currency() -> None:
    card = topped_up()
    client_of(card.owner).post(url_of(card), typed(minimum="1.500"))
    rule = card.rules.get()
    assert (rule.minimum, rule.currency) == (Decimal("1.5"), "BHD")


def test_what_is_someone_elses_is_not_there() -> None:
    card = topped_up()
    client = client_of(make_user("bob@example.org"))
    answers = [client.get(url_of(card)), client.post(url_of(card), typed())]
    assert [answer.status_code for answer in answers] == [404, 404]
