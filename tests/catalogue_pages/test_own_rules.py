"""Rules and codes of a person's own operator: typed one by one, without writing a file."""

from datetime import date

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.catalogue.parse import parse_operator
from cards.models import Operator, OperatorFile
from cards.queries.operator_page import told_of
from cards.services.catalogue import load_catalogue
from cards.services.catalogue_rows import facts_of
from cards.services.own_operators import import_operator
from cards.services.rules import set_rule
from tests.catalogue_pages.files import EXAMPLE
from tests.factories import NOW, act, client_of, make_card, make_user
from tests.rule_pages.answers import untouched

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return client_of(make_user())


@pytest.fixture
def operator(client: Client) -> Operator:
    client.post(reverse("operator_add"), {"name": "My Mobile", "country": "BH"})
    return Operator.objects.get(name="My Mobile")


def imported(text: str = EXAMPLE) -> Operator:
    owner = make_user()
    told = parse_operator(text, key="bh-example", file="bh-example.toml")
    return import_operator(owner=owner, told=told, text=text, now=NOW)[0]


def url(operator: Operator, name: str, part: str = "") -> str:
    return reverse(name, args=[operator.public_id]) + (f"?part={part}" if part else "")


def typed(**changes: object) -> dict[str, object]:
    form: dict[str, object] = {
        "counts": ["top-up", "sms"], "period_count": "180", "period_unit": "day", "counts_from": "action",
        "mode": "reset", "currency": "BHD", "confidence": "A",
    }  # fmt: skip
    return {**form, **changes}


def page_of(client: Client, operator: Operator) -> str:
    return client.get(url(operator, "operator")).content.decode()


def marks(client: Client, operator: Operator, parts: str = "own_rules") -> list[str]:
    page = client.get(url(operator, "operator")).context["page"]
    return [mark for mark, _words in getattr(page, parts)]


def errors(response: HttpResponse) -> list[str]:
    assert response.status_code == 422
    return list(response.context["form"].errors)


def test_a_typed_rule_stands_on_the_page_in_the_file_and_at_the_choice_of_a_card(
    client: Client, operator: Operator
) -> None:
    stages = {
        "stage_0_name": "Barred", "stage_0_count": "30", "stage_0_unit": "day",
        "stage_0_consequence": "service", "stage_1_count": "2", "stage_1_unit": "week",
        "stage_1_consequence": "number",
    }  # fmt: skip
    sent = typed(minimum="2.500", when="Prepaid", cost_0_kind="sms", cost_0_amount="0.1",
                 cost_0_currency="BHD", needs=["inserted"], **stages)  # fmt: skip
    assert client.post(url(operator, "own_rule_edit"), sent).status_code == 302
    row = operator.rules.get(is_current=True)
    assert (row.title, row.data["period_count"], row.data["minimum"]) == ("Prepaid", 180, "2.500")
    assert [(stage["name"], stage["count"]) for stage in row.data["stages"]] == [
        ("Barred", 30),
        ("Stage 2", 2),
    ]
    assert "gives 180 days from that day" in page_of(client, operator)
    exported = client.get(url(operator, "operator_export")).content.decode()
    assert parse_operator(exported, key="x", file="").rules[0].when == "Prepaid"
    assert operator.owner is not None
    card = make_card(operator.owner, operator=operator)
    chosen = client.get(reverse("rule_choose", args=[card.public_id])).content.decode()
    assert "gives 180 days from that day" in chosen


def test_a_rule_without_a_period_asks_for_the_length_of_the_plan(client: Client, operator: Operator) -> None:
    client.post(url(operator, "own_rule_edit"), typed(period_count="", counts=["plan-bought"]))
    assert "period_count" not in operator.rules.get(is_current=True).data
    assert "as long as the plan that you buy" in page_of(client, operator)


@pytest.mark.slow
def test_a_rule_saved_untouched_is_the_same_rule_for_every_operator_of_the_catalogue() -> None:
    load_catalogue(folders=[], now=NOW)
    alice = make_user()
    client = client_of(alice)
    for file in OperatorFile.objects.select_related("operator").order_by("pk"):
        told = parse_operator(file.text, key=file.operator.key, file="")
        if not told.rules:
            continue
        row, _is_new = import_operator(owner=alice, told=told, text=file.text, now=NOW)
        before = {rule.key: rule.digest for rule in row.rules.filter(is_current=True)}
        for mark in marks(client, row):
            address = url(row, "own_rule_edit", mark)
            answer = client.post(address, untouched(client.get(address).context["form"]))
            assert answer.status_code == 302, (told.key, dict(answer.context["form"].errors))
        assert {rule.key: rule.digest for rule in row.rules.filter(is_current=True)} == before, told.key


def test_a_changed_rule_is_proposed_to_the_cards_that_took_it() -> None:
    row = imported()
    assert row.owner is not None
    client, card = client_of(row.owner), make_card(row.owner, operator=row)
    set_rule(card=card, facts=facts_of(row.rules.get()), applies_from=date(2026, 1, 1), by=row.owner, now=NOW)
    act(card, "top-up", on=date(2026, 11, 1), amount=5, currency="BHD")
    address = url(row, "own_rule_edit", marks(client, row)[0])
    shown = untouched(client.get(address).context["form"])
    assert client.post(address, {**shown, "period_count": "120"}).status_code == 302
    assert card.rules.get(is_proposed=True).period_count == 120
    told = told_of(Operator.objects.get(pk=row.pk))
    assert told is not None
    assert (told.rules[0].actions, told.rules[0].loss_after) == (("top up at least BHD 5",), None)
    assert told.rules[1].note == "said in a blog"


def test_a_rule_and_a_code_are_removed_after_a_question() -> None:
    row = imported()
    assert row.owner is not None
    client = client_of(row.owner)
    for _turn in range(2):
        address = url(row, "own_rule_remove", marks(client, row)[0])
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 302
        assert client.post(address).status_code == 404  # it is gone
    assert not row.rules.filter(is_current=True).exists()
    assert "No rule is known" in page_of(client, row)
    address = url(row, "own_code_remove", marks(client, row, "own_codes")[0])
    assert client.get(address).status_code == 200
    assert row.codes.exists()
    client.post(address)
    assert not row.codes.exists()


def test_a_code_is_added_dialled_and_changed(client: Client, operator: Operator) -> None:
    client.post(url(operator, "own_code_edit"), {"purpose": "balance", "dial": "*100#"})
    row = operator.codes.get()
    assert (row.label, row.text, row.dial, row.source) == (
        "Balance",
        "*100#",
        "*100#",
        "typed in by its holder",
    )
    assert 'href="tel:*100%23"' in page_of(client, operator)
    address = url(operator, "own_code_edit", marks(client, operator, "own_codes")[0])
    shown = untouched(client.get(address).context["form"])
    client.post(address, {**shown, "text": "send BAL to 888", "dial": ""})
    row = operator.codes.get()
    assert (row.text, row.dial) == ("send BAL to 888", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"counts": []}, "counts"),
        ({"counts": ["credit-sent"]}, "counts"),  # nothing a file can say
        ({"period_count": "0"}, "period_count"),
        ({"minimum": "5", "currency": ""}, "currency"),
        ({"minimum": "1.5", "currency": "JPY"}, "minimum"),
        ({"mode": "add"}, "mode"),
        ({"seen_on": "2027-01-01"}, "seen_on"),
        ({"when": "a\x00b"}, "when"),
        ({"when": "x" * 201}, "when"),
        ({"source": "x" * 601}, "source"),
        ({"stage_0_name": "x" * 61, "stage_0_count": "3", "stage_0_consequence": "credit"}, "stage_0_name"),
        (
            {
                "stage_0_count": "1", "stage_0_unit": "month", "stage_0_consequence": "credit",
                "stage_1_count": "9", "stage_1_unit": "day", "stage_1_consequence": "number",
            },
            "stage_0_count",
        ),
        ({"when": "zero\u200dwidth\u00adjoiner"}, "when"),
    ],
)  # fmt: skip
def test_a_bad_rule_is_an_error_at_its_field_and_nothing_typed_is_lost(
    client: Client, operator: Operator, changes: dict[str, object], field: str
) -> None:
    response = client.post(url(operator, "own_rule_edit"), {**typed(source="Keep this"), **changes})
    assert errors(response) == [field]
    assert field == "source" or "Keep this" in response.content.decode()
    assert not operator.rules.exists()


TOPUP = """
[[topup]]
amount = 5
currency = "BHD"
period = { count = 90, unit = "day" }
clock = "line"
mode = "reset"
source = "https://example.org"
seen = "unknown"
confidence = "A"
"""


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "top-ups of one rule must be in one currency"), ("zh-hans", "同一条规则的充值必须用同一种货币")],
)
def test_a_rule_that_contradicts_the_file_is_refused_in_the_readers_language(
    language: str, told: str
) -> None:
    row = imported(EXAMPLE + TOPUP)
    owner = row.owner
    assert owner is not None
    owner.language = language
    owner.save()
    client = client_of(owner)
    before = row.rules.get(is_current=True).digest
    response = client.post(url(row, "own_rule_edit"), typed(period_count="90", minimum="5", currency="EUR"))
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [told]
    assert row.rules.get(is_current=True).digest == before


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"purpose": "balance"}, "dial"),
        ({"purpose": "nothing", "dial": "*1#"}, "purpose"),
        ({"purpose": "balance", "dial": "javascript:alert(1)"}, "dial"),
        ({"purpose": "balance", "dial": "*1#", "label": "x" * 101}, "label"),
        ({"purpose": "balance", "dial": "*1#", "note": "a\x00b"}, "note"),
    ],
)
def test_a_bad_code_is_an_error_at_its_field(
    client: Client, operator: Operator, sent: dict[str, str], field: str
) -> None:
    assert field in errors(client.post(url(operator, "own_code_edit"), sent))
    assert not operator.codes.exists()


def test_the_operators_of_others_and_of_the_catalogue_have_no_such_pages(client: Client) -> None:
    load_catalogue(folders=[], now=NOW)
    shared = Operator.objects.get(key="gb-giffgaff")
    assert "rules/edit/" not in page_of(client, shared)
    for name in ("own_rule_edit", "own_rule_remove", "own_code_edit", "own_code_remove"):
        for answer in (client.get(url(shared, name)), client.post(url(shared, name), typed())):
            assert answer.status_code == 404
