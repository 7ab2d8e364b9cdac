"""What the actions of a card's rule cost: no date depends on it, yet it is a version as any change is."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import transaction

from cards.models import Rule, User

from .rules import RuleFacts, set_rule


@transaction.atomic
def set_costs(*, rule: Rule, costs: Iterable[dict[str, Any]], by: User, now: datetime) -> Rule:
    """Add a version that differs from `rule` in its costs alone. Nothing when they are the same."""
    wanted = list(costs)
    if wanted == rule.costs:
        return rule
    values = {item.name: getattr(rule, item.name) for item in fields(RuleFacts)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    facts = RuleFacts(**{**values, "costs": tuple(wanted)})
    row = set_rule(card=rule.card, facts=facts, applies_from=rule.applies_from, by=by, now=now)
    # It is still a copy of what the catalogue said then: a change that waits for an answer goes on waiting.
    if row.catalogue_digest != rule.catalogue_digest:
        row.catalogue_digest = rule.catalogue_digest
        row.save(update_fields=["catalogue_digest"])
    return row
