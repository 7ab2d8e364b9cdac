"""A card's balance and a plan's data over time, as the rules want them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cards.models import Action, ActionKind, Charge, ChargeKind, Subscription
from cards.queries.ledger import Facts, period_of, places_of
from cards.rules.balance import (
    Estimate,
    Fall,
    Fee,
    Move,
    covers,
    estimate,
    other_use,
    short_on,
    unexplained,
)
from cards.rules.usage import Level, Use

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
    """Return what is known of the balance; None while nobody has read one."""
    places = places_of(facts.actions)
    read = [action for action in facts.effective if action.balance is not None]
    if not read:
        return None
    last = max(read, key=lambda action: (action.acted_on, places[action.pk]))
    bills = {row.pk for row in facts.charges if row.kind == ChargeKind.BILL}
    same = [action for action in facts.effective if action.currency == last.currency]
    moves = [_move(action, places) for action in same if _moves(action, bills)]
    charges = [row for row in facts.charges if row.currency == last.currency]
    moved = [action for action in same if _moves(action, bills) and action.acted_on > last.acted_on]
    return Balance(
        currency=last.currency,
        levels=tuple(
            Level(day=action.acted_on, left=action.balance, place=places[action.pk], at=action.acted_at)
            for action in same
            if action.balance is not None
        ),
        moves=tuple(moves),
        fees=tuple(fee_of(row, facts) for row in charges if row.kind == ChargeKind.FEE and not row.ended_at),
        known_at=max(action.recorded_at for action in (last, *moved)),
    )


def _moves(action: Action, bills: set[int]) -> bool:
    is_money = action.kind in GIVES or action.kind in TAKES
    return is_money and action.amount is not None and action.charge_id not in bills


def _move(action: Action, places: dict[int, int]) -> Move:
    amount = action.amount or Decimal(0)
    sign = 1 if action.kind in GIVES else -1
    return Move(day=action.acted_on, amount=sign * amount, place=places[action.pk], at=action.acted_at)


def confirmed_turns(row: Charge, facts: Facts) -> list[Action]:
    """Return the entries that confirm turns of a charge."""
    return [action for action in facts.effective if action.charge_id == row.pk]


def fee_of(row: Charge, facts: Facts) -> Fee:
    return Fee(
        amount=row.amount or Decimal(0),
        first_on=row.first_on,
        period=period_of(row.period_count, row.period_unit),
        confirmed=len(confirmed_turns(row, facts)),
    )


def has_cover(balance: Balance | None, amount: Decimal | None, currency: str) -> bool | None:
    """Tell whether the balance covers an amount; None: not known, or another currency."""
    if balance is None:
        return None
    return covers(balance.now, balance.currency, amount, currency)


def tops_up_itself(facts: Facts, balance: Balance) -> bool:
    """Tell whether the operator tops the card up before its balance is used up."""
    card = facts.card
    return card.topup_below is not None and card.topup_currency == balance.currency


def short_day(facts: Facts, balance: Balance) -> date | None:
    """Return the first day on which the balance does not cover what is taken from it."""
    if tops_up_itself(facts, balance):
        return None
    return short_on(balance.now, balance.fees, balance.use)


def data_levels(facts: Facts, row: Subscription) -> list[Level]:
    """Return the readings of a plan's data since it was last renewed.

    Of a card with one plan also those that name no plan.
    """
    places = places_of(facts.actions)
    is_only = len([other for other in facts.subscriptions if other.closed_at is None]) == 1
    of_plan = [
        action
        for action in facts.effective
        if action.subscription_id == row.pk or (is_only and action.subscription_id is None)
    ]
    renewed = max((a.acted_on for a in of_plan if a.kind == ActionKind.RENEWAL), default=date.min)
    return [
        Level(
            day=action.acted_on,
            left=Decimal(action.data_left_mib),
            place=places[action.pk],
            at=action.acted_at,
        )
        for action in of_plan
        if action.data_left_mib is not None and action.acted_on >= renewed
    ]
