"""The entries of a card's ledger and the order in which they are played."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from cards.rules.places import day_at

READING = "reading"
RESTORED = "restored"
CREDIT_SENT = "credit-sent"
# Whoever did one of these had a line that worked, whether or not the rule counts it.
SHOWS_LIFE = frozenset(
    {
        "top-up", "renewal", "plan-bought", "sms", "mms", "call", "data", "chargeable", "call-received",
        "message-read", "credit-sent", "credit-received", "activated", "first-used", "restored",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effective (not voided) entry.

    `place` is the order of entry; a correction keeps the place of what it voids. `at` is aware.
    `expires_on`: the operator's own date, on kind "reading". `days_given`: days of validity that
    went to another line, on kind "credit-sent".
    """

    id: int
    place: int
    kind: str
    day: date
    at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""
    expires_on: date | None = None
    days_given: int | None = None
    recorded_at: datetime


class Outcome(StrEnum):
    """What an entry did to the validity."""

    COUNTED = "counted"
    READ = "read"
    UNCONFIRMED = "unconfirmed"
    REOPENED = "reopened"
    TOO_SMALL = "too-small"
    OTHER_KIND = "other-kind"
    OTHER_CURRENCY = "other-currency"
    OTHER_CLOCK = "other-clock"
    SHORTENED = "shortened"
    AFTER_LOSS = "after-loss"
    NO_EFFECT = "no-effect"


_Placed = tuple[date, Entry]


def in_order(entries: Iterable[Entry], zones: Sequence[str]) -> list[_Placed]:
    """(day at the operator's place, entry), as they are played.

    By day; on one day by instant where both have one, else actions before readings (a reading
    already contains them), else the order of entry. The input's order never matters.
    """
    placed = [(entry.day if entry.at is None else day_at(entry.at, zones), entry) for entry in entries]
    placed.sort(key=_by_entry)
    if sum(entry.at is not None for _, entry in placed) < 2:
        return placed
    ordered: list[_Placed] = []
    for _, group in groupby(placed, key=lambda item: item[0]):
        ordered.extend(_within_a_day(list(group)))
    return ordered


def _by_entry(item: _Placed) -> tuple[date, bool, int, int]:
    day, entry = item
    return (day, entry.kind == READING, entry.place, entry.id)


def _within_a_day(group: list[_Placed]) -> Iterator[_Placed]:
    """Merge: entries with an instant stay in its order, the others keep their place between.

    The order of DESIGN's pairs can run in a circle when only some have an instant; a merge
    gives way in one place and is the same for every order of input.
    """
    timed = [(entry.at, item) for item in group if (entry := item[1]).at is not None]
    if len(timed) < 2:
        yield from group
        return
    # The sort is stable: entries of one instant stay actions first, then in order of entry.
    timed.sort(key=lambda pair: pair[0])
    queue = [item for _, item in timed]
    others = [item for item in group if item[1].at is None]
    while queue and others:
        yield queue.pop(0) if _by_entry(queue[0]) < _by_entry(others[0]) else others.pop(0)
    yield from queue
    yield from others
