"""What a check expects to see, and what is missing of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cards.models import Action, ActionKind, Subscription
from cards.queries.balance import balance_of
from cards.queries.ledger import Facts, places_of
from cards.queries.runs import Standing
from cards.rules.playbook import Step, StepKind
from cards.services.wanted import line_validity
from cards.services.wanted_plan import plan_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What should be seen; None where nothing is known to compare with.

    `expires_on`: at least that day. `expires_after`: where no rule gives the day, later than what was
    read before. `balance`: at least that, or with `is_lower` less than that, in `currency`.
    `data_left`: more MiB than that. `owed`: nothing.
    """

    expires_on: date | None = None
    expires_after: date | None = None
    balance: Decimal | None = None
    currency: str = ""
    is_lower: bool = False
    data_left: int | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One value that is not what was expected."""

    name: str
    typed: Any
    expected: Any


def expected_of(facts: Facts, standing: Standing, step: Step, subscription: Subscription | None) -> Expected:
    """Return what a check should show, as if nothing had been read in it yet."""
    written = standing.written.get(step.key, frozenset())
    seen = replace(
        facts,
        actions=tuple(row for row in facts.actions if row.pk not in written and row.voids_id not in written),
    )
    before = _before_payment(seen, standing)
    asks = step.asks
    balance = balance_of(seen) if "balance" in asks else None
    is_use = any("action_kind" in item.asks for item in standing.playbook.steps)
    return Expected(
        expires_on=_end(seen, subscription) if "expires_on" in asks and before.is_paid else None,
        expires_after=_last(before.entries, "expires_on", subscription) if "expires_on" in asks else None,
        balance=balance.now.amount if balance is not None else None,
        currency=balance.currency if balance is not None else "",
        is_lower=is_use,
        data_left=_last(before.entries, "data_left_mib", subscription) if "data_left" in asks else None,
    )


def shortfalls(expected: Expected, typed: Mapping[str, Any]) -> tuple[Shortfall, ...]:
    """Return what is missing of the typed values; nothing where they are as they should be."""
    found = [_expiry(expected, typed), _balance(expected, typed), _data(expected, typed)]
    owed = typed.get("owed")
    if owed is not None and owed > 0:
        found.append(Shortfall("owed", owed, Decimal(0)))
    return tuple(row for row in found if row is not None)


def _expiry(expected: Expected, typed: Mapping[str, Any]) -> Shortfall | None:
    day = typed.get("expires_on")
    if day is None:
        return None
    if expected.expires_on is not None:
        return Shortfall("expires_on", day, expected.expires_on) if day < expected.expires_on else None
    after = expected.expires_after
    return Shortfall("expires_on", day, after) if after is not None and day <= after else None


def _balance(expected: Expected, typed: Mapping[str, Any]) -> Shortfall | None:
    balance, wanted = typed.get("balance"), expected.balance
    # An amount of another currency can't be compared.
    if balance is None or wanted is None or typed.get("currency") != expected.currency:
        return None
    is_missing = balance >= wanted if expected.is_lower else balance < wanted
    return Shortfall("balance", balance, wanted) if is_missing else None


def _data(expected: Expected, typed: Mapping[str, Any]) -> Shortfall | None:
    left, before = typed.get("data_left"), expected.data_left
    if left is None or before is None or left > before:
        return None
    return Shortfall("data_left", left, before)


@dataclass(frozen=True, slots=True)
class _Before:
    entries: tuple[Action, ...]
    is_paid: bool


def _before_payment(facts: Facts, standing: Standing) -> _Before:
    """Return what was on record before the run's payment; all of it where nothing was paid."""
    places = places_of(facts.actions)  # a correction stands where the entry stood
    paid = [
        places[pk]
        for item in standing.playbook.steps
        if item.kind is StepKind.PAY
        for pk in standing.written.get(item.key, ())
        if pk in places
    ]
    first = min(paid, default=None)
    entries = facts.effective
    if first is not None:
        entries = [row for row in entries if places[row.pk] < first]
    return _Before(tuple(entries), first is not None)


def _end(facts: Facts, subscription: Subscription | None) -> date | None:
    if subscription is not None:
        return plan_end(facts, subscription).on
    return line_validity(facts).ends_on


def _last(entries: tuple[Action, ...], name: str, subscription: Subscription | None) -> Any:
    wanted = subscription.pk if subscription is not None else None
    read = [
        row
        for row in entries
        if row.kind == ActionKind.READING and row.subscription_id == wanted and getattr(row, name) is not None
    ]
    return getattr(max(read, key=lambda row: (row.acted_on, row.pk)), name) if read else None
