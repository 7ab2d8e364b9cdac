"""From a card's facts to the deadlines it should have. Reads no clock and writes nothing."""

from collections.abc import Iterator
from dataclasses import replace

from cards.models import Card, CardDate, CardDateKind, DeadlineKind, DeadlineState, Intent
from cards.queries.ledger import Facts
from cards.queries.run_offers import RUN_KINDS
from cards.rules.places import end_of_day
from cards.rules.timetable import After

from .wanted_card import first_uses, installing, lots, suspensions
from .wanted_deadline import Wanted
from .wanted_line import end_of, is_over, line, line_validity, zero_balance
from .wanted_money import money
from .wanted_plan import plan_ends
from .wanted_runs import runs

__all__ = ["Wanted", "end_of", "is_over", "is_silent", "line_validity", "wanted_of"]

AFTER = {
    CardDateKind.REFUND: After.CHASE,
    CardDateKind.OWN: After.CHASE,
    CardDateKind.PROMOTION: After.ONCE,
}
# What goes on when the line is let go: money that is owed, and what the holder noted.
OUTLASTING = {
    DeadlineKind.BILL, DeadlineKind.REFUND, DeadlineKind.OWN, DeadlineKind.CONTRACT_END,
    DeadlineKind.NOTICE, DeadlineKind.PROMOTION, DeadlineKind.IDENTITY, *RUN_KINDS,
}  # fmt: skip
# Of a line that is gone nobody checks an identity or takes an offer.
ENDS_WITH_THE_LINE = {DeadlineKind.PROMOTION, DeadlineKind.IDENTITY}


def wanted_of(facts: Facts) -> list[Wanted]:
    """Return every deadline that the facts give, dropped and met ones included."""
    card = facts.card
    if card.archived_at is not None:
        return [_closed(row) for row in _all(facts)]
    if not is_over(facts):
        return list(_all(facts))
    going_on = OUTLASTING - ENDS_WITH_THE_LINE
    return [row if row.kind in going_on else _closed(row) for row in _all(facts)]


def _all(facts: Facts) -> Iterator[Wanted]:
    yield from line(facts)
    yield from zero_balance(facts)
    yield from lots(facts)
    yield from suspensions(facts)
    yield from installing(facts)
    yield from first_uses(facts)
    yield from plan_ends(facts)
    yield from money(facts)
    yield from runs(facts)
    for row in facts.dates:
        yield _card_date(facts.card, row)


def _closed(row: Wanted) -> Wanted:
    is_open = row.state == DeadlineState.OPEN
    return replace(row, state=DeadlineState.DROPPED) if is_open else row


def _card_date(card: Card, row: CardDate) -> Wanted:
    ends_at = end_of_day(row.due_on, card.zones)
    return Wanted(
        kind=row.kind,
        subject=str(row.pk),
        title=row.note,
        state=DeadlineState.MET if row.met_at else DeadlineState.OPEN,
        ends_on=row.due_on,
        ends_at=ends_at,
        act_by_on=row.due_on,
        act_by_at=ends_at,
        known_at=row.recorded_at,
        after=AFTER.get(CardDateKind(row.kind), After.NOTHING),
        is_place_assumed=card.is_place_assumed,
    )


def is_silent(card: Card, kind: str) -> bool:
    """Tell whether the holder's own word stops the reminders of this deadline."""
    return card.intent == Intent.LAPSE and kind not in OUTLASTING
