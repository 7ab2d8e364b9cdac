"""The versions of a card's rule, for its page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cards.models import Action, Rule
from cards.queries.ledger import Facts, rule_of
from cards.queries.rule_words import rule_sentences


@dataclass(frozen=True, slots=True)
class VersionInWords:
    rule: Rule
    sentences: tuple[str, ...]
    is_in_force: bool
    is_undone: bool
    entry: Action | None


def version_in_force(facts: Facts, day: date) -> Rule | None:
    """Return the version that holds on a day; before the first one the first. No undone or proposed one."""
    undone = {entry.rule_id for entry in facts.actions if entry.pk in facts.voided and entry.rule_id}
    rules = [rule for rule in facts.rules if rule.pk not in undone and not rule.is_proposed]
    in_force = [rule for rule in rules if rule.applies_from <= day]
    return in_force[-1] if in_force else (rules[0] if rules else None)


def versions_in_words(facts: Facts, in_force: Rule | None) -> list[VersionInWords]:
    """Return all versions, the newest first, with the ledger entry by which each can be undone."""
    entries = {entry.rule_id: entry for entry in facts.actions if entry.rule_id}
    found = []
    for rule in reversed([rule for rule in facts.rules if not rule.is_proposed]):
        entry = entries.get(rule.pk)
        found.append(
            VersionInWords(
                rule=rule,
                sentences=tuple(rule_sentences(rule)),
                is_in_force=in_force is not None and rule.pk == in_force.pk,
                is_undone=entry is not None and entry.pk in facts.voided,
                entry=entry,
            )
        )
    return found


def is_same_rule(one: Rule, other: Rule) -> bool:
    """Tell whether two versions say the same, from whatever day they apply and wherever they come from."""
    return _said(one) == _said(other)


def is_same_reckoning(one: Rule, other: Rule) -> bool:
    """Tell whether two versions give the same dates: where it stands, needs and prices may differ."""
    return rule_of(one) == rule_of(other)


def _said(row: Rule) -> tuple[Any, ...]:
    costs = [
        (cost["kind"], Decimal(str(cost["amount"])), cost["currency"], cost.get("what", ""))
        for cost in row.costs
    ]
    return rule_of(row), set(row.needs), costs, row.source, row.seen_on
