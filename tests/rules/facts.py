"""Short ways to write down facts for the tests of cards.rules."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from cards.rules.periods import Period, Unit
from cards.rules.timetable import Clock
from cards.rules.validity import Entry, Rule, Validity, Version, play

BAHRAIN = ("Asia/Bahrain",)
RECORDED = datetime(2025, 1, 1, tzinfo=UTC)
_ids = count(1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """An instant; UTC when the text names no offset."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def period(text: str) -> Period:
    """ "180 days", "1 month" ..."""
    number, unit = text.split()
    return Period(int(number), Unit(unit.rstrip("s")))


def action(on: str, kind: str = "top-up", **overrides: Any) -> Entry:
    number = next(_ids)
    amount = overrides.pop("amount", None)
    facts: dict[str, Any] = {
        "id": number,
        "place": number,
        "kind": kind,
        "day": day(on),
        "amount": None if amount is None else Decimal(amount),
        "recorded_at": RECORDED,
    }
    return Entry(**(facts | overrides))


def reading(on: str, expires_on: str, **overrides: Any) -> Entry:
    return action(on, "reading", expires_on=day(expires_on), **overrides)


def rule(length: str = "180 days", **overrides: Any) -> Rule:
    facts: dict[str, Any] = {"counts": frozenset({"top-up"}), "period": period(length)}
    return Rule(**(facts | overrides))


def version(of: Rule, applies_from: str = "2000-01-01", recorded_at: datetime = RECORDED) -> Version:
    return Version(applies_from=day(applies_from), recorded_at=recorded_at, rule=of)


def played(of: Rule | None, *entries: Entry, zones: Sequence[str] = BAHRAIN, **facts: Any) -> Validity:
    return play(entries, [] if of is None else [version(of)], zones=zones, **facts)


def ends(of: Rule | None, *entries: Entry, **facts: Any) -> str:
    return str(played(of, *entries, **facts).ends_on)


def make_clock(ends_at: str | None, act_by_at: str | None = None, **overrides: Any) -> Clock:
    facts: dict[str, Any] = {
        "ends_at": None if ends_at is None else at(ends_at),
        "act_by_at": at(act_by_at) if act_by_at else (at(ends_at) if ends_at else None),
        "known_at": RECORDED,
        "began_at": RECORDED,
        "period": timedelta(days=180),
    }
    return Clock(**(facts | overrides))
