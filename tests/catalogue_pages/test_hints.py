"""The card form proposes operator and country from what is typed; nothing is taken by itself."""

from pathlib import Path

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import Card, Operator
from cards.services.catalogue import load_catalogue
from tests.catalogue_pages.files import example
from tests.factories import NOW, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db
ADD = "/cards/add/"


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return client_of(make_user())


def typed(**changes: object) -> dict[str, object]:
    return {
        "label": "Typed", "form": "physical", "billing": "prepaid", "rule_action": "top-up",
        "rule_unit": "day", "plan_unit": "day", "plan_currency": "EUR", **changes,
    }  # fmt: skip


def hints(client: Client, **changes: object) -> list[str]:
    response = client.post(ADD, typed(hint="1", **changes), headers={"HX-Request": "true"})
    assert response.status_code == 200 and "<html" not in response.content.decode()
    return [hint.label for hint in response.context["hints"]]


def test_a_numbers_prefix_hints_at_the_operator_the_longest_first(client: Client, tmp_path: Path) -> None:
    example(tmp_path)
    assert hints(client, number="+973 3912 3456")[:2] == ["Example Mobile (Bahrain)", "Batelco (Bahrain)"]
    assert hints(client, number="3912 3456", country="BH")[0] == "Example Mobile (Bahrain)"
    assert hints(client, number="+973 3912 3456", operator="Batelco", country="BH") == []


def test_an_iccid_hints_at_the_operator(client: Client, tmp_path: Path) -> None:
    example(tmp_path)
    assert hints(client, iccid="8997 3019 1234 5678 901")[0] == "Example Mobile (Bahrain)"


def test_a_number_of_an_unknown_operator_hints_at_its_country(client: Client) -> None:
    assert hints(client, number="+86 138 0013 8000") == ["China"]
    assert hints(client, number="+86 138 0013 8000", country="CN") == []


@pytest.mark.parametrize("number", ["", "abc", "+", "12", "+999 123", "１２３"])
def test_what_is_no_number_hints_at_nothing(client: Client, number: str) -> None:
    assert hints(client, number=number) == []


def test_nothing_is_saved_by_a_hint_and_nothing_typed_is_lost(client: Client, tmp_path: Path) -> None:
    operator = example(tmp_path)
    sent = typed(
        number="+973 3912 3456",
        note="Keep this",
        purposes=["data"],
        take=operator.public_id,
        last_on="broken",
    )
    response = client.post(ADD, sent)
    assert response.status_code == 200 and not Card.objects.exists()
    text = response.content.decode()
    assert 'value="Example Mobile"' in text and '<option value="BH" selected>' in text
    assert "Keep this" in text and 'value="+973 3912 3456"' in text and 'value="broken"' in text
    assert response.context["form"]["purposes"].value() == ["data"]
    assert response.context["hints"] == []


def test_the_hints_stand_on_a_form_that_was_refused(client: Client, tmp_path: Path) -> None:
    example(tmp_path)
    response = client.post(ADD, typed(label="", number="+97339123456"))
    assert response.status_code == 422
    assert (
        '<button class="btn btn-quiet" type="submit" formnovalidate name="take"' in response.content.decode()
    )


def test_a_senseless_hint_changes_nothing(client: Client) -> None:
    anothers = make_operator("Secret", "BH", owner=make_user("bob@example.org"))
    for value in ("no-such", "country:XX", anothers.public_id):
        response = client.post(ADD, typed(operator="Mine", take=value))
        assert response.status_code == 200 and 'value="Mine"' in response.content.decode()
        assert "Secret" not in response.content.decode()


def test_an_other_name_finds_the_operator(client: Client, tmp_path: Path) -> None:
    operator = example(tmp_path)
    assert "Exmo" in client.get(ADD).content.decode()
    client.post(ADD, typed(operator="exmo"))
    assert Card.objects.get().operator == operator


def refused(response: HttpResponse) -> list[str]:
    assert response.status_code == 422
    return list(response.context["form"].errors)


def test_a_closed_operator_is_not_chosen_anew_but_stays_with_its_card(client: Client) -> None:
    load_catalogue(folders=[], now=NOW)
    skype = Operator.objects.get(key="skype-number")
    assert "operator" in refused(client.post(ADD, typed(operator=skype.name)))
    alice = make_user("carol@example.org")
    card = make_card(alice, operator=skype, label="Old", iccid="8997301912345678901")
    url = reverse("card_edit", args=[card.public_id])
    client_of(alice).post(url, typed(label="Older", operator=skype.name, country=skype.country))
    card.refresh_from_db()
    assert (card.label, card.operator) == ("Older", skype)


def test_editing_keeps_what_the_form_does_not_ask_for(client: Client) -> None:
    alice = make_user("carol@example.org")
    card = make_card(alice, iccid="8997301912345678901", installs_left=3)
    client_of(alice).post(reverse("card_edit", args=[card.public_id]), typed(label="Another"))
    card.refresh_from_db()
    assert (card.label, card.iccid, card.installs_left) == ("Another", "8997301912345678901", 3)


def test_an_iccid_is_kept_and_a_wrong_one_is_an_error(client: Client) -> None:
    assert refused(client.post(ADD, typed(iccid="123"))) == ["iccid"]
    client.post(ADD, typed(iccid="8997 3019 1234 5678 901"))
    assert Card.objects.get().iccid == "8997301912345678901"


def test_an_operator_that_belongs_to_no_country_needs_none(client: Client) -> None:
    load_catalogue(folders=[], now=NOW)
    client.post(ADD, typed(operator="Airalo"))
    assert Card.objects.get().operator == Operator.objects.get(key="airalo")
