"""Operators of the catalogue in the panel: to look at; staff change what staff typed."""

from pathlib import Path

import pytest
import time_machine
from django.urls import reverse

from cards.models import User
from cards.services.operators import OperatorFacts, save_shared_operator
from tests.catalogue_pages.files import EXAMPLE, example
from tests.factories import NOW, client_of, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff() -> User:
    return make_user("staff@example.org", is_staff=True)


def page_of(staff: User, pk: int) -> str:
    response = client_of(staff).get(reverse("admin:cards_operator_change", args=[pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_a_catalogue_operator_shows_rules_codes_and_offers_and_no_field(staff: User, tmp_path: Path) -> None:
    operator = example(tmp_path)
    text = page_of(staff, operator.pk)
    assert "gives 180 days from that day" in text
    assert "*100#" in text and "Double data" in text
    assert 'name="name"' not in text and 'name="_save"' not in text


def test_what_a_file_tells_is_not_changed_in_the_panel(staff: User, tmp_path: Path) -> None:
    operator = example(tmp_path)
    url = reverse("admin:cards_operator_change", args=[operator.pk])
    assert client_of(staff).post(url, {"name": "Another"}).status_code == 403
    operator.refresh_from_db()
    assert operator.name == "Example Mobile"
    with pytest.raises(ValueError, match="in the file"):
        save_shared_operator(operator=operator, facts=OperatorFacts(name="Another"), now=NOW)


@pytest.mark.parametrize("table", ["cataloguerule", "operatorcode", "promotion", "plan"])
def test_what_somebody_imported_is_theirs(staff: User, tmp_path: Path, table: str) -> None:
    example(tmp_path)
    alice = client_of(make_user())
    own = EXAMPLE.replace("Example Mobile", "Secretmobile").replace('"Month"', '"Secretplan"')
    alice.post(reverse("operator_import"), {"text": own})
    text = client_of(staff).get(reverse(f"admin:cards_{table}_changelist")).content.decode()
    assert "Example Mobile" in text and "Secret" not in text


def test_what_staff_typed_has_fields_and_no_lists(staff: User) -> None:
    text = page_of(staff, make_operator().pk)
    assert 'name="name"' in text and 'name="_save"' in text
    assert "rules-0" not in text
