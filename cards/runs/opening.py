"""What the scheduler opens by itself: regular check-ups, and the fitting steps where a card asks for it."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from cards.models import Card, Deadline, DeadlineState, Intent, Playbook, Reminder, Run, RunState
from cards.queries.run_offers import offers_on, run_pk
from cards.rules.periods import Period, occurrence
from cards.services.leading import leading_of

from .starting import AlreadyOpen, NotOffered, start_run

log = logging.getLogger(__name__)

# More would hold up the reminders of the same tick: the next ticks go on.
MOST_AT_ONCE = 200
_CHUNK = 100


def open_due(now: datetime, is_time_over: Callable[[], bool]) -> tuple[int, bool]:
    """Open what is due; return how many, and whether nothing was left for want of time. Idempotent.

    Each card for itself: one that can't be opened is logged and never stops the others.
    """
    opened = 0
    for card, key in _due(now):
        if opened >= MOST_AT_ONCE or is_time_over():
            return opened, False
        opened += _open(card, key, now)
    return opened, True


def _open(card: Card, key: str, now: datetime) -> bool:
    try:
        start_run(card=card, key=key, by=None, now=now)
    except (AlreadyOpen, NotOffered, Card.DoesNotExist):
        return False
    except Exception:
        log.exception("%s can't be opened for card %s", key, card.public_id)
        return False
    return True


def _due(now: datetime) -> Iterator[tuple[Card, str]]:
    for playbook in Playbook.objects.filter(retired_at=None).select_related("current"):
        every = _every(playbook)
        for chunk in _in_chunks(_to_check(playbook, every, now)) if every is not None else ():
            yield from ((card, playbook.key) for card in chunk if _is_meant(playbook, card))
    for chunk in _in_chunks(_living().filter(opens_runs=True)):
        yield from _fitting(chunk, now)


def _every(playbook: Playbook) -> Period | None:
    """Return how often it is done; None for one that is not, or whose text can't be read any more."""
    try:
        return playbook.current.definition.every if playbook.current is not None else None
    except ValueError:
        log.exception("the playbook %s can't be read", playbook.key)
        return None


def _is_meant(playbook: Playbook, card: Card) -> bool:
    assert playbook.current is not None
    return playbook.current.definition.fits(card.purposes, card.form)


def _in_chunks(cards: QuerySet[Card]) -> Iterator[list[Card]]:
    """Yield the cards a hundred at a time, by their keys: what was opened does not move the others."""
    last = 0
    while chunk := list(cards.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _living() -> QuerySet[Card]:
    """Return the cards in use: not put away, the line not gone."""
    return Card.objects.filter(archived_at=None, ended_as="").select_related("operator", "owner")


def _to_check(playbook: Playbook, every: Period, now: datetime) -> QuerySet[Card]:
    """Return the cards whose last run of it, or whose beginning, is a whole period ago.

    A card that its holder lets go is left in peace: one being cancelled is watched by its own steps.
    """
    day = occurrence(now.astimezone(UTC).date(), every, -1)
    since = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    runs = Run.objects.filter(card=OuterRef("pk"), playbook=playbook)
    recent = runs.filter(Q(state=RunState.OPEN) | Q(closed_at__gte=since) | Q(opened_at__gte=since))
    return _living().filter(~Exists(recent), has_check_ups=True, intent=Intent.KEEP, created_at__lt=since)


def _fitting(cards: Sequence[Card], now: datetime) -> Iterator[tuple[Card, str]]:
    """Yield the playbook that each card's most urgent deadline calls for, once its reminders have begun.

    Once a deadline: what the holder gave up, or finished without the date moving, is not opened again.
    Five queries for all of them.
    """
    leading = _leading(cards)
    begun = _begun(leading.values())
    wanted = [
        (card, leading[card.pk]) for card in cards if card.pk in leading and leading[card.pk].pk in begun
    ]
    last: dict[tuple[int, str], datetime] = {}
    runs = Run.objects.filter(card__in=[card for card, _row in wanted]).order_by("pk")
    for number, key, opened_at, closed_at in runs.values_list(
        "card_id", "playbook__key", "opened_at", "closed_at"
    ):
        last[number, key] = max(opened_at, closed_at or opened_at)
    for (card, row), offer in zip(wanted, offers_on(wanted, now=now), strict=True):
        if offer is None or offer.run_id:
            continue
        before = last.get((card.pk, offer.key))
        if before is None or before < begun[row.pk]:
            yield card, offer.key


def _leading(cards: Sequence[Card]) -> dict[int, Deadline]:
    """Return each card's most urgent deadline that no run made."""
    by_card: dict[int, list[Deadline]] = defaultdict(list)
    by_id = {card.pk: card for card in cards}
    for row in Deadline.objects.filter(card__in=by_id, state=DeadlineState.OPEN):
        if run_pk(row) is None:
            row.card = by_id[row.card_id]
            by_card[row.card_id].append(row)
    found = {card: leading_of(rows, set()) for card, rows in by_card.items()}
    return {card: row for card, row in found.items() if row is not None}


def _begun(deadlines: Iterable[Deadline]) -> dict[int, datetime]:
    """Return when the first reminder of each deadline as it stands was due; those without are left out."""
    spoken = Reminder.objects.filter(
        watch__deadline__in=[row.pk for row in deadlines],
        watch__user=F("watch__deadline__card__owner"),
        ends_at=F("watch__deadline__ends_at"),
    )
    rows = spoken.order_by().values_list("watch__deadline").annotate(Min("due_at"))
    return dict(rows)
