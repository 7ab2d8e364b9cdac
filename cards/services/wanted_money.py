"""Fees, bills, the balance and a plan's data: turns that stand until confirmed, and honest estimates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cards.models import (
    Billing,
    Charge,
    ChargeKind,
    DeadlineKind,
    DeadlineState,
    Subscription,
    SubscriptionIntent,
)
from cards.queries.balance import (
    Balance,
    balances_of,
    confirmed_count,
    confirming,
    data_levels,
    has_cover,
    short_day,
)
from cards.queries.ledger import Facts, period_of
from cards.rules.balance import Fee
from cards.rules.charges import next_due
from cards.rules.timetable import After
from cards.rules.usage import run_out

from .wanted_deadline import Wanted, on_day
from .wanted_plan import plan_end

KINDS = {ChargeKind.FEE: DeadlineKind.CHARGE, ChargeKind.BILL: DeadlineKind.BILL}


@dataclass(frozen=True, slots=True)
class Purse:
    """A balance with all that is taken from it, and the first day it does not cover (None: it lasts)."""

    balance: Balance
    short_on: date | None


def money(facts: Facts) -> Iterator[Wanted]:
    """Fees and bills, when the balance does not cover them any more, and when a plan's data runs out."""
    purses = _purses(facts)
    for row in facts.charges:
        yield _charge(facts, row, purses.get(row.currency))
    yield from _balance(facts, purses)
    for plan in facts.subscriptions:
        if plan.closed_at is None:
            yield from _data(facts, plan)


def _purses(facts: Facts) -> dict[str, Purse]:
    """Return by currency the balance, with what plans that renew by themselves take as further fees."""
    purses = {}
    for currency, plain in balances_of(facts).items():
        fees = [fee for row in facts.subscriptions if (fee := _renewal(facts, row, plain)) is not None]
        balance = replace(plain, fees=(*plain.fees, *fees))
        purses[currency] = Purse(balance, short_day(facts, balance))
    return purses


def _charge(facts: Facts, row: Charge, purse: Purse | None) -> Wanted:
    """The next turn, asked about every week until it is confirmed."""
    confirmed, count = confirming(row, facts), confirmed_count(row, facts)
    period = period_of(row.period_count, row.period_unit)
    due_on = row.first_on if period is None else next_due(row.first_on, period, count)
    before = None if period is None or not count else next_due(row.first_on, period, count - 1)
    state = DeadlineState.MET if period is None and confirmed else DeadlineState.OPEN
    return on_day(
        facts.card,
        KINDS[ChargeKind(row.kind)],
        due_on,
        since=before,
        subject=str(row.pk),
        title=row.name,
        state=DeadlineState.DROPPED if row.ended_at is not None else state,
        known_at=max([row.created_at, *(action.recorded_at for action in confirmed)]),
        after=After.CHASE,
        is_covered=row.kind == ChargeKind.FEE and _is_covered(row, purse, due_on),
    )


def _is_covered(row: Charge, purse: Purse | None, due_on: date) -> bool:
    """Tell whether the balance is known to cover this turn, after all that is taken before it."""
    if purse is None or not has_cover(purse.balance, row.amount, row.currency):
        return False
    return purse.short_on is None or purse.short_on > due_on


def _renewal(facts: Facts, row: Subscription, balance: Balance) -> Fee | None:
    """Return the price of a plan that renews by itself, taken on the day it ends."""
    is_renewing = row.is_auto_renewing and row.intent == SubscriptionIntent.RENEW and row.closed_at is None
    if not is_renewing or row.price is None or row.currency != balance.currency:
        return None
    end, period = plan_end(facts, row), period_of(row.period_count, row.period_unit)
    if end.on is None:
        return None
    # Of a pass by the hour only the next turn: its later ones are no days from an anchor.
    turns = None if period is None or period.is_hours else period
    return Fee(amount=row.price, first_on=end.on, period=turns)


def _balance(facts: Facts, purses: dict[str, Purse]) -> Iterator[Wanted]:
    """The first balance, of whatever currency, that does not cover what is taken."""
    short = [purse for purse in purses.values() if purse.short_on is not None]
    if not short or facts.card.billing == Billing.POSTPAID:
        return
    ends = {purse.balance.currency: _covers_until(purse) for purse in short}
    purse = min(short, key=lambda one: ends[one.balance.currency])
    taken = [row.created_at for row in facts.charges] + [row.created_at for row in facts.subscriptions]
    yield on_day(
        facts.card,
        DeadlineKind.BALANCE,
        ends[purse.balance.currency],
        since=purse.balance.now.read_on,
        known_at=max([purse.balance.known_at, *taken]),
        is_estimated=True,
    )


def _covers_until(purse: Purse) -> date:
    """Return the last day on which it still covers everything; never before the day it was read."""
    assert purse.short_on is not None
    return max(purse.short_on - timedelta(days=1), purse.balance.now.read_on)


def _data(facts: Facts, row: Subscription) -> Iterator[Wanted]:
    """The day the data is used up, where that comes before the plan's end."""
    end, levels = plan_end(facts, row), data_levels(facts, row)
    found = run_out(levels)
    if found is None or (end.on is not None and found.on >= end.on):
        return
    read = [action.recorded_at for action in facts.effective if action.data_left_mib is not None]
    yield on_day(
        facts.card,
        DeadlineKind.DATA,
        found.on,
        since=min(level.day for level in levels),
        subject=str(row.pk),
        title=row.name,
        known_at=max([row.created_at, *read]),
        is_estimated=True,
    )
