"""A card's rule in the panel: all of its columns, none of a person's own words."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cards.models import Rule
from cards.services.rules import RuleFacts, set_rule
from tests.factories import NOW, client_of, make_card, make_user

pytestmark = pytest.mark.django_db

FACTS = RuleFacts(
    counts=("sms", "top-up"),
    period_count=180,
    period_unit="day",
    minimum=Decimal(10),
    currency="CAD",
    tiers=({"minimum": "25", "count": 60, "unit": "day", "mode": None, "is_credit": False},),
    cap_count=365,
    zero_count=45,
    needs=("inserted", "roaming"),
    costs=({"kind": "sms", "amount": "0.30", "currency": "GBP", "what": "SECRET what"},),
    stages=({"name": "SECRET stage", "count": 30, "unit": "day", "consequence": "number"},),
    source="SECRET source",
)


def test_staff_read_every_column_of_a_rule_but_no_words_of_its_holder() -> None:
    card = make_card(make_user())
    row = set_rule(card=card, facts=FACTS, applies_from=date(2026, 1, 1), by=card.owner, now=NOW)
    staff = client_of(make_user("staff@example.org", is_staff=True))
    text = staff.get(reverse("admin:cards_rule_change", args=[row.pk])).content.decode()
    told = (
        "180 days",
        "CAD\u00a025.00",
        "60 days",
        "365 days",
        "45 days",
        "roaming",
        "GBP\u00a00.30",
        "30 days",
    )
    assert [part for part in told if part not in text] == []
    assert "SECRET" not in text
    assert Rule.objects.get().costs[0]["what"] == "SECRET what"


def test_a_rule_that_the_catalogue_proposes_is_marked_in_the_list() -> None:
    card = make_card(make_user(), period=(180, "day"))
    card.rules.update(is_proposed=True)
    staff = client_of(make_user("staff@example.org", is_staff=True))
    url = reverse("admin:cards_rule_changelist")
    shown = {
        flag: [row.pk for row in staff.get(url, {"is_proposed__exact": flag}).context["cl"].result_list]
        for flag in (0, 1)
    }
    assert shown == {0: [], 1: [card.rules.get().pk]}
