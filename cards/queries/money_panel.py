"""What a card's page says of its money and its data: balance, fees to come, use, and what is odd."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cards.models import Card, Charge, DeadlineKind
from cards.queries.balance import Balance, balance_of, balances_of
from cards.queries.cover import TAKING, Owed, lack_of
from cards.queries.effects import Remark
from cards.queries.ledger import Facts
from cards.queries.money import money_text
from cards.queries.money_forecast import data_remarks, topup_expected, use_sentences
from cards.queries.sight import Reader, Sight
from cards.rules.places import day_at

# A fee that comes later than this is no news yet.
NEAR = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge that goes on, with its next turn."""

    charge: Charge
    sight: Sight | None


@dataclass(frozen=True, slots=True)
class MoneyPanel:
    """`balance` and the like are words, empty where nothing is known."""

    balance: str
    read_on: date | None
    is_estimated: bool
    topup: str
    topup_expected: str
    rows: tuple[ChargeRow, ...]
    ended: tuple[Charge, ...]
    sentences: tuple[str, ...]
    remarks: tuple[Remark, ...]


def money_panel(facts: Facts, sights: Sequence[Sight], *, reader: Reader, now: datetime) -> MoneyPanel:
    """Return the panel; `sights` are the card's deadlines that still matter. No query."""
    balance, today = balance_of(facts), day_at(now, facts.card.zones)
    by_charge = {
        sight.deadline.subject: sight
        for sight in sights
        if sight.deadline.kind in (DeadlineKind.CHARGE, DeadlineKind.BILL)
    }
    rows = [ChargeRow(row, by_charge.get(str(row.pk))) for row in facts.charges if row.ended_at is None]
    return MoneyPanel(
        balance=money_text(balance.now.amount, balance.currency) if balance and balance.currency else "",
        read_on=balance.now.read_on if balance else None,
        is_estimated=balance.now.is_estimated if balance else False,
        topup=topup_text(facts.card),
        rows=tuple(rows),
        ended=tuple(row for row in facts.charges if row.ended_at is not None),
        topup_expected=topup_expected(facts, sights, reader, today),
        sentences=tuple(use_sentences(facts, balance, reader)),
        remarks=tuple(_remarks(facts, balance, sights, reader, now)),
    )


def topup_text(card: Card) -> str:
    """Return "Tops up by itself: EUR 10.00 below EUR 5.00."; nothing where it does not."""
    if card.topup_below is None:
        return ""
    values = {
        "amount": money_text(card.topup_amount, card.topup_currency),
        "below": money_text(card.topup_below, card.topup_currency),
    }
    return _("Tops up by itself: %(amount)s when the balance is below %(below)s.") % values


def _remarks(
    facts: Facts, balance: Balance | None, sights: Sequence[Sight], reader: Reader, now: datetime
) -> Iterator[Remark]:
    yield from _uncovered(facts, sights, reader, now)
    if balance and balance.currency and balance.fall is not None:
        text = _(
            "Between %(since)s and %(until)s the balance fell by %(amount)s more than what is "
            "recorded explains. Was a fee taken, or did the card use data?"
        )
        values = {
            "since": reader.day(balance.fall.since),
            "until": reader.day(balance.fall.until),
            "amount": money_text(balance.fall.amount, balance.currency),
        }
        yield Remark("warning", text % values)
    yield from data_remarks(facts, sights, reader)


def _uncovered(facts: Facts, sights: Sequence[Sight], reader: Reader, now: datetime) -> Iterator[Remark]:
    balances = balances_of(facts)
    owed = Owed(
        charges={row.pk: row for row in facts.charges}, plans={row.pk: row for row in facts.subscriptions}
    )
    for row in (sight.deadline for sight in sights if sight.deadline.kind in TAKING):
        lack = lack_of(row, owed, facts, balances, now)
        if lack is not None and lack.on <= day_at(now, facts.card.zones) + NEAR:
            yield Remark("warning", lack.text(reader))
