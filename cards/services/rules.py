"""A card's validity rule: versions are added, never changed, and each change is a ledger entry."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cards.models import Action, ActionKind, Card, Rule, User
from cards.queries.ledger import rule_of
from cards.rules.validity import check_rule

from .timetable import lock_card, refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What prolongs the card. `stages`: dicts of name, count (None unknown), unit, consequence."""

    counts: tuple[str, ...]
    period_count: int
    period_unit: str
    counts_from: str = "action"
    mode: str = "reset"
    minimum: Decimal | None = None
    currency: str = ""
    has_first_day: bool = False
    stages: tuple[dict[str, Any], ...] = ()
    source: str = ""
    seen_on: date | None = None
    confidence: str = "A"


def rule_row(card: Card, facts: RuleFacts, *, applies_from: date, by: User, now: datetime) -> Rule:
    """Return the unsaved version. Raise ValueError where the rule contradicts itself."""
    row = Rule(
        card=card,
        applies_from=applies_from,
        counts=sorted(facts.counts),
        period_count=facts.period_count,
        period_unit=facts.period_unit,
        counts_from=facts.counts_from,
        mode=facts.mode,
        minimum=facts.minimum,
        currency=facts.currency if facts.minimum is not None else "",
        has_first_day=facts.has_first_day,
        stages=list(facts.stages),
        source=facts.source,
        seen_on=facts.seen_on,
        confidence=facts.confidence,
        by=by,
        recorded_at=now,
    )
    check_rule(rule_of(row))
    return row


@transaction.atomic
def set_rule(*, card: Card, facts: RuleFacts, applies_from: date, by: User, now: datetime) -> Rule:
    """Add a version of the card's rule. Voiding its ledger entry takes it back."""
    card = lock_card(card)
    row = rule_row(card, facts, applies_from=applies_from, by=by, now=now)
    row.save()
    Action.objects.create(
        card=card,
        kind=ActionKind.RULE_CHANGED,
        acted_on=applies_from,
        rule=row,
        by=by,
        recorded_at=now,
    )
    refresh(card, now)
    return row
