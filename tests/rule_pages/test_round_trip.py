"""A rule goes through its form and comes out whole, whatever it holds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card, CatalogueRule, Rule
from cards.services.catalogue import load_catalogue
from cards.services.catalogue_rows import facts_of
from cards.services.rules import RuleFacts, facts_of_version, set_rule
from tests.factories import NOW, client_of, make_card, make_user
from tests.rule_pages.answers import untouched

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 1)
FULL = RuleFacts(
    counts=("call", "sms", "top-up"),
    period_count=180,
    period_unit="day",
    counts_from="later",
    mode="at-least",
    minimum=Decimal("5.000"),
    currency="BHD",
    minima={"top-up": "10.500"},
    tiers=tuple(
        {
            "minimum": str(amount),
            "count": amount,
            "unit": "day",
            "mode": ("reset", None)[amount % 2],
            "is_credit": amount > 80,
        }
        for amount in range(10, 90, 10)
    ),
    first_count=6,
    first_unit="month",
    is_started_by_action=True,
    cap_count=2,
    cap_unit="year",
    zero_count=90,
    zero_unit="day",
    needs=("vpn", "inserted"),
    costs=(
        {"kind": "sms", "amount": "0.3000", "currency": "GBP", "what": "abroad"},
        {"kind": "sms", "amount": "0", "currency": "GBP", "what": ""},
    ),
    has_first_day=True,
    stages=tuple({"name": f"{n}", "count": n, "unit": "week", "consequence": "service"} for n in range(1, 7)),
    source="x" * 650,
    seen_on=DAY,
    confidence="B",
)


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def following(facts: RuleFacts) -> Card:
    card = make_card(make_user(), label="Follower")
    set_rule(card=card, facts=facts, applies_from=DAY, by=card.owner, now=NOW)
    return card


def sent(card: Card, **changes: object) -> Rule:
    """Send the form as it was shown but for the changes; return the newest version."""
    client, url = client_of(card.owner), reverse("rule_edit", args=[card.public_id])
    answer = client.post(url, {**untouched(client.get(url).context["form"]), **changes})
    assert answer.status_code == 302, dict(answer.context["form"].errors)
    row = card.rules.order_by("pk").last()
    assert row is not None
    return row


def written_anew(facts: RuleFacts) -> RuleFacts:
    """Read the rule into a form and write it down for a card that has none."""
    source = following(facts)
    bob = make_user("bob@example.org")
    bare = make_card(bob, label="Bare")
    shown = client_of(source.owner).get(reverse("rule_edit", args=[source.public_id])).context["form"]
    url = reverse("rule_edit", args=[bare.public_id])
    # Such rows as only this rule needs: a card without a rule has the usual number.
    answer = client_of(bob).post(url, untouched(shown))
    assert answer.status_code == 302, dict(answer.context["form"].errors)
    facts = facts_of_version(bare.rules.get())
    bob.delete()
    source.owner.delete()
    return facts


def numbers(told: RuleFacts) -> RuleFacts:
    """The same rule with each amount as a number: "10.0" and "10" are one."""
    return replace(
        told,
        catalogue=None,
        catalogue_digest="",
        minima={kind: Decimal(amount) for kind, amount in told.minima.items()},  # type: ignore[misc]
        tiers=tuple({**tier, "minimum": Decimal(tier["minimum"])} for tier in told.tiers),
        costs=tuple({**cost, "amount": Decimal(cost["amount"])} for cost in told.costs),
    )


def catalogue_facts() -> list[RuleFacts]:
    load_catalogue(folders=[], now=NOW)
    rows = CatalogueRule.objects.order_by("pk")
    return [facts_of(row, period=None if row.data.get("period_count") else (31, "day")) for row in rows]


@pytest.mark.slow
def test_every_rule_of_the_catalogue_comes_out_of_its_form_as_it_went_in() -> None:
    known = catalogue_facts()
    assert len(known) > 50
    for facts in known:
        assert numbers(written_anew(facts)) == numbers(facts), facts.catalogue


def test_a_rule_of_the_catalogue_stays_its_copy_when_only_the_day_is_changed() -> None:
    for facts in catalogue_facts()[::6]:
        card = following(facts)
        before = facts_of_version(card.rules.get())
        row = sent(card, applies_from="2026-02-01")
        assert (row.applies_from, facts_of_version(row)) == (date(2026, 2, 1), before)
        assert row.catalogue == facts.catalogue
        card.owner.delete()


def test_a_rule_with_every_column_loses_none() -> None:
    card = following(FULL)
    row = sent(card, source="The hotline")
    assert numbers(facts_of_version(row)) == numbers(replace(FULL, source="The hotline"))


def test_saving_a_full_rule_untouched_writes_nothing() -> None:
    card = following(FULL)
    sent(card)
    assert card.rules.count() == 1


def test_a_changed_row_changes_its_column_alone() -> None:
    card = following(FULL)
    row = sent(card, tier_0_count="11", cap_count="")
    told = facts_of_version(row)
    assert (told.tiers[0]["count"], told.tiers[7], told.cap_count) == (11, FULL.tiers[7], None)
    assert numbers(replace(told, tiers=(), cap_count=2)) == numbers(replace(FULL, tiers=()))


@pytest.mark.parametrize(
    ("changes", "is_copy"),
    [
        ({"source": "The hotline", "seen_on": "2026-11-01"}, True),
        ({"needs": ["vpn"]}, True),
        ({"cost_0_kind": "top-up", "cost_0_amount": "3", "cost_0_currency": "CAD"}, True),
        ({"period_count": "31"}, False),
        ({"tier_0_is_credit": "on"}, False),
        ({"confidence": "C"}, False),
    ],
)
def test_a_copy_of_the_catalogue_stays_one_while_its_reckoning_stays(
    changes: dict[str, object], is_copy: bool
) -> None:
    load_catalogue(folders=[], now=NOW)
    told = CatalogueRule.objects.get(operator__key="ca-telus-prepaid")
    card = following(facts_of(told))
    card.rules.update(catalogue_digest="of last year")
    row = sent(card, **changes)
    assert card.rules.count() == 2
    kept = (told, "of last year") if is_copy else (None, "")
    assert (row.catalogue, row.catalogue_digest) == kept
