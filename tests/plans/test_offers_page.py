"""An operator's plans: typed, pasted, corrected, retired, bought."""

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import UNLIMITED, Operator, Plan
from tests.factories import NOW, client_of, make_card, make_operator, make_user
from tests.plans.offers import make_offer, rows

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


def add(client: Client, operator: Operator, data: dict[str, str]) -> HttpResponse:
    return client.post(reverse("offers_add", args=[operator.public_id]), data)


def errors(response: HttpResponse) -> dict[str, list[str]]:
    """Return every error of the table by the name of its field."""
    assert response.status_code == 422
    table = response.context["table"]
    found = {name: list(texts) for name, texts in table.batch.errors.items()}
    for form in table.used:
        found |= {f"{form.prefix}-{name}": list(texts) for name, texts in form.errors.items()}
    return found


def test_ten_plans_are_added_at_once_and_empty_cells_stay_unknown(alice: Client, batelco: Operator) -> None:
    typed = [(f"Pass {n}", f"{n}.5", "BHD", "7 days") for n in range(1, 10)]
    last = ("Year", "99", "BHD", "1 year", "unlimited", "Unlimited", "100", "yes")
    response = add(alice, batelco, rows(*typed, last, source="SMS of the operator"))
    assert response.headers["Location"] == reverse("offers", args=[batelco.public_id])
    assert Plan.objects.count() == 10
    first = Plan.objects.get(name="Pass 1")
    assert (first.price, first.currency, first.kind) == (Decimal("1.5"), "BHD", "weekly")
    assert (first.data_mib, first.minutes, first.sms, first.has_hotspot) == (None, None, None, None)
    assert (first.source, str(first.seen_on)) == ("SMS of the operator", "2026-12-01")
    year = Plan.objects.get(name="Year")
    assert (year.data_mib, year.minutes, year.sms, year.has_hotspot) == (UNLIMITED, UNLIMITED, 100, True)
    assert {plan.owner.email for plan in Plan.objects.all() if plan.owner} == {"alice@example.org"}


def test_an_error_stands_at_its_row_and_nothing_typed_is_lost(alice: Client, batelco: Operator) -> None:
    typed = rows(
        ("Good", "1", "BHD", "1 day"),
        ("", "x", "BHX", "soon", "a lot", "-3", "1.5"),
        ("Yen", "1.5", "JPY", "5 days"),
        ("Money", "5", ""),
    )
    response = add(alice, batelco, typed)
    assert errors(response) == {
        "r1-name": ["This field is required."],
        "r1-price": ["Please give an amount such as 12.50."],
        "r1-currency": ["Please give the three letters of a currency, such as BHD or EUR."],
        "r1-period": ["Please give a validity such as 7, 7 days, 24 hours or 1 month."],
        "r1-size": ["Please give data such as 10 GB, 500 MB or unlimited."],
        "r1-minutes": ["Please give a whole number or unlimited."],
        "r1-sms": ["Please give a whole number or unlimited."],
        "r2-price": ["JPY has no decimals."],
        "r3-currency": ["An amount needs a currency."],
    }
    page = response.content.decode()
    assert all(f'value="{text}"' in page for text in ("Good", "soon", "a lot", "-3", "1.5", "Yen", "Money"))
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "Week;3,5;BHD;7 days;10 GB;100;;yes\nMonth;10;BHD;1 month;500 MB;;;no",
        "Week\t3.500\tBHD\t1 week\t10240 MB\t100 min\t\tYes\nMonth\t10\tBHD\tmonthly\t500MB\t\t\tno",
        "Plan,Price (BHD),Validity,Data,Minutes,Hotspot,Notes\n"
        'Week,3.5,7,10,100,y,"cheap, good"\n\nMonth,10,1 month,500 MB,-,n,',
        "套餐;价格;有效期;流量（MB）;分钟;热点\nWeek;BHD 3.5;7 天;10240;100;是\nMonth;10 BHD;1 个月;500;;否",
        "Week; BHD 3.5; 7 days; 10 GB; 100; ; x\nMonth; BHD 10; 1 month; 500 MB; ; ; no",
    ],
)
def test_pasted_text_fills_the_table_first_and_is_saved_after_a_look(
    alice: Client, batelco: Operator, text: str
) -> None:
    response = add(alice, batelco, rows(paste=text))
    assert response.status_code == 200
    assert not Plan.objects.exists()
    assert "2 lines are now in the table." in response.content.decode()
    table = response.context["table"]
    cells = {f"{form.prefix}-{field.name}": field.value() or "" for form in table.rows for field in form}
    assert add(alice, batelco, {**rows(), **cells}).status_code == 302
    found = {plan.name: plan for plan in Plan.objects.all()}
    week, month = found["Week"], found["Month"]
    assert (week.price, week.currency, week.data_mib, week.minutes) == (Decimal("3.5"), "BHD", 10240, 100)
    assert (week.sms, week.has_hotspot, week.period_unit in ("day", "week")) == (None, True, True)
    assert (month.price, month.data_mib, month.minutes, month.has_hotspot) == (10, 500, None, False)
    assert (month.period_count, month.period_unit, month.kind) == (1, "month", "monthly")


def test_pasted_lines_without_an_empty_row_stay_to_be_saved_next(alice: Client, batelco: Operator) -> None:
    lines = [f"Pass {n};{n};BHD;{n} days" for n in range(1, 13)]
    response = add(
        alice, batelco, rows(("Typed", "1", "BHD"), paste="name;price;currency;validity\n" + "\n".join(lines))
    )
    assert errors(response)["paste"] == [
        "These lines found no empty row. Save the table first, then go on with them."
    ]
    table = response.context["table"]
    names = [form["name"].value() for form in table.rows]
    assert names == ["Typed", *(f"Pass {n}" for n in range(1, 10))]
    rest = (
        "name;price;currency;validity\nPass 10;10;BHD;10 days\nPass 11;11;BHD;11 days\nPass 12;12;BHD;12 days"
    )
    assert table.batch["paste"].value() == rest


def test_a_line_with_too_many_cells_stays_in_the_text(alice: Client, batelco: Operator) -> None:
    response = add(alice, batelco, rows(paste="A;1;BHD;7;1;1;1;yes;more;still more\nB;2;BHD;7"))
    assert errors(response)["paste"] == [
        "A line here has more cells than the table has columns. Please split or shorten it."
    ]
    assert response.context["table"].batch["paste"].value() == "A;1;BHD;7;1;1;1;yes;more;still more"


@pytest.mark.parametrize(
    "text", ["\x00", '"', '";\n"', "\t\t\t", ";;;;", "name;price", "é" * 19_999, "😀\t" * 500]
)
def test_hostile_text_is_answered(alice: Client, batelco: Operator, text: str) -> None:
    response = add(alice, batelco, rows(paste=text))
    assert response.status_code in (200, 422)
    assert not Plan.objects.exists()


def test_an_empty_table_is_a_field_error(alice: Client, batelco: Operator) -> None:
    assert errors(add(alice, batelco, rows())) == {"r0-name": ["Please give at least one plan."]}
    assert add(alice, batelco, {}).status_code == 422


def test_the_same_plan_is_not_added_twice(alice: Client, batelco: Operator) -> None:
    row = ("Week", "3", "BHD", "7 days")
    told = ["This plan is here already, with the same price and validity."]
    assert errors(add(alice, batelco, rows(row, row))) == {"r1-name": told}
    add(alice, batelco, rows(row))
    assert errors(add(alice, batelco, rows(("week", "3.000", "BHD", "7")))) == {"r0-name": told}
    assert add(alice, batelco, rows(("Week", "4", "BHD", "7"))).status_code == 302


def test_a_persons_plans_are_seen_by_that_person_alone(alice: Client, batelco: Operator) -> None:
    add(alice, batelco, rows(("Alices pass", "1", "BHD", "7")))
    bob = client_of(make_user("bob@example.org"))
    assert "Alices pass" not in bob.get(reverse("offers", args=[batelco.public_id])).content.decode()
    offer = Plan.objects.get()
    for name in ("offer_edit", "offer_retire", "offer_restore", "offer_buy"):
        assert bob.post(reverse(name, args=[offer.public_id])).status_code == 404
    page = bob.get(reverse("offers_add", args=[batelco.public_id]) + f"?copy={offer.public_id}")
    assert "Alices pass" not in page.content.decode()


def test_only_staff_adds_for_everybody_and_files_are_not_edited_here(
    alice: Client, batelco: Operator
) -> None:
    row = ("For all", "1", "BHD", "7")
    add(alice, batelco, rows(row, is_shared="on"))
    assert Plan.objects.get().owner is not None
    staff = client_of(make_user("staff@example.org", is_staff=True))
    add(staff, batelco, rows(row, is_shared="on"))
    shared = Plan.objects.get(owner=None)
    assert alice.get(reverse("offer_edit", args=[shared.public_id])).status_code == 404
    assert staff.get(reverse("offer_edit", args=[shared.public_id])).status_code == 200
    Plan.objects.filter(pk=shared.pk).update(key="for-all")
    assert staff.get(reverse("offer_edit", args=[shared.public_id])).status_code == 404
    assert "Correct it for me" in staff.get(reverse("offers", args=[batelco.public_id])).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_editing_begins_with_what_is_stored_and_saving_it_changes_nothing(
    batelco: Operator, language: str
) -> None:
    person = make_user(language=language)
    client = client_of(person)
    offer = make_offer(
        batelco, person, price="3.125", data_mib=1536, minutes=UNLIMITED, sms=0, has_hotspot=False,
        period_count=3, period_unit="month", is_throttled=True, note="A note", kind="addon",
    )  # fmt: skip
    url = reverse("offer_edit", args=[offer.public_id])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert (data["price"], data["size"]) == ("3.125", "1.5 GB")
    response = client.post(url, {name: value for name, value in data.items() if value not in (None, False)})
    assert response.status_code == 302
    again = Plan.objects.get()
    names = [field.name for field in Plan._meta.concrete_fields]
    assert {name: getattr(again, name) for name in names} == {name: getattr(offer, name) for name in names}


def test_a_retired_plan_is_listed_apart_and_comes_back(alice: Client, batelco: Operator) -> None:
    add(alice, batelco, rows(("Old", "1", "BHD", "7")))
    offer, url = Plan.objects.get(), reverse("offers", args=[batelco.public_id])
    alice.post(reverse("offer_retire", args=[offer.public_id]))
    assert [len(alice.get(url).context["found"].rows), len(alice.get(url).context["found"].retired)] == [0, 1]
    alice.post(reverse("offer_restore", args=[offer.public_id]))
    assert [len(alice.get(url).context["found"].rows), len(alice.get(url).context["found"].retired)] == [1, 0]
    assert alice.get(reverse("offer_retire", args=[offer.public_id])).status_code == 405


def test_buying_leads_to_the_cards_form_and_copies_the_plan() -> None:
    person, batelco = make_user(), make_operator()
    card = make_card(person, operator=batelco)
    offer = make_offer(batelco, person, minutes=UNLIMITED, sms=20, has_hotspot=True)
    client = client_of(person)
    response = client.get(reverse("offer_buy", args=[offer.public_id]) + "?starts_on=2026-12-24")
    target = urlsplit(response.headers["Location"])
    assert target.path == reverse("plan_add", args=[card.public_id])
    assert parse_qs(target.query) == {"offer": [offer.public_id], "starts_on": ["2026-12-24"]}
    form = client.get(response.headers["Location"]).context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert client.post(
        response.headers["Location"], {k: v for k, v in data.items() if v not in (None, False)}
    )
    bought = card.subscriptions.get()
    assert (bought.plan, bought.name, bought.price, bought.currency) == (offer, "Week", 3, "BHD")
    assert (bought.data_mib, bought.minutes, bought.sms, bought.has_hotspot) == (10240, None, 20, True)
    assert (str(bought.starts_on), bought.period_count, bought.period_unit) == ("2026-12-24", 7, "day")
    edit = reverse("plan_edit", args=[bought.public_id])
    form = client.get(edit).context["form"]
    data = {name: form[name].value() for name in form.fields}
    client.post(edit, {k: v for k, v in {**data, "name": "Mine"}.items() if v not in (None, False)})
    bought.refresh_from_db()
    assert (bought.name, bought.plan) == ("Mine", offer)


def test_recording_the_purchase_begins_with_the_price_of_the_plan() -> None:
    person, batelco = make_user(), make_operator()
    card = make_card(person, operator=batelco)
    offer = make_offer(batelco, person, price="3.25")
    client = client_of(person)
    form_page = client.get(reverse("plan_add", args=[card.public_id]) + f"?offer={offer.public_id}")
    url = reverse("action_add", args=[card.public_id]) + f"?kind=plan-bought&offer={offer.public_id}"
    assert url.replace("&", "&amp;") in form_page.content.decode()
    form = client.get(url).context["form"]
    assert [form[name].value() for name in ("kind", "amount", "currency")] == ["plan-bought", "3.25", "BHD"]


def test_with_several_cards_one_is_chosen_and_without_one_that_is_said(alice: Client) -> None:
    person, batelco = make_user("bob@example.org"), make_operator()
    offer = make_offer(batelco, None)
    client, url = client_of(person), reverse("offer_buy", args=[offer.public_id])
    assert "You have no card of Batelco (BH)" in client.get(url).content.decode()
    for label in ("First", "Second"):
        make_card(person, operator=batelco, label=label)
    assert [card.label for card, _url in client.get(url).context["links"]] == ["First", "Second"]


@pytest.mark.parametrize(
    "query", ["?offer=nope&starts_on=x", "?starts_on=0001-01-01", "?starts_on=9999-12-31", "?offer=%00"]
)
def test_a_senseless_link_shows_the_plain_form(query: str) -> None:
    card = make_card(make_user(time_zone="UTC"), operator=make_operator())
    response = client_of(card.owner).get(reverse("plan_add", args=[card.public_id]) + query)
    assert str(response.context["form"].initial["starts_on"]) == "2026-12-01"


def test_the_plan_of_another_operator_is_not_bought_for_a_card() -> None:
    person = make_user()
    card = make_card(person, operator=make_operator())
    foreign = make_offer(make_operator("Zain", "KW"), person, name="Zain week")
    url = reverse("plan_add", args=[card.public_id]) + f"?offer={foreign.public_id}"
    assert "name" not in client_of(person).get(url).context["form"].initial


def test_the_list_takes_as_many_queries_for_sixty_plans_as_for_one(
    batelco: Operator, django_assert_max_num_queries: object
) -> None:
    person = make_user()
    client, url = client_of(person), reverse("offers", args=[batelco.public_id])
    make_offer(batelco, None)
    with django_assert_max_num_queries(8) as few:  # type: ignore[operator]
        client.get(url)
    for number in range(60):
        make_offer(batelco, person, name=f"Pass {number}")
    with django_assert_max_num_queries(8) as many:  # type: ignore[operator]
        client.get(url)
    assert len(few) == len(many)
