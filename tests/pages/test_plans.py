"""Adding, editing, closing and reopening plans in the browser."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from cards.models import Card, Subscription
from tests.factories import NOW, client_of, make_card, make_operator, make_plan, make_user, utc

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def typed(**changes: str) -> dict[str, str]:
    form = {
        "name": "Roaming week", "starts_on": "2026-12-01", "period_count": "7", "period_unit": "day",
        "currency": "EUR", "intent": "renew", "has_first_day": "on", "data_unit": "gb",
    }  # fmt: skip
    return {**form, **changes}


def add_url(card: Card) -> str:
    return reverse("plan_add", args=[card.public_id])


def end_of(card: Card) -> date | None:
    return card.deadlines.get(kind="plan-end").ends_on


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 422
    return dict(response.context["form"].errors)


def test_a_plan_is_added_with_all_that_is_in_it() -> None:
    card = make_card(make_user(), zone="Asia/Bahrain")
    more = {"price": "5.5", "currency": "BHD", "data_amount": "1.5", "minutes": "100", "sms": "0"}
    response = client_of(card.owner).post(add_url(card), typed(**more, has_hotspot="on", intent="let-end"))
    assert response.headers["Location"] == reverse("card", args=[card.public_id])
    plan = card.subscriptions.get()
    assert (plan.price, plan.currency, plan.data_mib) == (Decimal("5.5"), "BHD", 1536)
    assert (plan.minutes, plan.sms, plan.has_hotspot, plan.intent) == (100, 0, True, "let-end")
    assert end_of(card) == date(2026, 12, 7)


def test_the_end_is_shown_before_it_is_saved() -> None:
    card = make_card(make_user(), zone="Asia/Bahrain")
    data = typed(preview="1", has_first_day="")
    response = client_of(card.owner).post(add_url(card), data, headers={"HX-Request": "true"})
    assert "Tue, 8 Dec 2026" in response.content.decode()
    assert card.subscriptions.count() == 0


def test_a_plan_counted_in_hours_ends_on_the_minute_by_the_clock_that_was_chosen() -> None:
    card = make_card(make_user(), operator=make_operator())
    client = client_of(card.owner)
    hours = {"period_count": "24", "period_unit": "hour"}
    page = client.post(add_url(card), typed(**hours, preview="1")).content.decode()
    assert "Without a time the hours count from the first minute of the day." in page
    client.post(add_url(card), typed(**hours, starts_time="14:30", clock="there"))
    assert card.deadlines.get(kind="plan-end").ends_at == utc("2026-12-02 11:30")


def test_a_plan_without_a_validity_says_that_nothing_reminds() -> None:
    card = make_card(make_user())
    page = client_of(card.owner).post(add_url(card), typed(period_count="", preview="1")).content.decode()
    assert "Without a validity the plan has no end to be reminded of." in page


def test_editing_begins_with_what_is_stored_and_moves_the_end() -> None:
    card = make_card(make_user(), zone="UTC")
    plan = make_plan(card, on=date(2026, 12, 1), price=5, currency="BHD", data_mib=1500)
    client = client_of(card.owner)
    url = reverse("plan_edit", args=[plan.public_id])
    first = client.get(url).context["form"].initial
    assert (first["price"], first["data_amount"], first["data_unit"]) == ("5", "1500", "mb")
    data = typed(period_count="3")
    assert "4 days earlier than before" in client.post(url, {**data, "preview": "1"}).content.decode()
    client.post(url, data)
    assert end_of(card) == date(2026, 12, 3)


def test_saving_an_unchanged_plan_changes_nothing() -> None:
    card = make_card(make_user(time_zone="UTC"), zone="UTC")
    plan = make_plan(
        card, on=date(2026, 12, 1), starts_at=utc("2026-12-01 10:30"), period_unit="hour", data_mib=3, sms=4
    )
    client = client_of(card.owner)
    url = reverse("plan_edit", args=[plan.public_id])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    client.post(url, {name: value for name, value in data.items() if value not in (None, False)})
    names = [field.name for field in Subscription._meta.concrete_fields]
    again = Subscription.objects.get(pk=plan.pk)
    assert {name: getattr(again, name) for name in names} == {name: getattr(plan, name) for name in names}


def test_closing_drops_the_end_and_reopening_brings_it_back() -> None:
    card = make_card(make_user(), zone="UTC")
    plan = make_plan(card, on=date(2026, 12, 1))
    client = client_of(card.owner)
    client.post(reverse("plan_close", args=[plan.public_id]))
    assert card.deadlines.get(kind="plan-end").state == "dropped"
    client.post(reverse("plan_reopen", args=[plan.public_id]))
    assert card.deadlines.get(kind="plan-end").state == "open"
    urls = [reverse(name, args=[plan.public_id]) for name in ("plan_close", "plan_reopen")]
    assert [client.get(url).status_code for url in urls] == [405, 405]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"name": "a\x07b"}, "name"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"period_count": "0"}, "period_count"),
        ({"period_count": "999", "period_unit": "year"}, "period_count"),
        ({"period_unit": "eon"}, "period_unit"),
        ({"price": "1.5", "currency": "JPY"}, "price"),
        ({"price": "1", "currency": ""}, "currency"),
        ({"data_amount": "a lot"}, "data_amount"),
        ({"data_amount": "1e999"}, "data_amount"),
        ({"minutes": "-1"}, "minutes"),
        ({"sms": "9" * 40}, "sms"),
        ({"intent": "maybe"}, "intent"),
        ({"starts_time": "noon"}, "starts_time"),
    ],
)
def test_bad_input_gets_an_error_at_its_field_and_nothing_is_lost(
    changes: dict[str, str], field: str
) -> None:
    card = make_card(make_user())
    response = client_of(card.owner).post(add_url(card), {**typed(minutes="77"), **changes})
    assert list(errors(response)) == [field]
    assert card.subscriptions.count() == 0
    assert "minutes" in changes or 'value="77"' in response.content.decode()


def test_what_is_someone_elses_is_not_there() -> None:
    card = make_card(make_user())
    plan = make_plan(card, on=date(2026, 12, 1))
    client = client_of(make_user("bob@example.org"))
    urls = [reverse(f"plan_{name}", args=[plan.public_id]) for name in ("edit", "close", "reopen")]
    assert [client.post(url, typed()).status_code for url in (add_url(card), *urls)] == [404] * 4
