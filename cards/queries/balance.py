"""A card's balance and a plan's data over time, as the rules want them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from cards.models import Action, ActionKind, Charge, ChargeKind, Subscription
from cards.queries.ledger import Facts, day_of, period_of, places_of
from cards.rules.balance import (
    Estimate,
    Fall,
    Fee,
    Move,
    covers,
    estimate,
    is_after,
    other_use,
    short_on,
    unexplained,
)
from cards.rules.charges import confirmed_turns
from cards.rules.usage import Level, Use, in_order

# What puts money on the balance, and what takes it off. A bill is paid by itself, a refund goes elsewhere.
GIVES = frozenset({ActionKind.TOP_UP, ActionKind.CREDIT_RECEIVED})
TAKES = frozenset(
    {
        ActionKind.FEE, ActionKind.CREDIT_SENT, ActionKind.SMS, ActionKind.MMS, ActionKind.CALL,
        ActionKind.DATA, ActionKind.CHARGEABLE, ActionKind.PLAN_BOUGHT, ActionKind.RENEWAL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance in the currency it was last read in, and what moves it."""

    currency: str
    levels: tuple[Level, ...]
    moves: tuple[Move, ...]
    fees: tuple[Fee, ...]
    known_at: datetime

    @property
    def now(self) -> Estimate:
        found = estimate(self.levels, self.moves)
        assert found is not None  # made of at least one reading
        return found

    @property
    def use(self) -> Use | None:
        """Return what is used a day beside what is recorded."""
        return other_use(self.levels, self.moves)

    @property
    def fall(self) -> Fall | None:
        return unexplained(self.levels, self.moves, fees=self.fees)


def balance_of(facts: Facts) -> Balance | None:
    """Return the balance in the currency it was last read in; None while nobody has read one."""
    return next(iter(balances_of(facts).values()), None)


def balances_of(facts: Facts) -> dict[str, Balance]:
    """Return what is known of the balance by currency, the one that was read last first.

    Money of one currency says nothing of another: a reading of one hides none that runs out.
    """
    places = places_of(facts.actions)
    read = [action for action in facts.effective if action.balance is not None]
    read.sort(key=lambda action: (day_of(action, facts), places[action.pk]), reverse=True)
    return {
        currency: _balance_in(currency, facts, places)
        for currency in dict.fromkeys(action.currency for action in read)
    }


def _balance_in(currency: str, facts: Facts, places: dict[int, int]) -> Balance:
    bills = {row.pk for row in facts.charges if row.kind == ChargeKind.BILL}
    same = [action for action in facts.effective if action.currency == currency]
    moving = [action for action in same if _moves(action, bills)]
    levels = [
        Level(day=day_of(action, facts), left=action.balance, place=places[action.pk], at=action.acted_at)
        for action in same
        if action.balance is not None
    ]
    last = in_order(levels)[-1]
    known = [a.recorded_at for a in same if places[a.pk] == last.place]
    known += [action.recorded_at for action in moving if day_of(action, facts) >= last.day]
    charges = [row for row in facts.charges if row.currency == currency]
    return Balance(
        currency=currency,
        levels=tuple(levels),
        moves=tuple(_move(action, facts, places) for action in moving),
        fees=tuple(fee_of(row, facts) for row in charges if row.kind == ChargeKind.FEE and not row.ended_at),
        known_at=max(known),
    )


def _moves(action: Action, bills: set[int]) -> bool:
    is_money = action.kind in GIVES or action.kind in TAKES
    return is_money and action.amount is not None and action.charge_id not in bills


def _move(action: Action, facts: Facts, places: dict[int, int]) -> Move:
    amount = action.amount or Decimal(0)
    sign = 1 if action.kind in GIVES else -1
    return Move(day=day_of(action, facts), amount=sign * amount, place=places[action.pk], at=action.acted_at)


def confirming(row: Charge, facts: Facts) -> list[Action]:
    """Return the entries that confirm turns of a charge."""
    return [action for action in facts.effective if action.charge_id == row.pk]


def confirmed_count(row: Charge, facts: Facts) -> int:
    """Return how many turns of a charge are confirmed."""
    days = [day_of(action, facts) for action in confirming(row, facts)]
    return confirmed_turns(row.first_on, period_of(row.period_count, row.period_unit), days)


def fee_of(row: Charge, facts: Facts) -> Fee:
    return Fee(
        amount=row.amount or Decimal(0),
        first_on=row.first_on,
        period=period_of(row.period_count, row.period_unit),
        confirmed=confirmed_count(row, facts),
    )


def has_cover(balance: Balance | None, amount: Decimal | None, currency: str) -> bool | None:
    """Tell whether the balance covers an amount; None: not known, or another currency."""
    if balance is None:
        return None
    return covers(balance.now, balance.currency, amount, currency)


def tops_up_itself(facts: Facts, balance: Balance) -> bool:
    """Tell whether the operator is to top the card up before its balance is used up."""
    card = facts.card
    return card.topup_below is not None and card.topup_currency == balance.currency


def short_day(facts: Facts, balance: Balance) -> date | None:
    """Return the first day on which the balance does not cover what is taken from it.

    Below what it should be topped up at it evidently is not, until someone records that it was.
    """
    below = facts.card.topup_below
    if below is not None and tops_up_itself(facts, balance) and balance.now.amount >= below:
        return None
    return short_on(balance.now, balance.fees, balance.use)


def data_levels(facts: Facts, row: Subscription) -> list[Level]:
    """Return the readings of a plan's data since it was last renewed.

    Also those since its start that name no plan, while it was the only one. A renewal that names none
    is the line's: it fills up no data.
    """
    places = places_of(facts.actions)
    begun = [other.starts_on for other in facts.subscriptions if not other.closed_at and other.pk != row.pk]
    until = min(begun, default=date.max)
    levels, renewed = [], None
    for action in facts.effective:
        is_named = action.subscription_id == row.pk
        day = day_of(action, facts)
        if action.kind == ActionKind.RENEWAL and is_named:
            mark = Move(day=day, amount=Decimal(0), place=places[action.pk], at=action.acted_at)
            renewed = mark if renewed is None else max(renewed, mark, key=_by_time)
        is_ours = is_named or (action.subscription_id is None and row.starts_on <= day < until)
        if action.data_left_mib is not None and is_ours:
            left = Decimal(action.data_left_mib)
            levels.append(Level(day=day, left=left, place=places[action.pk], at=action.acted_at))
    return [level for level in levels if renewed is None or not is_after(renewed, level)]


def _by_time(move: Move) -> tuple[date, bool, datetime, int]:
    at = move.at
    return move.day, at is not None, at or datetime.min.replace(tzinfo=UTC), move.place
