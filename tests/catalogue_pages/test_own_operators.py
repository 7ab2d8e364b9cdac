"""A person's own operators: typed, changed, written to a file and read from one."""

from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.catalogue.parse import parse_operator
from cards.models import Operator
from cards.services.catalogue import load_catalogue
from cards.services.catalogue_rows import facts_of
from cards.services.rules import set_rule
from tests.catalogue_pages.files import EXAMPLE, example
from tests.factories import NOW, act, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db
IMPORT = "/operators/import/"


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return client_of(make_user())


def typed(**changes: object) -> dict[str, object]:
    return {"name": "My Mobile", "country": "BH", "hotline": "123", **changes}


def errors(response: HttpResponse) -> dict[str, list[str]]:
    assert response.status_code == 422
    return dict(response.context["form"].errors)


def test_an_own_operator_is_added_with_its_countrys_clock_and_weekend(client: Client) -> None:
    response = client.post(reverse("operator_add"), typed(aliases="MyMo, 我的", number_prefixes="+973 39"))
    row = Operator.objects.get(name="My Mobile")
    assert response.headers["Location"] == reverse("operator", args=[row.public_id])
    assert row.owner is not None and row.owner.email == "alice@example.org"
    assert (row.time_zones, row.weekend) == (["Asia/Bahrain"], [4, 5])
    assert (row.aliases, row.number_prefixes) == (["MyMo", "我的"], ["+97339"])


def test_changing_the_country_moves_the_dates_of_its_cards(client: Client) -> None:
    client.post(reverse("operator_add"), typed())
    row = Operator.objects.get(name="My Mobile")
    assert row.owner is not None
    card = make_card(row.owner, operator=row, expires_on=date(2027, 3, 1))
    before = card.deadlines.get(kind="line").ends_at
    url = reverse("operator_edit", args=[row.public_id])
    assert client.get(url).context["form"].initial["time_zones"] == []  # the country's, whichever it is
    client.post(url, typed(country="CN"))
    after = card.deadlines.get(kind="line").ends_at
    assert before is not None and after is not None and after < before


def test_what_a_file_told_stays_when_the_rest_is_edited(client: Client) -> None:
    client.post(IMPORT, {"text": EXAMPLE})
    row = Operator.objects.get(name="Example Mobile")
    rule = row.rules.get()
    url = reverse("operator_edit", args=[row.public_id])
    initial = client.get(url).context["form"].initial
    assert initial["hotline"] == "+973 1788 1234"
    client.post(url, typed(name="Example Mobile", hotline="999", note="Ask for Ali"))
    row.refresh_from_db()
    assert (row.hotline, row.note, row.site_url, row.number_prefixes) == ("999", "Ask for Ali", "", [])
    assert row.rules.get() == rule and row.codes.get().dial == "*100#"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("country", "XX"),
        ("site", "javascript:alert(1)"),
        ("site", "example.org"),
        ("hotline", "1\x00"),
        ("time_zones", "Asia/Nowhere"),
        ("number_prefixes", "0097339"),
        ("weekend", ["0", "1", "2", "3", "4", "5", "6"]),
        ("aliases", "x" * 101),
    ],
)
def test_bad_input_is_an_error_at_its_field_and_nothing_typed_is_lost(
    client: Client, field: str, value: object
) -> None:
    response = client.post(reverse("operator_add"), typed(note="Keep this", **{field: value}))
    assert list(errors(response)) == [field]
    assert "Keep this" in response.content.decode()
    assert not Operator.objects.exists()


def test_the_same_name_in_the_same_country_is_there_once(client: Client) -> None:
    client.post(reverse("operator_add"), typed())
    assert list(errors(client.post(reverse("operator_add"), typed()))) == ["name"]
    assert client.post(reverse("operator_add"), typed(country="KW")).status_code == 302


def test_an_imported_file_becomes_an_own_operator_with_rules(client: Client) -> None:
    file = SimpleUploadedFile("bh-example.toml", EXAMPLE.encode(), "application/toml")
    response = client.post(IMPORT, {"file": file})
    row = Operator.objects.get(name="Example Mobile")
    assert response.headers["Location"] == reverse("operator", args=[row.public_id])
    assert row.owner is not None and row.key == "bh-example"
    assert row.rules.get().data["period_count"] == 180
    assert row.plans.get().owner == row.owner
    assert not client_of(make_user("bob@example.org")).get(reverse("operator_list")).context["found"].total


def test_a_broken_file_is_an_error_with_its_line_and_the_text_stays_to_be_mended(client: Client) -> None:
    broken = EXAMPLE.replace('mode = "reset"', 'mode = "perhaps"', 1)
    file = SimpleUploadedFile("bh-example.toml", broken.encode(), "application/toml")
    response = client.post(IMPORT, {"file": file})
    assert errors(response)["text"] == ["Line 28, rule[0].mode: must be one of add, reset, at-least"]
    assert "said in a blog" in response.content.decode()
    assert not Operator.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "file"),
        ({"text": "not toml"}, "text"),
        ({"text": 'name = "A"'}, "text"),
        ({"file": SimpleUploadedFile("a.toml", b"\xff\xfe\x00")}, "file"),
        ({"file": SimpleUploadedFile("a.toml", b"#" * 1_000_001)}, "file"),
        ({"text": EXAMPLE.replace("count = 30", "count = 36000")}, "text"),
    ],
)
def test_what_is_no_file_of_an_operator_is_refused(
    client: Client, sent: dict[str, object], field: str
) -> None:
    assert field in errors(client.post(IMPORT, sent))
    assert not Operator.objects.exists()


def test_what_is_wrong_is_said_in_the_readers_language() -> None:
    bob = client_of(make_user("bob@example.org", language="zh-hans"))
    broken = EXAMPLE.replace('mode = "reset"', 'mode = "perhaps"', 1)
    file = SimpleUploadedFile("bh-example.toml", broken.encode(), "application/toml")
    assert errors(bob.post(IMPORT, {"file": file}))["text"] == [
        "第 28 行，rule[0].mode：只能是以下之一：add, reset, at-least"
    ]
    added = EXAMPLE.replace('mode = "reset"', 'mode = "add"', 1)
    assert errors(bob.post(IMPORT, {"text": added}))["text"] == [
        "第 23 行，rule[0]：在剩余时间上累加，就不能从操作当天算起：请改为从两者中较晚的算起"
    ]
    too_long = EXAMPLE.replace("count = 30", "count = 36000")
    assert errors(bob.post(IMPORT, {"text": too_long}))["text"] == ["时长不能超过 32767 天"]
    answer = bob.post(reverse("operator_add"), typed(site="see https://example.org"))
    assert errors(answer)["site"] == ["必须是以 https:// 开头的网址"]


def test_importing_once_more_replaces_it_and_its_cards_are_asked(client: Client) -> None:
    client.post(IMPORT, {"text": EXAMPLE})
    row = Operator.objects.get(name="Example Mobile")
    assert row.owner is not None
    card = make_card(row.owner, operator=row)
    set_rule(card=card, facts=facts_of(row.rules.get()), applies_from=date(2026, 1, 1), by=row.owner, now=NOW)
    act(card, "top-up", on=date(2026, 11, 1), amount=5, currency="BHD")
    shorter = EXAMPLE.replace("count = 180", "count = 120").replace("count = 270", "count = 210")
    client.post(IMPORT, {"text": shorter})
    assert Operator.objects.get(name="Example Mobile") == row
    assert card.rules.get(is_proposed=True).period_count == 120
    assert card.deadlines.get(kind="line").ends_on == date(2027, 3, 1)


def test_an_export_can_be_imported_by_somebody_else(client: Client) -> None:
    client.post(IMPORT, {"text": EXAMPLE})
    row = Operator.objects.get(name="Example Mobile")
    response = client.get(reverse("operator_export", args=[row.public_id]))
    assert response.headers["Content-Disposition"] == 'attachment; filename="operator.toml"'
    text = response.content.decode()
    assert parse_operator(text, key="operator", file="") == parse_operator(EXAMPLE, key="operator", file="")
    bob = make_user("bob@example.org")
    client_of(bob).post(IMPORT, {"text": text})
    assert bob.operators.get().rules.get().digest == row.rules.get().digest


def test_every_operator_can_be_exported_also_those_without_a_file(client: Client, tmp_path: Path) -> None:
    load_catalogue(folders=[], now=NOW)
    example(tmp_path)
    make_operator("Typed by staff", "BH")
    make_operator("Own & typed", "", owner=make_user("carol@example.org"))
    carol = client_of(Operator.objects.get(name="Own & typed").owner)  # type: ignore[arg-type]
    for row in Operator.objects.all():
        answer = carol.get(reverse("operator_export", args=[row.public_id]))
        told = parse_operator(answer.content.decode(), key="operator", file="")
        assert (told.name, told.country) == (row.name, row.country)
