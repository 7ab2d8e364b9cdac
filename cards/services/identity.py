"""A card's serial number, where it is, and its further numbers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cards.models import Card, CardNumber, EventKind, User

from .cards import CardFacts, edit_card, log_event
from .timetable import lock_card

Numbers = Sequence[tuple[str, str]]


@transaction.atomic
def edit_identity(*, card: Card, facts: CardFacts, numbers: Numbers, by: User, now: datetime) -> None:
    """Replace the card's facts and its further numbers, each (number, what for)."""
    row = lock_card(card)
    edit_card(card=row, facts=facts, by=by, now=now)
    known, wanted = {item.number: item.label for item in row.numbers.all()}, dict(numbers)
    if known == wanted:
        return
    row.numbers.exclude(number__in=wanted).delete()
    for number, label in wanted.items():
        CardNumber.objects.update_or_create(card=row, number=number, defaults={"label": label})
    log_event(card=row, kind=EventKind.CARD_CHANGED, by=by, now=now, fields=["numbers"])
