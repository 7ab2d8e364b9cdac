"""Adding, editing, archiving, restoring and deleting cards."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cards.models import Card, Device, Event, EventKind, Intent, Operator, User, Watch

from .kept_files import remove_files_of
from .proposing import propose_to
from .timetable import lock_card, refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a person says about a card, except its dates."""

    label: str
    operator: Operator | None = None
    number: str = ""
    purposes: tuple[str, ...] = ()
    form: str = "physical"
    billing: str = "prepaid"
    seller: str = ""
    note: str = ""
    margin_days: int | None = None
    activated_on: date | None = None
    iccid: str = ""
    device: Device | None = None
    installs_left: int | None = None
    install_by_on: date | None = None
    first_use_by_on: date | None = None
    successor: Card | None = None
    topup_below: Decimal | None = None
    topup_amount: Decimal | None = None
    topup_currency: str = ""
    opens_runs: bool = False
    has_check_ups: bool = True

    def onto(self, card: Card) -> Card:
        for item in fields(self):
            value = getattr(self, item.name)
            setattr(card, item.name, list(value) if item.name == "purposes" else value)
        return card


def facts_of(card: Card) -> CardFacts:
    """Return what is said about a card, so that a form changes what it asks for and nothing else."""
    values = {item.name: getattr(card, item.name) for item in fields(CardFacts)}
    return CardFacts(**{**values, "purposes": tuple(card.purposes)})


def log_event(*, card: Card, kind: str, by: User | None, now: datetime, **details: object) -> None:
    """Write to the timeline what was done. by=None: by the system."""
    Event.objects.create(card=card, kind=kind, by=by, happened_at=now, details=details)


@transaction.atomic
def add_card(*, owner: User, facts: CardFacts, by: User, now: datetime) -> Card:
    """Create a card with no date yet. Record a reading or a plan to give it one."""
    card = facts.onto(Card(owner=owner, created_at=now))
    card.save()
    log_event(card=card, kind=EventKind.CARD_ADDED, by=by, now=now)
    refresh(card, now)
    return card


@transaction.atomic
def edit_card(*, card: Card, facts: CardFacts, by: User, now: datetime) -> None:
    """Replace the card's facts; its dates are worked out anew."""
    row = lock_card(card)
    changed = sorted(
        item.name
        for item in fields(facts)
        if _plain(getattr(row, item.name)) != _plain(getattr(facts, item.name))
    )
    if not changed:
        return
    facts.onto(row).save()
    log_event(card=row, kind=EventKind.CARD_CHANGED, by=by, now=now, fields=changed)
    refresh(row, now)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@transaction.atomic
def archive_card(*, card: Card, by: User, now: datetime) -> None:
    """Put the card away: its deadlines are dropped, nothing reminds. Idempotent."""
    row = lock_card(card)
    if row.archived_at is None:
        row.archived_at = now
        row.save(update_fields=["archived_at"])
        log_event(card=row, kind=EventKind.CARD_ARCHIVED, by=by, now=now)
        refresh(row, now)


@transaction.atomic
def restore_card(*, card: Card, by: User, now: datetime) -> None:
    """Take the card back from the archive; its deadlines open again. Idempotent.

    A change of the catalogue that came meanwhile is proposed now.
    """
    row = lock_card(card)
    if row.archived_at is not None:
        row.archived_at = None
        row.save(update_fields=["archived_at"])
        log_event(card=row, kind=EventKind.CARD_RESTORED, by=by, now=now)
        if not propose_to(card=row, now=now):
            refresh(row, now)


@transaction.atomic
def delete_card(*, card: Card) -> None:
    """Delete the card with its ledger, reminders, evidence and history. Nothing brings it back."""
    # Card and watches held: nothing new may point at them while they go.
    row = Card.objects.select_for_update().get(pk=card.pk)
    list(Watch.objects.select_for_update().filter(deadline__card=row).order_by("pk"))
    remove_files_of(row)
    row.delete()


@transaction.atomic
def set_intent(*, card: Card, intent: str, by: User, now: datetime) -> None:
    """Keep, let lapse (stops the reminders of the line, reversible) or being cancelled."""
    row = lock_card(card)
    if row.intent != Intent(intent):
        row.intent = Intent(intent)
        row.save(update_fields=["intent"])
        log_event(card=row, kind=EventKind.INTENT_CHANGED, by=by, now=now, intent=str(intent))
        refresh(row, now)
