"""What a changed rule does to the dates is shown before it is saved: an earlier date in red."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card
from tests.factories import NOW, act, client_of, make_card, make_user
from tests.rule_pages.answers import untouched

pytestmark = pytest.mark.django_db
TIERS = {
    "currency": "CAD", "tier_0_minimum": "10", "tier_0_count": "30",
    "tier_1_minimum": "100", "tier_1_count": "365",
}  # fmt: skip


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def card() -> Card:
    """TELUS's tiers; the last top-up was CAD 100: a year from 1 November on."""
    card = make_card(make_user(time_zone="UTC"), period=(30, "day"), zone="UTC")
    send(card, **TIERS)
    act(card, "top-up", on=date(2026, 11, 1), amount=Decimal(100), currency="CAD")
    assert card.deadlines.get(kind="line").ends_on == date(2027, 11, 1)
    return card


def send(card: Card, **changes: str) -> str:
    """Send the form as it was shown but for the changes; return the page, empty after saving."""
    client, url = client_of(card.owner), reverse("rule_edit", args=[card.public_id])
    typed = {**untouched(client.get(url).context["form"]), **changes}
    headers = {"HX-Request": "true"} if "preview" in changes else {}
    return client.post(url, typed, headers=headers).content.decode()


@pytest.mark.parametrize(
    ("changes", "day", "earlier"),
    [
        ({"tier_1_count": "90"}, "Sat, 30 Jan 2027", "275 days earlier than before"),
        (
            {"tier_1_minimum": "", "tier_1_count": "", "tier_1_unit": "day"},
            "Tue, 1 Dec 2026",
            "335 days earlier than before",
        ),
        ({"tier_1_minimum": "150"}, "Tue, 1 Dec 2026", "335 days earlier than before"),
    ],
)
def test_tiers_that_are_missing_or_changed_show_the_earlier_date_in_red(
    card: Card, changes: dict[str, str], day: str, earlier: str
) -> None:
    page = send(card, **changes, preview="1")
    assert "Mon, 1 Nov 2027" in page and day in page
    assert "stage-over" in page
    assert "notice-error" in page and "Shorter!" in page and earlier in page
    assert card.deadlines.get(kind="line").ends_on == date(2027, 11, 1)


def test_a_longer_tier_is_not_red(card: Card) -> None:
    page = send(card, tier_1_count="400", preview="1")
    assert "35 days later than before" in page
    assert "Shorter!" not in page and "stage-over" not in page


def test_the_rules_page_leads_to_the_prices_alone(card: Card) -> None:
    bare = make_card(card.owner, label="Bare")
    client = client_of(card.owner)
    with_rule = client.get(reverse("rule_edit", args=[card.public_id])).content.decode()
    assert reverse("costs_edit", args=[card.public_id]) in with_rule
    without = client.get(reverse("rule_edit", args=[bare.public_id])).content.decode()
    assert reverse("costs_edit", args=[bare.public_id]) not in without
