"""The clocks of the line: its validity, the question for it, a balance of zero."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from cards.models import Action, ActionKind, Card, DeadlineKind, DeadlineState, Purpose
from cards.queries.ledger import (
    Facts,
    as_happened,
    entries_of,
    places_of,
    proposed_rule,
    started_on,
    versions_of,
)
from cards.rules.places import end_of_day, start_of_day
from cards.rules.rulebook import Rulebook
from cards.rules.timetable import After
from cards.rules.validity import Outcome, Validity, act_by, margin_days, play
from cards.rules.zero_balance import BalanceReading, ZeroEnd, zero_end

from .wanted_deadline import Wanted, on_day, safe_date, seconds

# Actions after which the line is gone by the holder's own word.
FINAL = {ActionKind.CANCELLED, ActionKind.PORTED, ActionKind.LOST}


def line_validity(facts: Facts, *, with_proposed: bool = False) -> Validity:
    """Play the card's ledger; `with_proposed`: under the changed rule that waits for a choice too."""
    return play(
        entries_of(facts),
        versions_of(facts, with_proposed=with_proposed),
        zones=facts.card.zones,
        started_on=started_on(facts),
    )


def is_over(facts: Facts) -> bool:
    """Tell whether the holder recorded the line's end after which nothing restored it."""
    return end_of(facts) is not None


def end_of(facts: Facts) -> Action | None:
    """Return the entry by which the line is gone and after which nothing restored it."""
    last = None
    for _place, action in as_happened(facts):
        if action.kind in FINAL:
            last = action
        elif action.kind == ActionKind.RESTORED:
            last = None
    return last


def line(facts: Facts) -> Iterator[Wanted]:
    """The line's validity, and the question for it while nobody knows it."""
    card, validity = facts.card, line_validity(facts)
    dated = _dated(card, validity)
    if proposed_rule(facts) is not None:
        dated = _earlier(dated, _dated(card, line_validity(facts, with_proposed=True)))
    if dated is not None:
        yield dated
    if Purpose.NUMBER_KEEPING in card.purposes:
        is_answered = dated is not None and not dated.is_hearsay
        yield Wanted(
            kind=DeadlineKind.ASK_VALIDITY,
            state=DeadlineState.MET if is_answered else DeadlineState.OPEN,
            known_at=card.created_at,
            is_place_assumed=card.is_place_assumed,
        )


def _earlier(own: Wanted | None, proposed: Wanted | None) -> Wanted | None:
    """Return the earlier dates of both, with the other rule's date beside them.

    Until its owner chooses, a changed rule can bring a date forward and never put one off; and nothing
    is called lost while it may be saved under one of them.
    """
    if proposed is None:
        return own
    if own is None:
        return replace(proposed, proposed_on=proposed.ends_on)
    first = proposed if _ends(proposed) < _ends(own) else own
    safe = min(own, proposed, key=_act_by)
    return replace(
        first,
        act_by_on=safe.act_by_on,
        act_by_at=safe.act_by_at,
        save_until_at=min(filter(None, (own.save_until_at, proposed.save_until_at)), default=None),
        lost_at=max(own.lost_at, proposed.lost_at) if own.lost_at and proposed.lost_at else None,
        proposed_on=proposed.ends_on if own.ends_at != proposed.ends_at else None,
    )


def _ends(row: Wanted) -> datetime:
    assert row.ends_at is not None
    return row.ends_at


def _act_by(row: Wanted) -> datetime:
    assert row.act_by_at is not None
    return row.act_by_at


def _dated(card: Card, validity: Validity) -> Wanted | None:
    if validity.ends_at is None:
        return None
    zones = card.zones
    margin = card.margin_days if card.margin_days is not None else margin_days(validity.period)
    save_until, lost = validity.save_until_on, validity.lost_on
    return Wanted(
        kind=DeadlineKind.LINE,
        ends_on=validity.ends_on,
        ends_at=validity.ends_at,
        act_by_on=safe_date(validity.ends_on, margin),
        act_by_at=act_by(validity.ends_on, validity.ends_at, margin, zones),
        save_until_at=end_of_day(save_until, zones) if save_until else None,
        lost_at=start_of_day(lost, zones) if lost else None,
        # a first period counts from the card itself: known since the card is here
        known_at=validity.known_at or card.created_at,
        period_seconds=seconds(validity.period),
        after=After.SAVE,
        is_hearsay=validity.is_hearsay,
        unconfirmed_on=validity.unconfirmed_on,
        is_place_assumed=card.is_place_assumed,
    )


def zero_balance(facts: Facts) -> Iterator[Wanted]:
    """The second clock of some rules: so long after the balance was seen at zero.

    While a changed rule waits for its owner's choice, the earlier end under both.
    """
    ways = (False, True) if proposed_rule(facts) is not None else (False,)
    ends = [end for way in ways if (end := _zero_end(facts, with_proposed=way)) is not None]
    if ends:
        end = min(ends, key=lambda one: one.ends_on)
        yield on_day(
            facts.card,
            DeadlineKind.ZERO_BALANCE,
            end.ends_on,
            since=end.since_on,
            known_at=end.known_at,
        )


def _zero_end(facts: Facts, *, with_proposed: bool) -> ZeroEnd | None:
    """Return the earliest end over all currencies: money of one says nothing of another."""
    read = [action for action in facts.effective if action.balance is not None]
    if not read:
        return None
    versions = versions_of(facts, with_proposed=with_proposed)
    in_force = Rulebook(versions).on(max(action.acted_on for action in read))
    # A rule that begins after the last reading counts too: the balance is still what was read.
    after = [v.rule.zero_after for v in versions if in_force and v.applies_from >= in_force.applies_from]
    if not any(after):
        return None  # most rules have no such clock: the ledger is not played for it
    places = places_of(facts.actions)
    outcomes = line_validity(facts, with_proposed=with_proposed).outcomes
    raises = [
        entry
        for entry in entries_of(facts)
        if entry.kind == ActionKind.TOP_UP and outcomes.get(entry.id) == Outcome.COUNTED
    ]
    ends = [
        zero_end(
            [_balance(action, places) for action in read if action.currency == currency],
            period,
            zones=facts.card.zones,
            raises=raises,
        )
        for currency in {action.currency for action in read}
        for period in after
        if period is not None
    ]
    return min((end for end in ends if end is not None), key=lambda end: end.ends_on, default=None)


def _balance(action: Action, places: dict[int, int]) -> BalanceReading:
    assert action.balance is not None
    return BalanceReading(
        day=action.acted_on,
        at=action.acted_at,
        place=places[action.pk],
        amount=action.balance,
        recorded_at=action.recorded_at,
    )
