"""A rule of the catalogue that changed, and the cards that have a copy of it: their owners choose."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from cards.models import Card, Event, EventKind, Rule, User
from cards.queries.ledger import load_facts
from cards.queries.rules import version_in_force
from cards.rules.places import day_at

from .preview import Preview, effects_between
from .proposing import propose_changed_rules
from .rules import facts_of_version, rule_row, set_rule
from .timetable import lock_card, refresh
from .wanted import line_validity

__all__ = [
    "NothingProposed",
    "accept_proposed_rule",
    "both_dates",
    "decline_proposed_rule",
    "preview_proposed_rule",
    "propose_changed_rules",
]


class NothingProposed(Exception):
    """The proposal was answered already, or a newer one has taken its place."""


def preview_proposed_rule(
    *, card: Card, proposed: Rule, applies_from: date, by: User, now: datetime
) -> Preview:
    """Show what taking the proposal over from a day on would do to the deadlines."""
    known = load_facts(card)
    row = rule_row(card, facts_of_version(proposed), applies_from=applies_from, by=by, now=now)
    row.pk = max(rule.pk for rule in known.rules) + 1
    own = tuple(rule for rule in known.rules if not rule.is_proposed)
    return Preview(effects=effects_between(known, replace(known, rules=(*own, row))))


def both_dates(card: Card) -> tuple[date | None, date | None]:
    """Return the line's end under the card's own rule and under the proposed one."""
    known = load_facts(card)
    return line_validity(known).ends_on, line_validity(known, with_proposed=True).ends_on


@transaction.atomic
def accept_proposed_rule(
    *, card: Card, applies_from: date, by: User, now: datetime, digest: str | None = None
) -> Rule:
    """Make the proposal a version of the card's rule, with its ledger entry.

    `digest`: of the change that was looked at; None takes whatever waits. Raise NothingProposed.
    """
    card = lock_card(card)
    proposed = _waiting(card, digest)
    facts = facts_of_version(proposed)
    card.rules.filter(is_proposed=True).delete()
    row = set_rule(card=card, facts=facts, applies_from=applies_from, by=by, now=now)
    # What was shown is what was taken, whatever the files say by now.
    row.catalogue_digest = proposed.catalogue_digest
    row.save(update_fields=["catalogue_digest"])
    return row


@transaction.atomic
def decline_proposed_rule(*, card: Card, by: User, now: datetime, digest: str | None = None) -> None:
    """Keep the card's own rule; the same change is not proposed again. Raise NothingProposed."""
    card = lock_card(card)
    proposed = _waiting(card, digest)
    own = version_in_force(load_facts(card), day_at(now, card.zones))
    card.rules.filter(is_proposed=True).delete()
    if own is not None:
        Rule.objects.filter(pk=own.pk).update(catalogue_digest=proposed.catalogue_digest)
    Event.objects.create(card=card, kind=EventKind.RULE_DECLINED, by=by, happened_at=now)
    refresh(card, now)


def _waiting(card: Card, digest: str | None) -> Rule:
    found = card.rules.filter(is_proposed=True).select_related("catalogue").order_by("pk").last()
    if found is None or digest not in (None, found.catalogue_digest):
        raise NothingProposed
    return found
