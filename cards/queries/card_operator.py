"""What the catalogue knows of a card's operator, as the card's page shows it."""

from dataclasses import dataclass
from datetime import date

from cards.models import Card, Operator, OperatorCode
from cards.queries.catalogue_rules import LINE, question_of
from cards.queries.operator_page import Offer, feasts_of, offers_of
from cards.rules.feasts import Feast


@dataclass(frozen=True, slots=True)
class CardOperator:
    """`has_rules`: a rule can be chosen; `question`: what to ask the holder where none is known."""

    operator: Operator
    codes: tuple[OperatorCode, ...]
    offers: tuple[Offer, ...]
    feasts: tuple[Feast, ...]
    has_rules: bool
    question: str


def card_operator(card: Card, today: date, *, has_own: bool) -> CardOperator | None:
    """Return the block of a card's operator; None for a card without one.

    `has_own`: the card has a rule already, so none is offered. Two queries then, else three.
    """
    operator = card.operator
    if operator is None:
        return None
    has_rules = not has_own and operator.rules.filter(is_current=True, subject=LINE).exists()
    return CardOperator(
        operator=operator,
        codes=tuple(operator.codes.order_by("pk")),
        offers=offers_of(list(operator.promotions.all()), today),
        feasts=feasts_of(operator, today),
        has_rules=has_rules,
        question="" if has_rules or has_own else question_of(operator),
    )
