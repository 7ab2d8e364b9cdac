"""A card whose line is gone: from then on it is history, save for money that is still to move."""

from datetime import date

from cards.models import ActionKind, Card, CardDateKind
from cards.rules.playbook import Playbook

# What can still be recorded; "restored" is the operator's own change of mind.
AFTERWARDS = (
    ActionKind.REFUND, ActionKind.FEE, ActionKind.READING, ActionKind.NOTE, ActionKind.RESTORED,
)  # fmt: skip
DATES_AFTERWARDS = (CardDateKind.REFUND,)


def is_history(card: Card, today: date) -> bool:
    """Tell whether the line is cancelled, ported or lost with effect; `today` at the card's place.

    Undoing that entry brings the card back, and so does "restored".
    """
    return card.ended_on is not None and card.ended_on <= today


def is_cut_off(playbook: Playbook, card: Card, today: date) -> bool:
    """Tell whether the steps are over with their card.

    A payment or an expiry that came in after the end would keep alive what is gone.
    """
    return is_history(card, today) and not playbook.outlasts_card
