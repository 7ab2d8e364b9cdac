"""The advice page: trips in the address, the cheapest plans in words."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import UNLIMITED, Operator, Plan
from tests.factories import NOW, client_of, make_card, make_operator, make_plan, make_user
from tests.plans.offers import make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def batelco() -> Operator:
    return make_operator()


@pytest.fixture
def alice() -> Client:
    return client_of(make_user())


def trip(first: str, last: str, size: str = "500 MB", number: int = 0, **more: str) -> dict[str, str]:
    cells = {"from": first, "to": last, "size": size, "size_per": "day", "calls_per": "trip", **more}
    return {f"t{number}-{name}": text for name, text in cells.items()}


def ask(client: Client, operator: Operator, query: dict[str, Any] | str = "") -> HttpResponse:
    text = query if isinstance(query, str) else urlencode(query)
    return client.get(f"{reverse('advice', args=[operator.public_id])}?{text}")


def bought(response: HttpResponse) -> list[tuple[str, int, str, str]]:
    answer = response.context["answer"]
    return [(s.offer.name, s.count, s.bought_on.isoformat(), s.ends_on.isoformat()) for s in answer.steps]


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 422
    forms = response.context["wish"].forms
    return {f"{form.prefix}-{name}": list(texts) for form in forms for name, texts in form.errors.items()}


def price_list(operator: Operator) -> None:
    make_offer(operator, None, "Day", "1", period_count=1, data_mib=1024)
    make_offer(operator, None, "Week", "3.5", period_count=7, data_mib=5120)
    make_offer(operator, None, "Month", "10", period_count=1, period_unit="month", data_mib=20480)


def test_the_cheapest_plans_stand_with_dates_price_rest_and_runner_up(
    alice: Client, batelco: Operator
) -> None:
    price_list(batelco)
    response = ask(alice, batelco, trip("2026-12-20", "2026-12-28"))
    assert bought(response) == [
        ("Week", 1, "2026-12-20", "2026-12-26"),
        ("Day", 1, "2026-12-27", "2026-12-27"),
        ("Day", 1, "2026-12-28", "2026-12-28"),
    ]
    answer = response.context["answer"]
    assert (answer.price, answer.a_day, answer.days) == ("BHD\u00a05.500", "BHD\u00a00.611", 9)
    assert answer.why == "The next best way, without one of these plans, costs BHD\u00a01.500 more."
    assert answer.other == "2 × Week for BHD\u00a07.000"
    assert answer.steps[0].left == "1.58\u00a0GB"
    assert answer.steps[0].ended == "its validity is over"
    page = response.content.decode()
    assert "Sun, 20 Dec 2026" in page
    assert "Next best: 2 × Week for BHD\u00a07.000." in page


def test_what_nothing_carries_is_said_with_the_day_and_what_it_lacks(
    alice: Client, batelco: Operator
) -> None:
    price_list(batelco)
    query = {**trip("2026-12-20", "2026-12-21"), **trip("2027-01-05", "2027-01-06", number=1, hotspot="on")}
    page = ask(alice, batelco, query).content.decode()
    assert "Nothing carries Tue, 5 Jan 2027" in page
    assert "2 in all" in page
    assert "lacks: hotspot." in page


def test_what_is_not_known_counts_as_none_and_is_said(alice: Client, batelco: Operator) -> None:
    make_offer(batelco, None, "Vague", "1", data_mib=None)
    make_offer(batelco, None, "Sure", "5", minutes=UNLIMITED, data_mib=UNLIMITED)
    response = ask(alice, batelco, trip("2026-12-20", "2026-12-21", minutes="5000"))
    assert bought(response) == [("Sure", 1, "2026-12-20", "2026-12-26")]
    assert "is not known of these plans and counts as none: Vague." in response.content.decode()


def test_plans_that_cannot_be_compared_are_named(alice: Client, batelco: Operator) -> None:
    make_offer(batelco, None, "Week")
    make_offer(batelco, None, "Endless", period_count=None)
    Plan.objects.filter(name="Endless").update(period_count=None)
    Plan.objects.create(operator=batelco, name="Priceless", period_count=7)
    Plan.objects.create(
        operator=batelco, name="Extra", price=1, currency="BHD", kind="addon", period_count=1, data_mib=9
    )
    page = ask(alice, batelco, trip("2026-12-20", "2026-12-21")).content.decode()
    assert "or it is an add-on: Endless, Priceless, Extra." in page


def test_ones_own_plan_stands_in_for_the_shared_one_of_its_name(batelco: Operator) -> None:
    person = make_user()
    make_offer(batelco, None, "Week", "1")
    make_offer(batelco, person, "WEEK", "4")
    Plan.objects.create(
        operator=batelco, name="Gone", price=0, currency="BHD", period_count=9, data_mib=9999, retired_at=NOW
    )
    response = ask(client_of(person), batelco, trip("2026-12-20", "2026-12-21"))
    assert response.context["answer"].price == "BHD\u00a04.000"
    bob = client_of(make_user("bob@example.org"))
    assert ask(bob, batelco, trip("2026-12-20", "2026-12-21")).context["answer"].price == "BHD\u00a01.000"


def test_advice_stays_in_one_currency_and_names_the_others(alice: Client, batelco: Operator) -> None:
    price_list(batelco)
    make_offer(batelco, None, "Euro week", "1", currency="EUR")
    query = trip("2026-12-20", "2026-12-21")
    response = ask(alice, batelco, query)
    assert response.context["offers"].currency == "BHD"
    assert [(code, count) for code, count, _query in response.context["others"]] == [("EUR", 1)]
    again = ask(alice, batelco, response.context["others"][0][2])
    assert bought(again) == [("Euro week", 1, "2026-12-20", "2026-12-26")]


@pytest.mark.parametrize(
    ("preset", "days"), [("short-trip", 4), ("frequent-traveller", 24), ("long-posting", 365)]
)
def test_the_usual_needs_are_one_press(alice: Client, batelco: Operator, preset: str, days: int) -> None:
    price_list(batelco)
    response = ask(alice, batelco, {"preset": preset})
    assert response.context["answer"].days == days
    assert response.context["wish"].trips[0].starts_on == date(2026, 12, 1)
    assert 'aria-current="true"' in response.content.decode()


def test_a_trip_is_added_and_removed_without_losing_what_was_typed(alice: Client, batelco: Operator) -> None:
    price_list(batelco)
    first, second = (
        trip("2026-12-20", "", minutes="7"),
        trip("2027-01-05", "2027-01-06", "1 GB", 1, hotspot="on"),
    )
    response = ask(alice, batelco, {**first, **second, "more": "1"})
    typed = [
        {name: form[name].value() for name in ("from", "to", "size", "minutes")}
        for form in response.context["wish"].forms
    ]
    assert typed == [
        {"from": "2026-12-20", "to": "", "size": "500 MB", "minutes": "7"},
        {"from": "2027-01-05", "to": "2027-01-06", "size": "1 GB", "minutes": ""},
        {"from": "", "to": "", "size": "1 GB", "minutes": ""},
    ]
    assert response.context["answer"] is None
    response = ask(alice, batelco, {**first, **second, "without": "0"})
    assert [form["from"].value() for form in response.context["wish"].forms] == ["2027-01-05"]


def test_twelve_trips_are_the_most(alice: Client, batelco: Operator) -> None:
    price_list(batelco)
    query = {"more": "1"}
    for number in range(30):
        query |= trip("2026-12-20", "2026-12-20", number=number)
    response = ask(alice, batelco, query)
    assert len(response.context["wish"].forms) == 12
    assert "Add a trip" not in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"t0-from": ""}, {"t0-from": ["This field is required."]}),
        ({"t0-to": "2026-12-19"}, {"t0-to": ["The last day lies before the first."]}),
        (
            {"t0-to": "2027-12-21"},
            {"t0-to": ["Advice looks at 366 days at most, of all trips together."]},
        ),
        ({"t0-to": "2026-02-30"}, {"t0-to": ["Please give a date that exists, such as 2026-12-31."]}),
        ({"t0-to": "9999-12-31"}, {"t0-to": ["Please give a year between 1990 and 2100."]}),
        ({"t0-size": "unlimited"}, {"t0-size": ["Please give data such as 10 GB or 500 MB."]}),
        ({"t0-size": "99999999 TB"}, {"t0-size": ["This is more than any plan holds."]}),
    ],
)
def test_bad_input_is_a_field_error(
    alice: Client, batelco: Operator, changes: dict[str, str], found: dict[str, list[str]]
) -> None:
    price_list(batelco)
    assert errors(ask(alice, batelco, {**trip("2026-12-20", "2026-12-21"), **changes})) == found


def test_trips_of_more_than_a_year_together_are_an_error_at_the_one_too_many(
    alice: Client, batelco: Operator
) -> None:
    price_list(batelco)
    query = {**trip("2026-12-20", "2027-06-20"), **trip("2028-01-01", "2028-12-30", number=1)}
    assert errors(ask(alice, batelco, query)) == {
        "t1-to": ["Advice looks at 366 days at most, of all trips together."]
    }


@pytest.mark.parametrize(
    "query",
    [
        "t0-from=%00&t0-to=%00", "t0-from=2026-12-20&t0-to=2026-12-21&t0-size=1" + "0" * 5000,
        "t0-from=2026-12-20&t0-to=2026-12-21&t0-minutes=" + "9" * 5000,
        "t0-from=2026-12-20&t0-to=2026-12-21&t0-size_per=x&currency=%F0%9F%98%80&card=%00",
        "preset=%00&card=" + "x" * 3000, "without=99&t11-from=x", "more=1", "t0-from", "t99-from=1",
        "t0-from=2026-12-20&t0-to=2026-12-21&t0-hotspot=maybe&t0-calls_per=day&t0-minutes=10000000",
    ],
)  # fmt: skip
def test_hostile_addresses_are_answered(alice: Client, batelco: Operator, query: str) -> None:
    price_list(batelco)
    assert ask(alice, batelco, query).status_code in (200, 422)


def test_more_than_forty_plans_are_cut_and_that_is_said(alice: Client, batelco: Operator) -> None:
    for number in range(45):
        make_offer(batelco, None, f"Pass {number}", str(50 - number), period_count=7)
    response = ask(alice, batelco, trip("2026-12-20", "2026-12-21"))
    assert {"Pass 0", "Pass 4", "Pass 5"} & {plan.name for plan in response.context["offers"].plans} == {
        "Pass 5"
    }
    assert len(response.context["offers"].plans) == 40
    assert "5 plans were left out" in response.content.decode()


def test_the_card_is_kept_and_its_running_plan_is_renewed(batelco: Operator) -> None:
    person = make_user()
    card = make_card(person, operator=batelco)
    offer = make_offer(batelco, person)
    client, query = client_of(person), {**trip("2026-12-20", "2026-12-21"), "card": card.public_id}
    page = ask(client, batelco, query).content.decode()
    assert (
        f"{reverse('plan_add', args=[card.public_id])}?offer={offer.public_id}&amp;starts_on=2026-12-20"
        in page
    )
    running = make_plan(card, on=date(2026, 12, 1), plan=offer)
    page = ask(client, batelco, query).content.decode()
    assert f"{reverse('action_add', args=[card.public_id])}?plan={running.public_id}" in page
    bob = client_of(make_user("bob@example.org"))
    assert ask(bob, batelco, query).context["card"] is None


def test_without_plans_the_page_says_where_to_add_them(alice: Client, batelco: Operator) -> None:
    assert reverse("offers_add", args=[batelco.public_id]) in ask(alice, batelco).content.decode()
