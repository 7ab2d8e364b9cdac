"""The emergency sheet: all cards on paper, with what keeps them. Never a secret."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from cards.models import Card, CardNumber, OperatorCode, User
from cards.queries.access import cards_of
from cards.queries.bound import NOTHING, Hanging, hanging_on
from cards.queries.keeping import rules_in_force
from cards.queries.numbers import mask_number, show_number
from cards.queries.operators import country_name
from cards.queries.rule_words import rule_sentences
from cards.queries.sight import Reader, Sight, sight_of


@dataclass(frozen=True, slots=True)
class SheetCard:
    card: Card
    numbers: tuple[tuple[str, str], ...]  # with what each is for
    country: str
    sight: Sight | None
    sentences: tuple[str, ...]
    codes: tuple[OperatorCode, ...]
    hanging: Hanging


def emergency_sheet(user: User, *, is_full: bool, now: datetime) -> tuple[SheetCard, ...]:
    """Return the person's cards, the most urgent first: six queries for any number of them.

    `is_full`: with whole numbers, for who has just given the password; else they are masked.
    """
    found = cards_of(user).filter(archived_at=None).select_related("device")
    cards = list(found.order_by(F("urgent_at").asc(nulls_last=True), "label", "pk"))
    rules = rules_in_force(user, cards, now)
    numbers, codes = _numbers(user), _codes(cards)
    hanging = hanging_on(card.pk for card in cards)
    reader = Reader.of(user)
    shown = show_number if is_full else mask_number

    def row(card: Card) -> SheetCard:
        own = [(card.number, "")] if card.number else []
        further = [(item.number, item.label) for item in numbers[card.pk]]
        rule, leading = rules.get(card.pk), card.leading
        return SheetCard(
            card=card,
            numbers=tuple((shown(number), label) for number, label in [*own, *further]),
            country=country_name(card.operator.country) if card.operator and card.operator.country else "",
            sight=sight_of(leading, card, now=now, reader=reader) if leading else None,
            sentences=tuple(rule_sentences(rule)) if rule else (),
            codes=tuple(codes[card.operator_id or 0]),
            hanging=hanging.get(card.pk, NOTHING),
        )

    return tuple(map(row, cards))


def _numbers(user: User) -> dict[int, list[CardNumber]]:
    found: dict[int, list[CardNumber]] = defaultdict(list)
    for item in CardNumber.objects.filter(card__owner=user):
        found[item.card_id].append(item)
    return found


def _codes(cards: Iterable[Card]) -> dict[int, list[OperatorCode]]:
    """Return the codes that a phone can dial, by operator."""
    found: dict[int, list[OperatorCode]] = defaultdict(list)
    operators = {card.operator_id for card in cards if card.operator_id}
    for code in OperatorCode.objects.filter(operator__in=operators).exclude(dial="").order_by("pk"):
        found[code.operator_id].append(code)
    return found
