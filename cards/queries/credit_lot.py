"""Until when credit lasts by what its operator says: proposed beside the form, never written by itself."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cards.catalogue.choosing import lot_end
from cards.models import ActionKind, Card
from cards.queries.effects import Remark
from cards.queries.operator_page import told_of
from cards.queries.sight import Reader

LOT_KINDS = (ActionKind.TOP_UP, ActionKind.CREDIT_RECEIVED)


def lot_remark(
    card: Card, *, kind: str, amount: Decimal | None, currency: str, on: date, reader: Reader
) -> Remark | None:
    """Say when the operator ends credit of this amount; None where it says nothing. One query."""
    if kind not in LOT_KINDS or amount is None or card.operator is None or not card.operator.key:
        return None
    told = told_of(card.operator)
    if told is None:
        return None
    is_transfer = kind == ActionKind.CREDIT_RECEIVED
    end = lot_end(told, amount=amount, currency=currency, on=on, is_transfer=is_transfer)
    if end is None:
        return None
    text = _("%(operator)s says: this credit ends on %(day)s. Type it under “Lasts until” to be reminded.")
    return Remark("info", text % {"operator": card.operator.name, "day": reader.day(end)})
