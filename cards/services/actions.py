"""The ledger: recording, undoing and correcting. Entries are never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cards.models import Action, ActionKind, Card, Charge, Intent, Subscription, User
from cards.queries.ledger import first_meant, voided_ids

from .cards import set_intent
from .proposing import propose_to
from .timetable import lock_card, refresh

UNTIL_KINDS = (ActionKind.TOP_UP, ActionKind.CREDIT_RECEIVED, ActionKind.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    """What a person says about one action. `expires_on` beside an action is a reading of its own.

    `until_on`: the last good day of a credit lot or of a suspension. `days_given`: validity that
    went away with credit sent. `charge`: the fixed charge that this entry confirms.
    """

    kind: str
    acted_on: date
    acted_at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""
    expires_on: date | None = None
    balance: Decimal | None = None
    data_left_mib: int | None = None
    method: str = ""
    order_number: str = ""
    note: str = ""
    subscription: Subscription | None = None
    until_on: date | None = None
    days_given: int | None = None
    charge: Charge | None = None


class AlreadyVoided(Exception):
    """The entry has no effect any more: it was undone before."""


def rows_of(card: Card, facts: ActionFacts, **common: Any) -> tuple[Action, Action | None]:
    """Return the unsaved entry, and the reading that "new expiry" beside it stands for."""
    is_reading = facts.kind == ActionKind.READING
    entry = Action(
        card=card,
        kind=facts.kind,
        acted_on=facts.acted_on,
        acted_at=facts.acted_at,
        amount=facts.amount,
        currency=facts.currency if facts.amount is not None or facts.balance is not None else "",
        expires_on=facts.expires_on if is_reading else None,
        balance=facts.balance,
        data_left_mib=facts.data_left_mib,
        method=facts.method,
        order_number=facts.order_number,
        note=facts.note,
        subscription=facts.subscription,
        until_on=facts.until_on if facts.kind in UNTIL_KINDS else None,
        days_given=facts.days_given if facts.kind == ActionKind.CREDIT_SENT else None,
        charge=facts.charge,
        **common,
    )
    if is_reading or facts.expires_on is None:
        return entry, None
    reading = Action(
        card=card,
        kind=ActionKind.READING,
        acted_on=facts.acted_on,
        acted_at=facts.acted_at,
        expires_on=facts.expires_on,
        subscription=facts.subscription,
        **common,
    )
    return entry, reading


def _write(card: Card, facts: ActionFacts, **common: Any) -> Action:
    voids = common.pop("voids", None)
    entry, reading = rows_of(card, facts, **common)
    entry.voids = voids
    entry.save()
    if reading is not None:
        reading.companion_of = entry
        reading.save()
    return entry


@transaction.atomic
def record_action(
    *, card: Card, facts: ActionFacts, by: User, now: datetime, is_by_staff: bool = False
) -> Action:
    """Append an entry to the ledger and move what it moves. Return the entry."""
    row = lock_card(card)
    is_back = row.ended_as == ActionKind.CANCELLED and facts.kind == ActionKind.RESTORED
    entry = _write(row, facts, by=by, is_by_staff=is_by_staff, recorded_at=now)
    refresh(row, now)
    if is_back:  # the operator changed its mind: the card is kept until somebody says otherwise
        set_intent(card=row, intent=Intent.KEEP, by=by, now=now)
    return entry


@transaction.atomic
def void_action(*, action: Action, by: User, now: datetime, is_by_staff: bool = False) -> None:
    """Take an entry's effect back, with the reading written beside it.

    Voiding a void brings the entry back. Raise AlreadyVoided when it has no effect any more.
    """
    card = lock_card(action.card)
    companions = _check_effective(card, action)
    first: Action | None = None
    for entry in (action, *companions):
        void = Action.objects.create(
            card=card,
            kind=ActionKind.VOID,
            voids=entry,
            companion_of=first,
            acted_on=entry.acted_on,
            by=by,
            is_by_staff=is_by_staff,
            recorded_at=now,
        )
        first = first or void
    refresh(card, now)
    if first_meant(action)[0].rule_id is not None:
        # The answer to what the catalogue proposes went, or came back, with its version of the rule.
        propose_to(card=card, now=now)


@transaction.atomic
def correct_action(
    *, action: Action, facts: ActionFacts, by: User, now: datetime, is_by_staff: bool = False
) -> Action:
    """Replace an entry by one in its place. Equal values change nothing that is computed."""
    card = lock_card(action.card)
    common = {"by": by, "is_by_staff": is_by_staff, "recorded_at": now}
    companions = _check_effective(card, action)
    entry = _write(card, facts, voids=action, **common)
    for companion in companions:
        if companion.kind != ActionKind.VOID:  # what an earlier correction took back stays so
            # Beside the correction, so that undoing it brings the old reading back as well.
            Action.objects.create(
                card=card,
                kind=ActionKind.VOID,
                voids=companion,
                companion_of=entry,
                acted_on=companion.acted_on,
                **common,
            )
    refresh(card, now)
    return entry


def _check_effective(card: Card, action: Action) -> list[Action]:
    """Return the companions that share the entry's fate. Raise AlreadyVoided."""
    voided = voided_ids(card.actions.all())
    if action.pk in voided:
        raise AlreadyVoided
    return [row for row in action.companions.all() if row.pk not in voided]


@transaction.atomic
def set_expiry(
    *, card: Card, expires_on: date, today: date, by: User, now: datetime, is_by_staff: bool = False
) -> Action:
    """Record the operator's own date as a reading of today."""
    facts = ActionFacts(kind=ActionKind.READING, acted_on=today, expires_on=expires_on)
    return record_action(card=card, facts=facts, by=by, now=now, is_by_staff=is_by_staff)
