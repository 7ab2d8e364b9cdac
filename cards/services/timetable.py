"""The only writer of deadlines and watches.

Every service that can move a date, a lead or a person's clock calls `refresh` (or `replan`)
in its own transaction. Recomputing always gives what is stored; `refresh` says if it did not.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from cards.models import Card, Deadline, DeadlineState, Intent, Watch
from cards.queries.clocks import clock_of, is_past_end, said_slots
from cards.queries.ledger import Facts, load_facts
from cards.rules.timetable import After, upcoming

from .leading import leading_of, urgency
from .wanted import Wanted, end_of, is_silent, wanted_of

log = logging.getLogger(__name__)

# Planned "before time began": the next tick takes it, and what it changes is no drift.
STALE = datetime(1970, 1, 1, tzinfo=UTC)
# More would keep a page waiting: the ticks do the rest within minutes.
MOST_AT_ONCE = 200
RETRY_AFTER = timedelta(hours=1)
# Nothing is left to do about these once they are over: unheard reminders do not keep them open.
ENDS_WITH_THE_DATE = (After.ONCE, After.NOTHING)
DATE_FIELDS = ("ends_at", "act_by_at", "save_until_at", "lost_at")
STORED = (
    "title", "titles", "ends_on", "act_by_on", *DATE_FIELDS, "known_at", "period_seconds", "after",
    "is_hearsay", "is_estimated", "is_covered", "unconfirmed_on", "proposed_on", "is_place_assumed",
)  # fmt: skip


@dataclass(slots=True)
class Refreshed:
    """What a refresh changed: rows whose stored values were not what the facts give."""

    deadlines: list[Deadline] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)


def lock_card(card: Card) -> Card:
    """Return the card's row, held until the end of the transaction.

    Always the first lock: card, then deadlines and watches. A sweep may write to the card's timeline
    meanwhile (no_key), or the two would wait for each other.
    """
    rows = Card.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("operator", "owner").get(pk=card.pk)


@transaction.atomic
def refresh(card: Card, now: datetime) -> Refreshed:
    """Bring the card's deadlines and watches in line with its facts. Idempotent."""
    card = lock_card(card)
    facts = load_facts(card)
    result = Refreshed()
    deadlines = _write_deadlines(facts, wanted_of(facts), result)
    _write_watches(facts, deadlines, now, result)
    _write_card(facts, deadlines, now, result)
    result.deadlines = deadlines
    return result


def _write_deadlines(facts: Facts, wanted: Sequence[Wanted], result: Refreshed) -> list[Deadline]:
    stored = {(row.kind, row.subject): row for row in facts.card.deadlines.all()}
    rows: list[Deadline] = []
    for want in wanted:
        row = stored.pop(want.key, None)
        if row is None:
            if want.state != DeadlineState.OPEN:
                continue  # what never was open needs no row
            row = Deadline(card=facts.card, kind=want.kind, subject=want.subject, cycle=0)
        rows.append(_write_deadline(row, want, result))
    for row in stored.values():
        if row.state != DeadlineState.DROPPED:
            row.state, row.cycle = DeadlineState.DROPPED, row.cycle + 1
            row.save(update_fields=["state", "cycle"])
            result.changed.append(f"{row.kind} dropped")
        rows.append(row)
    return rows


def _write_deadline(row: Deadline, want: Wanted, result: Refreshed) -> Deadline:
    has_moved = any(getattr(row, name) != getattr(want, name) for name in DATE_FIELDS)
    # "passed" is what an open one becomes with time: _close_passed decides on it anew.
    keeps_passed = row.state == DeadlineState.PASSED and want.state == DeadlineState.OPEN
    state = row.state if keeps_passed and not has_moved else want.state
    is_new_cycle = row.pk is None or has_moved or state != row.state
    differs = is_new_cycle or any(getattr(row, name) != getattr(want, name) for name in STORED)
    if not differs:
        return row
    written = [*STORED, "state", "cycle"]
    noted = _noted(row, want)
    if noted != row.noted:
        row.noted = noted
        written.append("noted")  # else left alone: a tick may write it at this moment
    for name in STORED:
        setattr(row, name, getattr(want, name))
    row.state = state
    row.cycle += 1 if is_new_cycle else 0
    row.save(update_fields=written if row.pk else None)
    if has_moved:
        result.moved.add(row.pk)
    result.changed.append(f"{row.kind} {row.ends_on or '?'} {row.state}")
    return row


def _noted(row: Deadline, want: Wanted) -> str:
    """Return which moments of the deadline stay noted under its new dates."""
    if row.ends_at != want.ends_at:
        return ""
    is_loss_moved = row.noted == "lost" and row.lost_at != want.lost_at
    return "reached" if is_loss_moved else row.noted


def _write_watches(facts: Facts, deadlines: Sequence[Deadline], now: datetime, result: Refreshed) -> None:
    card = facts.card
    by_id = {row.pk: row for row in deadlines}
    # Locked before what they have said is read: a sweep that holds one has committed by then.
    watches = list(
        Watch.objects.select_for_update(of=("self",))
        .filter(deadline__in=by_id)
        .select_related("user")
        .order_by("pk")
    )
    watched = {watch.deadline_id for watch in watches if watch.user_id == card.owner_id}
    for row in deadlines:
        if row.state == DeadlineState.OPEN and row.pk not in watched:
            # The owner watches from the card's first day on.
            watches.append(Watch.objects.create(deadline=row, user=card.owner, began_at=card.created_at))
    for watch in watches:
        if watch.deadline_id in result.moved and (watch.seen_at or watch.snoozed_until):
            # "Seen" was said of another date.
            watch.seen_at = watch.snoozed_until = None
            watch.save(update_fields=["seen_at", "snoozed_until"])
    silent = _silent_ids(facts, deadlines)
    result.changed += plan_watches(watches, by_id, silent, now)


def _silent_ids(facts: Facts, deadlines: Iterable[Deadline]) -> set[int]:
    return {row.pk for row in deadlines if is_silent(facts.card, row.kind)}


def plan_watches(
    watches: Sequence[Watch], deadlines: dict[int, Deadline], silent: set[int], now: datetime
) -> list[str]:
    """Write each watch's next instant; close deadlines that have said their last word."""
    said = said_slots(watches, deadlines)
    changed, going_on = [], set()
    for watch in watches:
        deadline = deadlines[watch.deadline_id]
        clock = clock_of(watch, deadline, watch.user)
        slot = upcoming(clock, now=now, done=said[watch.pk])
        if slot is not None and not (watch.is_muted and deadline.after in ENDS_WITH_THE_DATE):
            going_on.add(deadline.pk)
        is_open = deadline.state in (DeadlineState.OPEN, DeadlineState.PASSED)
        if not is_open or watch.is_muted or deadline.pk in silent:
            slot = None
        if write_next(watch, slot.at if slot else None, slot.name if slot else ""):
            changed.append(f"watch {deadline.kind}: {watch.slot or '-'}")
    for deadline in deadlines.values():
        if _close_passed(deadline, deadline.pk in going_on, now):
            changed.append(f"{deadline.kind} {deadline.state}")
    return changed


def write_next(watch: Watch, next_at: datetime | None, slot: str) -> bool:
    """Store what the watch says next. Return whether that is new."""
    if (watch.next_at, watch.slot) == (next_at, slot):
        return False
    watch.next_at, watch.slot = next_at, slot
    watch.save(update_fields=["next_at", "slot"])
    return True


def _close_passed(deadline: Deadline, is_going_on: bool, now: datetime) -> bool:
    """Passed: over, and every slot of every watch is taken."""
    if deadline.state not in (DeadlineState.OPEN, DeadlineState.PASSED):
        return False
    is_passed = is_past_end(deadline, now) and not is_going_on
    state = DeadlineState.PASSED if is_passed else DeadlineState.OPEN
    if state == deadline.state:
        return False
    deadline.state, deadline.cycle = state, deadline.cycle + 1
    deadline.save(update_fields=["state", "cycle"])
    return True


def _write_card(facts: Facts, deadlines: Sequence[Deadline], now: datetime, result: Refreshed) -> None:
    card = facts.card
    silent = _silent_ids(facts, deadlines)
    leading = leading_of(deadlines, silent, is_leaving=card.intent == Intent.CANCELLING)
    is_loud = leading is not None and leading.pk not in silent
    urgent_at = urgency(leading) if leading is not None and is_loud else None
    if (card.leading_id, card.urgent_at) != (leading.pk if leading else None, urgent_at):
        result.changed.append("urgency")
    end = end_of(facts)
    ended = (end.kind, end.acted_on) if end is not None else ("", None)
    if (card.ended_as, card.ended_on) != ended:
        result.changed.append(f"end {ended[0] or '-'}")
    card.leading, card.urgent_at, card.planned_at = leading, urgent_at, now
    card.ended_as, card.ended_on = ended
    card.save(update_fields=["leading", "urgent_at", "planned_at", "ended_as", "ended_on"])


def hold_cards(cards: QuerySet[Card]) -> list[int]:
    """Lock cards until the end of the transaction, always in one order; return which are there."""
    ids = set(cards.order_by().values_list("pk", flat=True))
    rows = Card.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def mark_stale(cards: QuerySet[Card]) -> None:
    """Have cards worked out anew by the next tick; part of the transaction that makes it necessary."""
    held = hold_cards(cards.filter(archived_at=None))
    Card.objects.filter(pk__in=held).update(planned_at=STALE)


def replan(cards: QuerySet[Card], now: datetime) -> None:
    """Bring stale cards in line at once, as many as a page can wait for.

    One transaction a card, so that hundreds of them hold no lock for seconds. Those that are left,
    by their number, a crash or an error, stay stale and are done by the next tick.
    """
    for card in cards.filter(archived_at=None, planned_at=STALE).order_by("pk")[:MOST_AT_ONCE]:
        try:
            refresh(card, now)
        except Exception:
            log.exception("the dates of card %s can't be worked out", card.public_id)


def refresh_stale(
    now: datetime, *, before: datetime, limit: int, is_time_over: Callable[[], bool]
) -> list[tuple[Card, list[str]]]:
    """Work out all stale cards, then `limit` of those planned before an instant; return what had drifted.

    One that can't be worked out is reported as well and put off: it never stops the others.
    """
    waiting = Card.objects.filter(archived_at=None, planned_at__lt=before).order_by("planned_at")
    drifted: list[tuple[Card, list[str]]] = []
    while True:
        cards = list(waiting[:limit])
        for card in cards:
            if is_time_over():
                return drifted
            changed = _refresh_alone(card, now, retry_at=before + RETRY_AFTER)
            if changed:
                drifted.append((card, changed))
        if not cards or cards[-1].planned_at != STALE:
            return drifted


def _refresh_alone(card: Card, now: datetime, *, retry_at: datetime) -> list[str]:
    """Return what had drifted; what changed in a stale card is none."""
    is_stale = card.planned_at == STALE
    try:
        changed = refresh(card, now).changed
    except Card.DoesNotExist:
        return []
    except Exception as error:
        log.exception("the dates of card %s can't be worked out", card.public_id)
        # A stale one waits for its dates, and the error may have been a passing one.
        Card.objects.filter(pk=card.pk).update(planned_at=retry_at if is_stale else now)
        return [f"{type(error).__name__}: {error}"]
    return [] if is_stale else changed
