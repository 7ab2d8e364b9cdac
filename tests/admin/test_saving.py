"""Forms of the panel save through the services: dates move, the ledger tells who did it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cards.models import Action, Card, CardDate, Deadline, Event, Operator, Subscription, User
from cards.services.cards import archive_card
from cards.services.dates import add_date
from tests.factories import NOW, client_of, make_card, make_operator, make_plan, make_user, utc, watch_of

pytestmark = pytest.mark.django_db
CARD = {
    "label": "Bahrain",
    "purposes": ["data"],
    "form": "physical",
    "billing": "prepaid",
    "intent": "keep",
    "margin_days": "",
    "operator": "",
}


@pytest.fixture
def staff() -> User:
    return make_user("staff@example.org", is_staff=True)


def post(client: Client, page: str, pk: int | None, data: dict[str, Any]) -> Any:
    name = f"admin:cards_{page}_{'add' if pk is None else 'change'}"
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        return client.post(reverse(name, args=[] if pk is None else [pk]), data)


def line_of(card: Card) -> Deadline:
    return Deadline.objects.get(card=card, kind="line")


def test_a_new_expiry_moves_the_watch_and_stands_in_the_ledger_as_by_staff(staff: User) -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2027, 3, 1), zone="Asia/Bahrain")
    before, cycle = watch_of(card).next_at, line_of(card).cycle
    response = post(client_of(staff), "deadline", line_of(card).pk, {"ends_on": "2027-06-01"})
    assert response.status_code == 302
    line, watch = line_of(card), watch_of(card)
    assert (line.ends_on, line.cycle) == (date(2027, 6, 1), cycle + 1)
    assert before is not None and watch.next_at is not None
    assert watch.next_at - before == timedelta(days=92)
    entry = Action.objects.latest("pk")
    assert (entry.kind, entry.expires_on, entry.acted_on) == ("reading", date(2027, 6, 1), date(2026, 12, 1))
    assert (entry.by, entry.is_by_staff) == (staff, True)
    assert Action.objects.filter(card=card).count() == 2


def test_the_same_expiry_again_changes_nothing(staff: User) -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1), zone="Asia/Bahrain")
    post(client_of(staff), "deadline", line_of(card).pk, {"ends_on": "2027-03-01"})
    assert Action.objects.filter(card=card).count() == 1


def test_a_reading_beyond_the_rule_is_kept_and_said_to_wait_for_a_second_one(staff: User) -> None:
    card = make_card(make_user(), period=(90, "day"), expires_on=date(2027, 1, 1), zone="Asia/Bahrain")
    client = client_of(staff)
    post(client, "deadline", line_of(card).pk, {"ends_on": "2028-01-01"})
    line = line_of(card)
    if line.ends_on != date(2028, 1, 1):
        page = client.get(reverse("admin:cards_deadline_changelist")).content.decode()
        assert "until the reading is confirmed a second time" in page
    assert Action.objects.latest("pk").expires_on == date(2028, 1, 1)


@pytest.mark.parametrize("text", ["", "2027-02-30", "tomorrow", "1066-10-14", "99999-01-01", "\x00"])
def test_an_impossible_expiry_is_a_field_error(text: str, staff: User) -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1))
    response = post(client_of(staff), "deadline", line_of(card).pk, {"ends_on": text})
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["ends_on"]
    assert line_of(card).ends_on == date(2027, 3, 1)


def test_only_the_line_of_a_card_in_use_can_be_set(staff: User) -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2027, 3, 1))
    make_plan(card, on=date(2026, 12, 1))
    plan_end = Deadline.objects.get(kind="plan-end")
    client = client_of(staff)
    assert post(client, "deadline", plan_end.pk, {"ends_on": "2028-01-01"}).status_code == 403
    archive_card(card=card, by=alice, now=NOW)
    assert post(client, "deadline", line_of(card).pk, {"ends_on": "2028-01-01"}).status_code == 403
    plan_end.refresh_from_db()
    assert plan_end.ends_on == date(2026, 12, 7)


def test_a_card_is_edited_without_touching_what_the_panel_does_not_show(staff: User) -> None:
    alice = make_user()
    card = make_card(
        alice, number="+97336124567", note="mine", seller="shop", activated_on=date(2020, 1, 1), label="Old"
    )
    operator = make_operator()
    data = {**CARD, "label": "New", "purposes": ["number-keeping", "roaming"], "operator": operator.pk,
            "intent": "lapse", "margin_days": "3"}  # fmt: skip
    assert post(client_of(staff), "card", card.pk, data).status_code == 302
    row = Card.objects.get()
    assert (row.label, row.purposes, row.operator) == ("New", ["number-keeping", "roaming"], operator)
    assert (row.intent, row.margin_days) == ("lapse", 3)
    assert (row.number, row.note, row.seller, row.activated_on) == (
        "+97336124567", "mine", "shop", date(2020, 1, 1),
    )  # fmt: skip
    kinds = Event.objects.filter(by=staff).values_list("kind", flat=True)
    assert sorted(kinds) == ["card-changed", "intent-changed"]


def test_letting_a_card_lapse_in_the_panel_silences_it(staff: User) -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1))
    assert watch_of(card).next_at is not None
    post(client_of(staff), "card", card.pk, {**CARD, "intent": "lapse"})
    assert watch_of(card).next_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", ""),
        ("label", "x" * 10_000),
        ("label", "a\x00b"),
        ("purposes", ["flying"]),
        ("form", "round"),
        ("intent", "forget"),
        ("margin_days", "-1"),
        ("margin_days", "10000"),
        ("operator", "999999"),
    ],
)
def test_bad_input_for_a_card_is_a_field_error(field: str, value: Any, staff: User) -> None:
    card = make_card(make_user(), label="Old")
    response = post(client_of(staff), "card", card.pk, {**CARD, field: value})
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert Card.objects.get().label == "Old"


def test_another_persons_operator_is_no_choice(staff: User) -> None:
    card = make_card(make_user())
    bobs = make_operator("Bob's own", owner=make_user("bob@example.org"))
    response = post(client_of(staff), "card", card.pk, {**CARD, "operator": bobs.pk})
    assert list(response.context["adminform"].form.errors) == ["operator"]
    page = client_of(staff).get(reverse("admin:cards_card_change", args=[card.pk])).content.decode()
    assert "Bob&#x27;s own" not in page


def test_a_shared_operators_zone_moves_the_dates_of_its_cards(staff: User) -> None:
    operator = make_operator("Batelco", "BH")
    card = make_card(make_user(), operator=operator, expires_on=date(2027, 3, 1))
    assert line_of(card).ends_at == utc("2027-03-01 21:00")
    data = {
        "name": "Batelco", "country": "BH", "time_zones": "Asia/Tokyo, Asia/Bahrain", "weekend": ["4", "5"],
        "site_url": "", "hotline": "+973 196",
    }  # fmt: skip
    assert post(client_of(staff), "operator", operator.pk, data).status_code == 302
    operator.refresh_from_db()
    assert (operator.time_zones, operator.weekend) == (["Asia/Tokyo", "Asia/Bahrain"], [4, 5])
    assert line_of(card).ends_at == utc("2027-03-01 15:00")


def test_a_new_operator_takes_zones_and_weekend_of_its_country(staff: User) -> None:
    data = {"name": "Zain", "country": "KW", "time_zones": "", "site_url": "", "hotline": ""}
    assert post(client_of(staff), "operator", None, data).status_code == 302
    row = Operator.objects.get()
    assert (row.owner, row.time_zones, row.weekend) == (None, ["Asia/Kuwait"], [4, 5])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "bATELCO"), ("country", "XX"), ("time_zones", "Mars/Olympus"),
        ("time_zones", "../../etc/passwd"), ("weekend", ["9"]), ("site_url", "javascript:alert(1)"),
        ("hotline", "call me"),
    ],
)  # fmt: skip
def test_bad_input_for_an_operator_is_a_field_error(field: str, value: Any, staff: User) -> None:
    make_operator("Batelco", "BH")
    data = {"name": "Zain", "country": "BH", "time_zones": "", "site_url": "", "hotline": "", field: value}
    response = post(client_of(staff), "operator", None, data)
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert Operator.objects.count() == 1


def test_a_persons_own_operator_is_only_looked_at(staff: User) -> None:
    operator = make_operator(owner=make_user())
    assert post(client_of(staff), "operator", operator.pk, {"name": "Mine"}).status_code == 403


def test_a_plans_start_moves_its_end_and_keeps_its_price(staff: User) -> None:
    card = make_card(make_user())
    plan = make_plan(card, on=date(2026, 12, 1), price="9.50", currency="EUR")
    data = {"name": "Pass", "starts_on": "2026-12-10", "period_count": "7", "period_unit": "day",
            "has_first_day": "on", "intent": "renew"}  # fmt: skip
    assert post(client_of(staff), "subscription", plan.pk, data).status_code == 302
    assert Deadline.objects.get(kind="plan-end").ends_on == date(2026, 12, 16)
    row = Subscription.objects.get()
    assert (str(row.price), row.currency, row.is_auto_renewing) == ("9.500", "EUR", False)


def test_an_own_date_is_moved_with_its_deadline_and_keeps_its_note(staff: User) -> None:
    card = make_card(make_user())
    row = add_date(card=card, kind="own", due_on=date(2026, 12, 20), note="mine", by=card.owner, now=NOW)
    data = {"kind": "notice", "due_on": "2027-01-10"}
    assert post(client_of(staff), "carddate", row.pk, data).status_code == 302
    row = CardDate.objects.get()
    assert (row.kind, row.due_on, row.note) == ("notice", date(2027, 1, 10), "mine")
    assert Deadline.objects.get(card=card, kind="notice").ends_on == date(2027, 1, 10)
