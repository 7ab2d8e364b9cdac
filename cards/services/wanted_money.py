"""Fees, bills, the balance and a plan's data: turns that stand until confirmed, and honest estimates."""

from collections.abc import Iterator
from dataclasses import replace
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
    balance_of,
    confirmed_turns,
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


def charges(facts: Facts) -> Iterator[Wanted]:
    """The next turn of each charge, asked about every week until it is confirmed."""
    balance = money_of(facts)
    # Once for all: it walks through the turns of three years.
    short = short_day(facts, balance) if balance is not None and facts.charges else None
    for row in facts.charges:
        yield _charge(facts, row, balance, short)


def _charge(facts: Facts, row: Charge, balance: Balance | None, short: date | None) -> Wanted:
    confirmed = confirmed_turns(row, facts)
    period = period_of(row.period_count, row.period_unit)
    count = len(confirmed)
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
        is_covered=row.kind == ChargeKind.FEE and _is_covered(row, balance, due_on, short),
    )


def _is_covered(row: Charge, balance: Balance | None, due_on: date, short: date | None) -> bool:
    """Tell whether the balance is known to cover this turn, after all that is taken before it."""
    if balance is None or not has_cover(balance, row.amount, row.currency):
        return False
    return short is None or short > due_on


def balances(facts: Facts) -> Iterator[Wanted]:
    """When the balance does not cover what is taken any more, and when a plan's data runs out."""
    yield from _balance(facts)
    for row in facts.subscriptions:
        if row.closed_at is None:
            yield from _data(facts, row)


def money_of(facts: Facts) -> Balance | None:
    """Return the balance, with what plans that renew by themselves take as further fees."""
    balance = balance_of(facts)
    if balance is None:
        return None
    fees = [fee for row in facts.subscriptions if (fee := _renewal(facts, row, balance)) is not None]
    return replace(balance, fees=(*balance.fees, *fees))


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


def _balance(facts: Facts) -> Iterator[Wanted]:
    balance = money_of(facts)
    if balance is None or facts.card.billing == Billing.POSTPAID:
        return
    short = short_day(facts, balance)
    if short is None:
        return
    read_on = balance.now.read_on
    taken = [row.created_at for row in facts.charges] + [row.created_at for row in facts.subscriptions]
    yield on_day(
        facts.card,
        DeadlineKind.BALANCE,
        # The last day on which it still covers everything; never before the day it was read.
        max(short - timedelta(days=1), read_on),
        since=read_on,
        known_at=max([balance.known_at, *taken]),
        is_estimated=True,
    )


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
