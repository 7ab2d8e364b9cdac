"""The card that takes another one's place: chosen, or added, and noted on the old card."""

from dataclasses import replace
from datetime import datetime

from cards.models import Card, User
from cards.services.cards import CardFacts, add_card, edit_card, facts_of
from cards.services.timetable import hold_cards


def hold_both(card: Card, successor: Card | None) -> None:
    """Lock both cards in the one order; first thing in a transaction that writes to both."""
    if successor is not None:
        hold_cards(Card.objects.filter(pk__in=[card.pk, successor.pk]))


def successor_of(*, card: Card, chosen: Card | None, name: str, by: User, now: datetime) -> Card:
    """Return the card in this one's place: the chosen one, else a new one for the same uses.

    Without a name it is called as this one.
    """
    if chosen is None:
        facts = CardFacts(label=name or card.label, form=card.form, purposes=tuple(card.purposes))
        chosen = add_card(owner=card.owner, facts=facts, by=by, now=now)
    if card.successor_id != chosen.pk:
        edit_card(card=card, facts=replace(facts_of(card), successor=chosen), by=by, now=now)
    return chosen
