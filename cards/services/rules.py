"""A card's validity rule: versions are added, never changed, and each change is a ledger entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cards.models import Action, ActionKind, Card, CatalogueRule, Rule, User
from cards.queries.ledger import rule_of
from cards.rules.validity import check_rule

from .timetable import lock_card, refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What prolongs the card: the columns of a Rule.

    `stages`: dicts of name, count (None unknown), unit, consequence. `tiers`: dicts of minimum (text),
    count, unit, mode (None: the rule's), is_credit. `minima`: {kind: amount as text}. `costs`: dicts
    of kind, amount (text), currency, what.
    """

    counts: tuple[str, ...]
    period_count: int
    period_unit: str
    counts_from: str = "action"
    mode: str = "reset"
    minimum: Decimal | None = None
    currency: str = ""
    minima: Mapping[str, str] = field(default_factory=dict)
    tiers: tuple[dict[str, Any], ...] = ()
    first_count: int | None = None
    first_unit: str = "day"
    is_started_by_action: bool = False
    cap_count: int | None = None
    cap_unit: str = "day"
    zero_count: int | None = None
    zero_unit: str = "day"
    is_lost_at_end: bool = False
    needs: tuple[str, ...] = ()
    costs: tuple[dict[str, Any], ...] = ()
    catalogue: CatalogueRule | None = None
    catalogue_digest: str = ""  # of what was taken over; empty: as the catalogue says it now
    has_first_day: bool = False
    stages: tuple[dict[str, Any], ...] = ()
    source: str = ""
    seen_on: date | None = None
    confidence: str = "A"


def rule_row(card: Card, facts: RuleFacts, *, applies_from: date, by: User | None, now: datetime) -> Rule:
    """Return the unsaved version. Raise ValueError where the rule contradicts itself."""
    values = {item.name: _plain(getattr(facts, item.name)) for item in fields(facts)}
    row = Rule(card=card, applies_from=applies_from, by=by, recorded_at=now, **values)
    row.counts = sorted(facts.counts)
    if facts.minimum is None and not facts.minima and not facts.tiers:
        row.currency = ""
    if facts.catalogue is None:
        row.catalogue_digest = ""
    elif not facts.catalogue_digest:
        row.catalogue_digest = facts.catalogue.digest
    check_rule(rule_of(row))
    return row


def facts_of_version(row: Rule) -> RuleFacts:
    """Return a stored version as facts, so that a form changes what it asks for and nothing else."""
    values: dict[str, Any] = {item.name: getattr(row, item.name) for item in fields(RuleFacts)}
    for name, value in values.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return RuleFacts(**values)


def _plain(value: Any) -> Any:
    """Return a value as a JSON column takes it."""
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


@transaction.atomic
def set_rule(*, card: Card, facts: RuleFacts, applies_from: date, by: User, now: datetime) -> Rule:
    """Add a version of the card's rule. Voiding its ledger entry takes it back."""
    card = lock_card(card)
    row = rule_row(card, facts, applies_from=applies_from, by=by, now=now)
    row.save()
    if not card.rules.filter(is_proposed=False, applies_from__gt=applies_from).exists():
        # The holder has said what holds: that answers what the catalogue proposes.
        card.rules.filter(is_proposed=True).delete()
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
