"""A rule of the catalogue that changed stands beside the cards' own copies of it as a proposal.

Reminders follow the earlier of both dates (services.wanted_line) until its owner chooses
(services.proposals).
"""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from cards.models import Card, Event, EventKind, Operator, Rule
from cards.queries.ledger import load_facts
from cards.queries.rules import version_in_force
from cards.rules.places import day_at

from .catalogue_rows import facts_of
from .rules import rule_row
from .timetable import lock_card, refresh

log = logging.getLogger(__name__)


def propose_changed_rules(*, now: datetime, operator: Operator | None = None) -> int:
    """Give each card whose rule is a copy of one that has changed since a proposal; return how many.

    Of one operator, or of all. A newer change replaces an older proposal; a change that is
    taken back takes it away. One card a transaction: a bad one never stops the others. Idempotent.
    """
    copies = Rule.objects.filter(catalogue__is_current=True, card__archived_at=None, is_proposed=False)
    proposed = Rule.objects.filter(
        card=OuterRef("card"),
        catalogue=OuterRef("catalogue"),
        catalogue_digest=OuterRef("catalogue__digest"),
        is_proposed=True,
    )
    # Which version is in force, and whether a later one has answered, is looked at card by card.
    changed = copies.exclude(catalogue_digest=F("catalogue__digest")).exclude(Exists(proposed))
    outdated = Rule.objects.filter(is_proposed=True).exclude(
        catalogue__is_current=True, catalogue_digest=F("catalogue__digest")
    )
    if operator is not None:
        changed = changed.filter(catalogue__operator=operator)
        outdated = outdated.filter(card__operator=operator)
    ids = {*changed.values_list("card_id", flat=True), *outdated.values_list("card_id", flat=True)}
    count = 0
    for card in Card.objects.filter(pk__in=ids).order_by("pk"):
        try:
            count += propose_to(card=card, now=now)
        except Card.DoesNotExist:
            continue
        except Exception:
            log.exception("the changed rule of card %s can't be proposed", card.public_id)
    return count


@transaction.atomic
def propose_to(*, card: Card, now: datetime) -> bool:
    """Bring one card's proposal in line with the catalogue; return whether there is a new one."""
    card = lock_card(card)
    waiting = list(card.rules.filter(is_proposed=True))
    today = day_at(now, card.zones)
    row = _changed_row(card, today, now)
    if row is not None and any(_is_same(row, old) for old in waiting):
        return False
    for old in waiting:
        old.delete()
    if row is None:
        if waiting:
            refresh(card, now)
        return False
    row.save()
    Event.objects.create(card=card, kind=EventKind.RULE_PROPOSED, by=None, happened_at=now)
    refresh(card, now)
    return True


def _changed_row(card: Card, today: date, now: datetime) -> Rule | None:
    """Return the unsaved proposal for the rule in force; None: that is no copy, or has not changed."""
    known = load_facts(card)
    own = version_in_force(known, today)
    source = own.catalogue if own is not None else None
    if own is None or source is None or not source.is_current:
        return None
    answers = [version_in_force(known, max(row.applies_from, today)) for row in known.rules]
    if any(row and (row.catalogue_id, row.catalogue_digest) == (source.pk, source.digest) for row in answers):
        return None  # also one that was taken over from a later day
    try:
        # As if it had always been so: the earliest date that any choice of a day can give.
        row = rule_row(card, facts_of(source), applies_from=own.applies_from, by=None, now=now)
    except ValueError:
        return None  # the catalogue knows no period any more: nothing that could be taken over
    row.is_proposed = True
    return row


def _is_same(row: Rule, old: Rule) -> bool:
    return (row.catalogue_id, row.catalogue_digest) == (old.catalogue_id, old.catalogue_digest)
