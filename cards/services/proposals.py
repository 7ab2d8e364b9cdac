"""A rule of the catalogue that changed, and the cards that have a copy of it: their owners choose.

Until then the changed rule stands beside the card's own as a proposal, and reminders follow the earlier
of both dates (services.wanted_line).
"""

import logging
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from cards.models import Card, Event, EventKind, Operator, Rule, User
from cards.queries.ledger import load_facts
from cards.queries.rules import version_in_force
from cards.rules.places import day_at

from .catalogue_rows import facts_of
from .preview import Preview, effects_between
from .rules import facts_of_version, rule_row, set_rule
from .timetable import lock_card, refresh
from .wanted import line_validity

log = logging.getLogger(__name__)


class NothingProposed(Exception):
    """The proposal was answered already, or a newer one has taken its place."""


def propose_changed_rules(*, now: datetime, operator: Operator | None = None) -> int:
    """Give each card whose rule is a copy of one that has changed since a proposal; return how many.

    Of one operator, or of all. A newer change replaces an older proposal; a change that is
    taken back takes it away. One card a transaction: a bad one never stops the others. Idempotent.
    """
    copies = Rule.objects.filter(catalogue__is_current=True, card__archived_at=None)
    same = Rule.objects.filter(
        card=OuterRef("card"),
        catalogue=OuterRef("catalogue"),
        catalogue_digest=OuterRef("catalogue__digest"),
    )
    changed = copies.filter(is_proposed=False).exclude(Exists(same))
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
            count += _propose(card, now)
        except Card.DoesNotExist:
            continue
        except Exception:
            log.exception("the changed rule of card %s can't be proposed", card.public_id)
    return count


@transaction.atomic
def _propose(card: Card, now: datetime) -> bool:
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
    _log(card, EventKind.RULE_PROPOSED, None, now)
    refresh(card, now)
    return True


def _changed_row(card: Card, today: date, now: datetime) -> Rule | None:
    """Return the unsaved proposal for the rule in force; None: that is no copy, or has not changed."""
    own = version_in_force(load_facts(card), today)
    source = own.catalogue if own is not None else None
    if own is None or source is None or not source.is_current or own.catalogue_digest == source.digest:
        return None
    try:
        # As if it had always been so: the earliest date that any choice of a day can give.
        row = rule_row(card, facts_of(source), applies_from=own.applies_from, by=None, now=now)
    except ValueError:
        return None  # the catalogue knows no period any more: nothing that could be taken over
    row.is_proposed = True
    return row


def _is_same(row: Rule, old: Rule) -> bool:
    return (row.catalogue_id, row.catalogue_digest) == (old.catalogue_id, old.catalogue_digest)


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
    _log(card, EventKind.RULE_DECLINED, by, now)
    refresh(card, now)


def _waiting(card: Card, digest: str | None) -> Rule:
    found = card.rules.filter(is_proposed=True).select_related("catalogue").order_by("pk").last()
    if found is None or digest not in (None, found.catalogue_digest):
        raise NothingProposed
    return found


def _log(card: Card, kind: str, by: User | None, now: datetime) -> None:
    Event.objects.create(card=card, kind=kind, by=by, happened_at=now)
