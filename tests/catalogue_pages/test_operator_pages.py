"""What the catalogue knows about operators, on pages."""

from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cards.models import Operator
from cards.services.catalogue import load_catalogue
from tests.catalogue_pages.files import EXAMPLE, example, follower, load, write
from tests.factories import NOW, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return client_of(make_user())


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(reverse("operator_list") + query).context["found"].page
    return [row.operator.name for row in page.object_list]


def text_of(client: Client, operator: Operator) -> str:
    return client.get(reverse("operator", args=[operator.public_id])).content.decode()


def test_the_list_is_searched_by_name_other_name_and_country(client: Client, tmp_path: Path) -> None:
    example(tmp_path)
    assert names(client, "?q=EXMO") == names(client, "?q=example+mob") == ["Example Mobile"]
    kuwait = names(client, "?q=kuwait")
    assert "Zain Kuwait" in kuwait and kuwait == names(client, "?country=KW")
    assert names(client, "?country=KW&q=zain") == ["Zain Kuwait"]
    assert names(client, "?q=nothing+like+this") == []
    assert len(names(client, "?country=no-such&page=999")) > 0


def test_the_list_takes_the_same_queries_whatever_it_holds(client: Client, tmp_path: Path) -> None:
    counts = []
    for many in (1, 3, 200):
        for number in range(many):
            Operator.objects.get_or_create(name=f"Operator {number}", country="BH")
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("operator_list"))
        counts.append(len(captured))
    assert len(set(counts)) == 1 and counts[0] <= 5


def test_an_operators_page_takes_the_same_queries_whatever_it_holds(tmp_path: Path) -> None:
    card = follower(example(tmp_path))
    client, counts = client_of(card.owner), []
    more = EXAMPLE[EXAMPLE.index("[[code]]") :]
    for times in (1, 3, 20):
        write(tmp_path, EXAMPLE + more * times)
        load(tmp_path)
        with CaptureQueriesContext(connection) as captured:
            text_of(client, Operator.objects.get(key="bh-example"))
        counts.append(len(captured))
    assert len(set(counts)) == 1 and counts[0] <= 12


def test_a_page_shows_rules_with_source_day_confidence_and_what_others_say(
    client: Client, tmp_path: Path
) -> None:
    text = text_of(client, example(tmp_path))
    assert "A top-up from BHD\u00a05.000 on gives 180 days from that day" in text
    assert 'href="https://example.org/terms"' in text and "(read on Sat, 1 Aug 2026)" in text
    assert "A: the operator&#x27;s own words" in text
    assert "Another source says otherwise" in text and "said in a blog" in text
    assert "C: hearsay" in text and "(day not known)" in text


def test_codes_can_be_dialled_as_they_stand(client: Client, tmp_path: Path) -> None:
    text = text_of(client, example(tmp_path))
    assert 'href="tel:*100%23"' in text
    assert 'href="tel:+97317881234"' in text


def test_offers_stand_with_their_days_and_holidays_as_a_hint(client: Client, tmp_path: Path) -> None:
    operator = example(tmp_path)
    text = text_of(client, operator)
    assert "Double data" in text and "runs now" in text and "Sun, 20 Dec 2026" in text
    assert "Offers are likely around these public holidays:" in text
    assert "National Day" in text and "Wed, 16 Dec 2026 to Thu, 17 Dec 2026" in text
    with time_machine.travel("2026-12-21T12:00Z"):
        late = text_of(client, operator)
    assert "Offers that are over" in late and "runs now" not in late


def test_an_estimated_holiday_is_marked(tmp_path: Path) -> None:
    operator, alice = example(tmp_path), make_user()
    with time_machine.travel("2027-02-20T12:00Z"):
        text = text_of(client_of(alice), operator)
    assert "Eid al-Fitr" in text and "(estimated)" in text


def test_a_closed_operator_says_so_and_one_without_a_file_too(client: Client, tmp_path: Path) -> None:
    operator = example(tmp_path)
    skype = Operator.objects.get(key="skype-number")
    assert "No new card can be of this operator." in text_of(client, skype)
    (tmp_path / "bh-example.toml").unlink()
    load(tmp_path)
    assert "The catalogue does not name this operator any more." in text_of(client, operator)
    assert "Example Mobile" in text_of(client, operator)


def test_the_question_of_bahrain_and_kuwait_is_asked_in_the_readers_language(client: Client) -> None:
    load_catalogue(folders=[], now=NOW)
    operator = Operator.objects.get(key="kw-zain")
    card = make_card(make_user("carol@example.org"), operator=operator)
    english = text_of(client_of(card.owner), operator)
    assert "What does the operator&#x27;s SMS say" in english
    assert reverse("rule_edit", args=[card.public_id]) in english
    bob = client_of(make_user("bob@example.org", language="zh-hans"))
    assert "运营商的短信怎么说" in text_of(bob, operator)


def test_every_operator_of_the_catalogue_has_a_page(client: Client) -> None:
    load_catalogue(folders=[], now=NOW)
    for operator in Operator.objects.all():
        response = client.get(reverse("operator", args=[operator.public_id]))
        assert response.status_code == 200
        assert response.context["page"].told is not None


def test_an_operator_that_somebody_typed_has_a_page_without_a_file(client: Client) -> None:
    text = text_of(client, make_operator("Typed", "BH"))
    assert "No rule is known." in text and "Bahrain" in text


def test_anothers_own_operator_is_not_there(client: Client) -> None:
    operator = make_operator("Secret operator", "BH", owner=make_user("bob@example.org"))
    for name in ("operator", "operator_edit", "operator_export"):
        assert client.get(reverse(name, args=[operator.public_id])).status_code == 404
    assert "Secret operator" not in client.get(reverse("operator_list")).content.decode()


def test_a_shared_operator_is_not_for_everybody_to_edit(client: Client, tmp_path: Path) -> None:
    operator = example(tmp_path)
    url = reverse("operator_edit", args=[operator.public_id])
    assert client.get(url).status_code == client.post(url, {"name": "Mine"}).status_code == 404
