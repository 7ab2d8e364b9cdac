"""What a card's page says of its money and its data: balance, fees to come, use, and what is odd."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Card, Charge, DeadlineKind, Subscription
from cards.queries.balance import Balance, balance_of, data_levels, has_cover, tops_up_itself
from cards.queries.effects import Remark
from cards.queries.ledger import Facts
from cards.queries.money import money_text
from cards.queries.sight import Reader, Sight
from cards.rules.usage import Level, run_out

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
    rows: tuple[ChargeRow, ...]
    ended: tuple[Charge, ...]
    sentences: tuple[str, ...]
    remarks: tuple[Remark, ...]


def money_panel(facts: Facts, sights: Sequence[Sight], *, reader: Reader, today: date) -> MoneyPanel:
    """Return the panel; `sights` are the card's deadlines that still matter. No query."""
    balance = balance_of(facts)
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
        sentences=tuple(_sentences(facts, balance, reader)),
        remarks=tuple(_remarks(facts, balance, rows, sights, reader, today)),
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


def _sentences(facts: Facts, balance: Balance | None, reader: Reader) -> Iterator[str]:
    use = balance.use if balance and balance.currency else None
    if balance and use:
        text = _(
            "From %(count)d balances between %(since)s and %(until)s: about %(amount)s a day "
            "beside what is recorded."
        )
        yield text % {
            "count": use.count,
            "since": reader.day(use.since),
            "until": reader.day(use.until),
            "amount": money_text(use.per_day, balance.currency),
        }
    for plan in _open_plans(facts):
        yield from _forecast(plan, data_levels(facts, plan), reader)


def _forecast(plan: Subscription, levels: Sequence[Level], reader: Reader) -> Iterator[str]:
    found = run_out(levels)
    if found is None or found.use is None:
        return
    text = ngettext(
        "%(plan)s: from %(count)d reading between %(since)s and %(until)s: %(size)d MB a day, "
        "so the data lasts until about %(day)s.",
        "%(plan)s: from %(count)d readings between %(since)s and %(until)s: %(size)d MB a day, "
        "so the data lasts until about %(day)s.",
        found.use.count,
    )
    yield text % {
        "plan": plan.name,
        "count": found.use.count,
        "since": reader.day(found.use.since),
        "until": reader.day(found.use.until),
        "size": round(found.use.per_day),
        "day": reader.day(found.on),
    }


def _remarks(
    facts: Facts,
    balance: Balance | None,
    rows: Sequence[ChargeRow],
    sights: Sequence[Sight],
    reader: Reader,
    today: date,
) -> Iterator[Remark]:
    if balance and balance.currency:
        yield from _uncovered(facts, balance, rows, sights, reader, today)
        if balance.fall is not None:
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
    for plan in _open_plans(facts):
        levels = sorted(data_levels(facts, plan), key=lambda level: (level.day, level.place))
        if levels:
            yield from _low_data(plan, levels[-1], reader)


def _uncovered(
    facts: Facts,
    balance: Balance,
    rows: Sequence[ChargeRow],
    sights: Sequence[Sight],
    reader: Reader,
    today: date,
) -> Iterator[Remark]:
    if tops_up_itself(facts, balance):
        return
    for row in rows:
        due_on = row.sight.deadline.ends_on if row.sight else None
        charge = row.charge
        is_near = due_on is not None and due_on <= today + NEAR
        if charge.kind == "fee" and is_near and has_cover(balance, charge.amount, charge.currency) is False:
            yield not_covered(charge.name, charge.amount, charge.currency, due_on, reader)
    ends = {
        s.deadline.subject: s.deadline.ends_on for s in sights if s.deadline.kind == DeadlineKind.PLAN_END
    }
    for plan in _open_plans(facts):
        is_renewing = plan.is_auto_renewing and str(plan.pk) in ends
        if is_renewing and has_cover(balance, plan.price, plan.currency) is False:
            yield not_covered(plan.name, plan.price, plan.currency, ends[str(plan.pk)], reader)


def not_covered(name: str, amount: Decimal | None, currency: str, day: date | None, reader: Reader) -> Remark:
    """Say that the balance is not enough for what is taken on a day."""
    text = _("The balance does not cover %(name)s: %(amount)s on %(day)s.")
    values = {"name": name, "amount": money_text(amount, currency), "day": reader.day(day) if day else "?"}
    return Remark("warning", text % values)


def _low_data(plan: Subscription, last: Level, reader: Reader) -> Iterator[Remark]:
    values = {"plan": plan.name, "size": int(last.left), "day": reader.day(last.day)}
    if last.left <= 0:
        text = _("%(plan)s: the data was used up on %(day)s; more of it may cost extra.")
        yield Remark("error", text % values)
    elif plan.alarm_mib is not None and last.left < plan.alarm_mib:
        text = _("%(plan)s: only %(size)d MB were left on %(day)s.")
        yield Remark("warning", text % values)


def _open_plans(facts: Facts) -> list[Subscription]:
    return [row for row in facts.subscriptions if row.closed_at is None]
