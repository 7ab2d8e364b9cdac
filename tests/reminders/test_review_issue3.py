"""Doubts about the clocks of issue 3, each told through the services."""

from decimal import Decimal

import pytest

from cards.models import CatalogueRule
from cards.services.actions import ActionFacts, correct_action
from cards.services.proposals import propose_changed_rules
from cards.services.rules import RuleFacts, set_rule
from tests.factories import utc
from tests.lives.life import begin, day

pytestmark = pytest.mark.django_db


def test_a_zero_in_another_currency_does_not_use_up_a_credit_lot(mailbox_dir: object) -> None:
    life = begin("kw-zain", now="2026-03-01", rule=None)
    life.does("top-up", "2026-03-01", amount=Decimal(10), currency="KWD", until_on=day("2026-04-01"))
    life.at("2026-03-02")
    life.does("reading", "2026-03-02", balance=Decimal(0), currency="USD")
    assert life.dates("credit-lot") == ["2026-04-01"]
    life.does("reading", "2026-03-02", balance=Decimal(0), currency="KWD")
    assert life.dates("credit-lot") == []


def test_a_corrected_cancellation_stays_before_the_restoring_of_its_day(mailbox_dir: object) -> None:
    life = begin("hk-valuegb", now="2026-01-01")
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD")
    life.at("2026-02-01")
    cancelled = life.does("cancelled", "2026-02-01")
    assert life.ends() == "dropped"
    life.does("restored", "2026-02-01")
    assert life.ends() == "2027-01-01"
    correct_action(
        action=cancelled,
        facts=ActionFacts(kind="cancelled", acted_on=day("2026-02-01"), note="By phone"),
        by=life.owner,
        now=life.now,
    )
    assert life.ends() == "2027-01-01"


def test_a_changed_rule_brings_its_clock_of_a_zero_balance_at_once(mailbox_dir: object) -> None:
    life = begin("hk-valuegb", now="2026-01-01")
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD")
    life.at("2026-03-01")
    life.does("reading", "2026-03-01", balance=Decimal(0), currency="HKD")
    assert life.ends("zero-balance") == "none"
    row = CatalogueRule.objects.get(operator=life.card.operator)
    CatalogueRule.objects.filter(pk=row.pk).update(
        data={**row.data, "zero_count": 30, "zero_unit": "day"}, digest="another"
    )
    assert propose_changed_rules(now=life.now) == 1
    assert life.ends("zero-balance") == "2026-03-31"


def test_money_of_another_currency_does_not_end_a_balance_of_zero(mailbox_dir: object) -> None:
    life = begin("hk-valuegb", now="2026-01-01", rule=None)
    facts = RuleFacts(counts=("top-up",), period_count=365, period_unit="day", zero_count=45)
    set_rule(card=life.card, facts=facts, applies_from=day("2026-01-01"), by=life.owner, now=life.now)
    life.does("reading", "2026-01-01", balance=Decimal(0), currency="HKD")
    assert life.ends("zero-balance") == "2026-02-15"  # 1 January + 45 days
    life.at("2026-01-10")
    life.does("reading", "2026-01-10", balance=Decimal(5), currency="USD")
    assert life.ends("zero-balance") == "2026-02-15"
    life.does("reading", "2026-01-10", balance=Decimal(5), currency="HKD")
    assert life.ends("zero-balance") == "dropped"


def test_a_line_put_to_rest_after_it_was_restored_is_at_rest(mailbox_dir: object) -> None:
    """Entered the other way round: on one day the instants decide."""
    life = begin("hk-valuegb", now="2026-05-02", rule=None)
    life.does("suspended", "2026-05-01", acted_at=utc("2026-05-01 07:00"), until_on=day("2026-08-01"))
    life.does("restored", "2026-05-01", acted_at=utc("2026-05-01 01:00"))
    assert life.ends("suspension") == "2026-08-01"
    life.does("restored", "2026-05-01", acted_at=utc("2026-05-01 09:00"))
    assert life.ends("suspension") == "met"
