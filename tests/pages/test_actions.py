"""Recording, undoing and correcting actions in the browser."""

from datetime import date

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import Action, Card
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user, utc

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}
LONG = "x" * 10_000


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def keep_alive(**facts: object) -> Card:
    """Alice's card: a top-up of at least nothing gives 180 days; the operator's date is known."""
    alice = make_user(time_zone="UTC")
    values = {"period": (180, "day"), "expires_on": date(2026, 12, 31), "zone": "UTC"}
    return make_card(alice, now=utc("2026-10-05"), **{**values, **facts})


def add_url(card: Card, query: str = "") -> str:
    return reverse("action_add", args=[card.public_id]) + query


def typed(**changes: str) -> dict[str, str]:
    form = {"kind": "top-up", "acted_on": "2026-12-01", "amount": "", "currency": "EUR", "expires_on": ""}
    return {**form, "data_unit": "gb", **changes}


def said(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def end_of(card: Card) -> date | None:
    return card.deadlines.get(kind="line").ends_on


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 422
    return dict(response.context["form"].errors)


def test_an_action_moves_the_date_and_the_message_says_to_when() -> None:
    card = keep_alive()
    response = client_of(card.owner).post(add_url(card), typed(amount="5"))
    assert response.headers["Location"] == reverse("card", args=[card.public_id])
    assert said(response) == "Top-up recorded. Line validity: Sun, 30 May 2027."
    assert end_of(card) == date(2027, 5, 30)


def test_the_form_begins_with_the_kind_that_counts_today_and_the_currency_last_used() -> None:
    card = keep_alive(counts=("sms", "call"))
    act(card, "sms", on=date(2026, 11, 1), amount=1, currency="BHD")
    form = client_of(card.owner).get(add_url(card)).context["form"]
    shown = {name: form.initial[name] for name in ("kind", "acted_on", "currency")}
    assert shown == {"kind": "sms", "acted_on": date(2026, 12, 1), "currency": "BHD"}
    assert form.fields["kind"].choices[0] == (
        "Counts for this card",
        [("sms", "SMS sent"), ("call", "Call made")],
    )


def test_the_effect_of_the_likeliest_entry_is_shown_at_once() -> None:
    card = keep_alive()
    page = client_of(card.owner).get(add_url(card)).content.decode()
    assert "Sun, 30 May 2027" in page
    assert "This counts: it keeps the card alive." in page


def test_a_preview_shows_the_effect_and_keeps_what_was_typed_and_saves_nothing() -> None:
    card = keep_alive()
    data = typed(amount="5", note="from the shop", preview="1")
    response = client_of(card.owner).post(add_url(card), data)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Sun, 30 May 2027" in page
    assert "from the shop" in page
    assert card.actions.filter(kind="top-up").count() == 0


def test_htmx_gets_the_effect_alone() -> None:
    card = keep_alive()
    response = client_of(card.owner).post(add_url(card), typed(preview="1"), **HTMX)
    assert "Sun, 30 May 2027" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_htmx_hears_why_there_is_no_effect_yet() -> None:
    card = keep_alive()
    response = client_of(card.owner).post(add_url(card), typed(amount="five", preview="1"), **HTMX)
    assert response.status_code == 200
    assert "Amount: Please give an amount such as 12.50." in response.content.decode()


def test_an_action_that_does_not_count_is_said_plainly() -> None:
    card = keep_alive()
    page = client_of(card.owner).post(add_url(card), typed(kind="sms", preview="1"), **HTMX).content.decode()
    assert "This does not count: the rule does not name this kind of action." in page
    assert "No deadline changes." in page


def test_a_shortened_date_is_said_in_red_and_after_saving_again() -> None:
    card = keep_alive()
    client = client_of(card.owner)
    data = typed(kind="reading", expires_on="2026-12-20")
    page = client.post(add_url(card), {**data, "preview": "1"}).content.decode()
    assert "notice-error" in page
    assert "11 days earlier than before" in page
    assert "A deadline is now earlier than before." in said(client.post(add_url(card), data))


def test_a_new_expiry_beside_the_action_is_taken_over() -> None:
    card = keep_alive()
    client_of(card.owner).post(add_url(card), typed(expires_on="2027-05-20"))
    assert end_of(card) == date(2027, 5, 20)
    assert card.actions.get(companion_of__kind="top-up").expires_on == date(2027, 5, 20)


def test_a_top_up_of_the_day_of_a_reading_is_taken_as_included_and_the_page_says_so() -> None:
    card = keep_alive()
    act(card, "reading", on=date(2026, 12, 1), expires_on=date(2027, 1, 15))
    page = client_of(card.owner).post(add_url(card), typed(preview="1")).content.decode()
    assert "If you did this after reading it, type the new expiry too" in page


def test_a_reading_later_than_the_rule_allows_is_kept_and_the_page_says_so() -> None:
    card = keep_alive()
    data = typed(kind="reading", expires_on="2028-01-01", preview="1")
    page = client_of(card.owner).post(add_url(card), data).content.decode()
    assert "later than the rule allows" in page


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"acted_on": "2026-12-02"}, "acted_on", "This day is still to come. Record it when it is done."),
        ({"acted_on": "2026-02-30"}, "acted_on", "Please give a date that exists, such as 2026-12-31."),
        ({"acted_on": ""}, "acted_on", "This field is required."),
        ({"acted_on": "1066-10-14"}, "acted_on", "Please give a year between 1990 and 2100."),
        ({"expires_on": "2026-11-30"}, "expires_on", "The new expiry lies before the day of the action."),
        ({"amount": "1.5", "currency": "JPY"}, "amount", "JPY has no decimals."),
        ({"amount": "1.234", "currency": "EUR"}, "amount", "EUR has at most 2 decimals."),
        ({"amount": "1", "currency": ""}, "currency", "An amount needs a currency."),
        ({"kind": "void"}, "kind", None),
        ({"kind": "reading"}, "expires_on", "What does the operator show: a date, a balance, data left?"),
        ({"acted_time": "00:10"}, "acted_time", "This is still to come. Record it when it is done."),
        ({"acted_time": "25:99"}, "acted_time", "Please give a time such as 14:30."),
        ({"plan": "nobodys"}, "plan", None),
        ({"amount": "-1"}, "amount", None),
        ({"amount": "NaN"}, "amount", None),
        ({"amount": "1e400"}, "amount", None),
        ({"balance": "1e400"}, "balance", None),
        ({"data_left": "99999999999", "data_unit": "tb"}, "data_left", None),
        ({"note": LONG}, "note", None),
        ({"method": LONG}, "method", None),
        ({"note": "a\x00b"}, "note", None),
        ({"order_number": "a\x1bb"}, "order_number", None),
    ],
)
def test_bad_input_gets_an_error_at_its_field(
    changes: dict[str, str], field: str, message: str | None
) -> None:
    card = keep_alive()
    make_plan(card, on=date(2026, 12, 1))
    before = card.actions.count()
    found = errors(client_of(card.owner).post(add_url(card), typed(**changes)))
    assert list(found) == [field]
    assert message is None or found[field] == [message]
    assert card.actions.count() == before


def test_nothing_typed_is_lost_by_an_error() -> None:
    card = keep_alive()
    data = typed(amount="12.345", note="blue receipt", order_number="A-77", method="cash")
    page = client_of(card.owner).post(add_url(card), data).content.decode()
    for word in ("12.345", "blue receipt", "A-77", "cash", '<details class="more" open>'):
        assert word in page


def test_where_it_is_still_yesterday_at_the_operator_the_earlier_day_is_taken() -> None:
    alice = make_user(time_zone="Asia/Shanghai")
    card = make_card(alice, period=(180, "day"), operator=make_operator())
    client = client_of(alice)
    with time_machine.travel(utc("2026-11-30 19:00"), tick=False):  # 1 Dec 03:00 in Shanghai
        page = client.get(add_url(card)).content.decode()
        assert "In Bahrain it is still Mon, 30 Nov 2026" in page
        assert 'value="2026-11-30"' in page
        client.post(add_url(card), typed(acted_on="2026-12-01"))
    assert card.actions.get(kind="top-up").acted_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("clock", "expected", "day"),
    [("here", "2026-11-30 17:30", date(2026, 11, 30)), ("there", "2026-11-30 22:30", date(2026, 12, 1))],
)
def test_an_hour_is_read_by_the_clock_that_was_chosen(clock: str, expected: str, day: date) -> None:
    alice = make_user(time_zone="Asia/Shanghai")
    card = make_card(alice, operator=make_operator())
    act(card, "note", on=date(2026, 11, 1))
    client_of(alice).post(add_url(card), typed(acted_on="2026-12-01", acted_time="01:30", clock=clock))
    entry = card.actions.get(kind="top-up")
    assert (entry.acted_at, entry.acted_on) == (utc(expected), day)


def test_a_link_for_a_plan_renews_that_plan() -> None:
    card = keep_alive()
    plan = make_plan(card, on=date(2026, 11, 28), price=5, currency="BHD")
    client = client_of(card.owner)
    response = client.get(add_url(card, f"?plan={plan.public_id}"))
    first = response.context["form"].initial
    assert {name: first[name] for name in ("kind", "plan", "amount", "currency")} == {
        "kind": "renewal", "plan": plan.public_id, "amount": "5", "currency": "BHD",
    }  # fmt: skip
    assert "Renew Pass" in response.content.decode()
    client.post(add_url(card), typed(kind="renewal", plan=plan.public_id))
    assert card.deadlines.get(kind="plan-end").ends_on == date(2026, 12, 11)
    assert end_of(card) == date(2026, 12, 31)


def test_a_top_up_can_not_be_lost_on_a_plan() -> None:
    card = keep_alive()
    plan = make_plan(card, on=date(2026, 11, 28))
    assert list(errors(client_of(card.owner).post(add_url(card), typed(plan=plan.public_id)))) == ["plan"]


def test_a_balance_keeps_its_currency_and_data_its_unit() -> None:
    card = keep_alive()
    data = typed(kind="reading", balance="-0.5", currency="BHD", data_left="1.5", data_unit="gb")
    client_of(card.owner).post(add_url(card), data)
    entry = card.actions.latest("pk")
    assert (entry.balance, entry.currency, entry.data_left_mib) == (-0.5, "BHD", 1536)


def test_undoing_shows_what_it_changes_does_it_and_can_be_undone() -> None:
    card = keep_alive()
    entry = act(card, "top-up", on=date(2026, 12, 1), expires_on=date(2027, 5, 20))
    client = client_of(card.owner)
    url = reverse("action_undo", args=[entry.public_id])
    assert "Thu, 31 Dec 2026" in client.get(url).content.decode()
    assert end_of(card) == date(2027, 5, 20)
    client.post(url)
    assert end_of(card) == date(2026, 12, 31)
    void = card.actions.get(kind="void", voids=entry)
    again = reverse("action_undo", args=[void.public_id])
    assert "Thu, 20 May 2027" in client.get(again).content.decode()
    client.post(again)
    assert end_of(card) == date(2027, 5, 20)


@pytest.mark.parametrize("name", ["action_undo", "action_correct"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_undone_already_is_left_alone_with_a_word(name: str, method: str) -> None:
    card = keep_alive()
    entry = act(card, "top-up", on=date(2026, 12, 1))
    client = client_of(card.owner)
    client.post(reverse("action_undo", args=[entry.public_id]))
    count = card.actions.count()
    response = getattr(client, method)(reverse(name, args=[entry.public_id]))
    assert "was undone or corrected before" in said(response)
    assert response.headers["Location"] == reverse("card", args=[card.public_id])
    assert card.actions.count() == count


def test_correcting_begins_with_the_entry_and_takes_its_place() -> None:
    card = keep_alive()
    entry = act(card, "top-up", on=date(2026, 11, 1), amount=5, currency="BHD", expires_on=date(2027, 4, 1))
    client = client_of(card.owner)
    url = reverse("action_correct", args=[entry.public_id])
    first = client.get(url).context["form"].initial
    assert (first["amount"], first["expires_on"], first["kind"]) == ("5", date(2027, 4, 1), "top-up")
    data = typed(acted_on="2026-11-10", expires_on="2027-04-10", amount="5", currency="BHD")
    assert "Sat, 10 Apr 2027" in client.post(url, {**data, "preview": "1"}).content.decode()
    client.post(url, data)
    assert end_of(card) == date(2027, 4, 10)


def test_undoing_a_correction_brings_the_entry_and_its_reading_back() -> None:
    card = keep_alive()
    entry = act(card, "top-up", on=date(2026, 11, 1), expires_on=date(2027, 4, 1))
    client = client_of(card.owner)
    data = typed(acted_on="2026-11-01", expires_on="2027-04-10")
    client.post(reverse("action_correct", args=[entry.public_id]), data)
    correction = Action.objects.get(voids=entry, kind="top-up")
    client.post(reverse("action_correct", args=[correction.public_id]), {**data, "expires_on": "2027-04-12"})
    assert end_of(card) == date(2027, 4, 12)
    newest = Action.objects.get(voids=correction, kind="top-up")
    client.post(reverse("action_undo", args=[newest.public_id]))
    assert end_of(card) == date(2027, 4, 10)
    client.post(reverse("action_undo", args=[correction.public_id]))
    assert end_of(card) == date(2027, 4, 1)


def test_what_is_someone_elses_is_not_there() -> None:
    card = keep_alive()
    entry = act(card, "top-up", on=date(2026, 12, 1))
    plan = make_plan(card, on=date(2026, 12, 1))
    bob = make_user("bob@example.org")
    client: Client = client_of(bob)
    own = make_card(bob)
    urls = [add_url(card), *(reverse(n, args=[entry.public_id]) for n in ("action_undo", "action_correct"))]
    assert [client.get(url).status_code for url in urls] == [404, 404, 404]
    assert [client.post(url, typed()).status_code for url in urls] == [404, 404, 404]
    make_plan(own, on=date(2026, 12, 1))
    assert list(errors(client.post(add_url(own), typed(kind="renewal", plan=plan.public_id)))) == ["plan"]
