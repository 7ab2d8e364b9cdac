"""The list of cards: search, stages, order, pages."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card, Deadline, User
from cards.queries.card_list import Wish, card_list
from cards.queries.sight import Reader, sight_of
from cards.queries.stages import ORDER, has_stage, stage_counts, stage_counts_of
from cards.rules.stages import Stage
from cards.services.cards import archive_card
from tests.factories import NOW, client_of, make_card, make_operator, make_user

pytestmark = pytest.mark.django_db


def found(user: User, **query: str) -> list[str]:
    page = query.pop("page", "1")
    result = card_list(user, Wish.of(query), page=page, now=NOW)
    return [row["label"] for row in result.rows]


def get(user: User, query: str = "") -> Any:
    with time_machine.travel(NOW, tick=False):
        return client_of(user).get(f"/cards/{query}")


@pytest.fixture
def alice() -> User:
    alice = make_user()
    bahrain = make_operator("Batelco", "BH", owner=alice)
    make_card(alice, label="Bank codes", number="+97336123456", operator=bahrain)
    make_card(alice, label="Travel 50%", seller="Nomad shop", expires_on=date(2026, 12, 3))
    make_card(alice, label="Phone_2", number="+447400123456", expires_on=date(2026, 12, 20))
    make_card(make_user("bob@example.org"), label="Bank of Bob", number="+97336123456")
    return alice


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("bank", "Bank codes"),
        ("3612 3456", "Bank codes"),
        ("+973 36", "Bank codes"),
        ("0044 7400", "Phone_2"),
        ("batelco", "Bank codes"),
        ("nomad", "Travel 50%"),
        ("50%", "Travel 50%"),
        ("e_2", "Phone_2"),
        ("  codes  ", "Bank codes"),
    ],
)
def test_search_finds_by_label_number_operator_and_seller(alice: User, text: str, label: str) -> None:
    assert found(alice, q=text) == [label]


@pytest.mark.parametrize("text", ["zzz", "%%%", "x" * 10_000, "'; drop table", "\U0001f600"])
def test_a_search_without_a_match_says_so_and_offers_the_way_back(alice: User, text: str) -> None:
    response = get(alice, f"?q={text.replace('%', '%25')}")
    assert response.status_code == 200
    assert "No card fits" in response.content.decode()


@pytest.mark.parametrize(
    "query", ["?stage=nonsense", "?sort=password", "?page=-3", "?page=x", "?page=99999999999999", "?q=%00"]
)
def test_a_senseless_address_shows_the_list(alice: User, query: str) -> None:
    response = get(alice, query)
    assert response.status_code == 200
    assert "Bank codes" in response.content.decode()


def test_the_list_is_sorted_as_asked(alice: User) -> None:
    assert found(alice) == ["Travel 50%", "Phone_2", "Bank codes"]
    assert found(alice, sort="label") == ["Bank codes", "Phone_2", "Travel 50%"]
    assert found(alice, sort="operator") == ["Bank codes", "Phone_2", "Travel 50%"]
    assert found(alice, sort="added") == ["Phone_2", "Travel 50%", "Bank codes"]


def test_a_stage_narrows_the_list_and_its_chip_counts(alice: User) -> None:
    assert found(alice, stage="due") == ["Travel 50%"]
    assert found(alice, stage="none") == ["Bank codes"]
    text = get(alice, "?stage=due").content.decode()
    assert 'aria-current="true" href="/cards/?stage=due">act now <b>1</b>' in text
    assert 'href="/cards/">all <b>3</b>' in text


def test_the_archive_is_a_list_of_its_own(alice: User) -> None:
    archive_card(card=alice.cards.get(label="Phone_2"), by=alice, now=NOW)
    assert "Phone_2" not in found(alice)
    assert found(alice, archived="1") == ["Phone_2"]


def test_cards_of_others_are_found_by_nothing(alice: User) -> None:
    assert found(alice, q="Bank of Bob") == []
    assert "Bank of Bob" not in get(alice).content.decode()


def test_fifty_cards_fill_a_page_and_the_links_keep_the_search() -> None:
    alice = make_user()
    Card.objects.bulk_create(Card(owner=alice, label=f"Card {n:03}", created_at=NOW) for n in range(120))
    assert len(found(alice, sort="label")) == 50
    assert found(alice, sort="label", page="3") == [f"Card {n:03}" for n in range(100, 120)]
    text = get(alice, "?q=Card&sort=label&page=2").content.decode()
    assert "?q=Card&amp;sort=label&amp;page=3" in text
    assert "Page 2 of 3" in text


@pytest.mark.parametrize("lost_after", [None, 1, 40])
def test_the_database_and_the_rules_agree_on_every_stage(lost_after: int | None) -> None:
    alice, reader = make_user(), Reader(language="en", zone="UTC")
    edges = [timedelta(days=d, seconds=s) for d in (-50, -1, 0, 1, 7, 30, 31, 300) for s in (-1, 0, 1)]
    for edge in edges:
        card = make_card(alice)
        ends_at = NOW + edge
        card.leading = Deadline.objects.create(
            card=card, kind="own", subject="x", known_at=NOW, ends_at=ends_at, ends_on=ends_at.date(),
            act_by_at=ends_at - timedelta(days=1),
            lost_at=None if lost_after is None else ends_at + timedelta(days=lost_after),
        )  # fmt: skip
        card.save()
    make_card(alice)
    cards = Card.objects.select_related("leading", "operator", "owner")
    by_rules: dict[Stage, set[int]] = {stage: set() for stage in ORDER}
    for card in cards:
        stage = sight_of(card.leading, card, now=NOW, reader=reader).stage if card.leading else Stage.NONE
        by_rules[stage].add(card.pk)
    by_database = {stage: {card.pk for card in cards.filter(has_stage(stage, now=NOW))} for stage in ORDER}
    assert by_database == by_rules
    counts = {stage: len(ids) for stage, ids in by_rules.items()}
    assert stage_counts(cards, now=NOW) == counts
    assert stage_counts_of(alice, is_archive=False, now=NOW) == counts
    assert stage_counts_of(alice, is_archive=True, now=NOW) == dict.fromkeys(ORDER, 0)


def test_the_page_takes_the_same_queries_and_stays_small_with_any_number_of_cards() -> None:
    alice = make_user()
    operator = make_operator(owner=alice)
    client, queries = client_of(alice), []
    for count in (1, 3, 1000):
        first = alice.cards.first() or make_card(alice, expires_on=date(2026, 12, 3), operator=operator)
        Card.objects.bulk_create(
            Card(
                owner=alice, label="A label of usual length", number="+97336123456", created_at=NOW,
                operator=operator, leading=first.leading, urgent_at=NOW,
            )
            for _ in range(count - alice.cards.count())
        )  # fmt: skip
        with CaptureQueriesContext(connection) as captured, time_machine.travel(NOW, tick=False):
            response = client.get("/cards/")
        queries.append(len(captured))
        assert len(response.content) < 100_000
    assert len(set(queries)) == 1
    assert queries[0] <= 12
