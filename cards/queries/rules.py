"""The versions of a card's rule, for its page."""

from dataclasses import dataclass

from cards.models import Action, Rule
from cards.queries.ledger import Facts
from cards.queries.rule_words import rule_sentences


@dataclass(frozen=True, slots=True)
class VersionInWords:
    rule: Rule
    sentences: tuple[str, ...]
    is_in_force: bool
    is_undone: bool
    entry: Action | None


def versions_in_words(facts: Facts, in_force: Rule | None) -> list[VersionInWords]:
    """Return all versions, the newest first, with the ledger entry by which each can be undone."""
    entries = {entry.rule_id: entry for entry in facts.actions if entry.rule_id}
    found = []
    for rule in reversed(facts.rules):
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
