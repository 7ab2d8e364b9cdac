"""A changed rule of the catalogue beside the card's own: what differs, sentence by sentence."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cards.models import Confidence, Rule
from cards.queries.ledger import Facts, proposed_rule
from cards.queries.rule_words import rule_sentences
from cards.queries.rules import version_in_force


@dataclass(frozen=True, slots=True)
class Proposal:
    """`gone` holds only in the card's rule, `new` only in the changed one, `same` in both."""

    own: Rule | None
    proposed: Rule
    gone: tuple[str, ...]
    new: tuple[str, ...]
    same: tuple[str, ...]


def proposal_of(facts: Facts, today: date) -> Proposal | None:
    """Return what waits for the owner's choice; None: nothing does."""
    proposed = proposed_rule(facts)
    return difference(version_in_force(facts, today), proposed) if proposed is not None else None


def difference(own: Rule | None, proposed: Rule) -> Proposal:
    before, after = _lines(own) if own is not None else [], _lines(proposed)
    return Proposal(
        own=own,
        proposed=proposed,
        gone=tuple(line for line in before if line not in after),
        new=tuple(line for line in after if line not in before),
        same=tuple(line for line in after if line in before),
    )


def _lines(rule: Rule) -> list[str]:
    confidence = dict(Confidence.choices).get(rule.confidence, rule.confidence)
    return [*rule_sentences(rule), _("How sure it is: %(confidence)s.") % {"confidence": confidence}]
