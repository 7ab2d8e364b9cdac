"""Clocks that one entry or one date on the card starts: credit lots, suspensions, installing, first use."""

from collections.abc import Iterator
from datetime import date, datetime

from cards.models import ActionKind, Card, DeadlineKind, DeadlineState, Subscription
from cards.queries.ledger import Facts, as_happened, day_of, uses_of
from cards.rules.timetable import After

from .wanted_deadline import Wanted, on_day

LOT_KINDS = (ActionKind.TOP_UP, ActionKind.CREDIT_RECEIVED)
ENDS_SUSPENSION = (ActionKind.RESTORED, ActionKind.ACTIVATED)


def lots(facts: Facts) -> Iterator[Wanted]:
    """Credit that ends one lot after the other; a balance seen at zero later has used them up."""
    rows = as_happened(facts)
    zeros = [a for _place, a in rows if a.balance is not None and a.balance <= 0]
    for place, action in rows:
        if action.kind not in LOT_KINDS or action.until_on is None:
            continue
        since = day_of(action, facts)
        # A balance in another currency says nothing of this credit.
        is_used_up = any(
            day_of(zero, facts) > since and (not action.currency or zero.currency == action.currency)
            for zero in zeros
        )
        yield on_day(
            facts.card,
            DeadlineKind.CREDIT_LOT,
            action.until_on,
            since=since,
            subject=str(place),
            title=f"{action.amount.normalize():f} {action.currency}" if action.amount is not None else "",
            state=DeadlineState.MET if is_used_up else DeadlineState.OPEN,
            known_at=action.recorded_at,
        )


def suspensions(facts: Facts) -> Iterator[Wanted]:
    """A line at rest must be woken by the latest day of its rest; another rest counts by its own day."""
    rows = as_happened(facts)
    for index, (place, action) in enumerate(rows):
        if action.kind != ActionKind.SUSPENDED or action.until_on is None:
            continue
        is_woken = any(
            later.kind in ENDS_SUSPENSION
            or (later.kind == ActionKind.SUSPENDED and later.until_on is not None)
            for _place, later in rows[index + 1 :]
        )
        yield on_day(
            facts.card,
            DeadlineKind.SUSPENSION,
            action.until_on,
            since=day_of(action, facts),
            subject=str(place),
            state=DeadlineState.MET if is_woken else DeadlineState.OPEN,
            known_at=action.recorded_at,
            after=After.CHASE,
        )


def installing(facts: Facts) -> Iterator[Wanted]:
    """The last day on which an eSIM can be installed."""
    card = facts.card
    if card.install_by_on is None:
        return
    done = (ActionKind.INSTALLED, ActionKind.ACTIVATED, ActionKind.FIRST_USED)
    is_done = any(action.kind in done for action in facts.effective)
    yield _fixed(card, DeadlineKind.INSTALL_BY, card.install_by_on, is_done, card.created_at)


def first_uses(facts: Facts) -> Iterator[Wanted]:
    """The last day on which a validity begins with the first use; then it begins by itself."""
    card = facts.card
    if card.first_use_by_on is not None:
        is_used = card.activated_on is not None or _is_used(facts, None)
        yield _fixed(card, DeadlineKind.FIRST_USE, card.first_use_by_on, is_used, card.created_at)
    for row in facts.subscriptions:
        if row.first_use_by_on is None:
            continue
        state = DeadlineState.DROPPED if row.closed_at else DeadlineState.OPEN
        yield on_day(
            card,
            DeadlineKind.FIRST_USE,
            row.first_use_by_on,
            since=row.starts_on,
            subject=str(row.pk),
            title=row.name,
            state=DeadlineState.MET if _is_used(facts, row) else state,
            known_at=row.created_at,
        )


def _is_used(facts: Facts, subscription: Subscription | None) -> bool:
    wanted = subscription.pk if subscription is not None else None
    return bool(uses_of(facts, subscription)) or any(
        action.kind == ActionKind.ACTIVATED and action.subscription_id == wanted for action in facts.effective
    )


def _fixed(card: Card, kind: str, day: date, is_done: bool, known_at: datetime) -> Wanted:
    state = DeadlineState.MET if is_done else DeadlineState.OPEN
    return on_day(card, kind, day, state=state, known_at=known_at)
