"""Reads the tables of docs/rules-worked.md: what was recorded becomes entries."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from cards.rules.periods import Period, Unit
from cards.rules.validity import Entry

PAGE = Path(__file__).parents[2] / "docs" / "rules-worked.md"
RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = re.compile(r"nothing; .+ (is|are) asked for")
_PLAN = re.compile(r"plan of (\d+) ([a-z]+?)s?(?=;|$)")
_ENTRY = re.compile(r"(.+?)(?: (-?[\d.]+) ([A-Z]{3}))? on (\d+ [A-Z][a-z]{2} \d{4})")
# As the page says it, and the ledger's kind.
KINDS = {
    "top-up": "top-up",
    "renewal": "renewal",
    "plan bought": "plan-bought",
    "SMS": "sms",
    "MMS": "mms",
    "call": "call",
    "data": "data",
    "other chargeable use": "chargeable",
    "call received": "call-received",
    "message read": "message-read",
    "credit received": "credit-received",
    "balance": "balance",
    "card started": "started",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table by its headings."""

    cells: dict[str, str]

    @property
    def key(self) -> str:
        return self.cells["Operator"].strip("`")

    @property
    def rule(self) -> str:
        return self.cells["Rule"]

    @property
    def number(self) -> int | None:
        """The rule's number in its file; None for a table of top-ups."""
        found = re.match(r"\d+", self.rule)
        return int(found[0]) if found else None

    @property
    def recorded(self) -> str:
        return self.cells["What was recorded"]

    @property
    def is_asked(self) -> bool:
        return ASKED.fullmatch(self.recorded) is not None

    @property
    def plan(self) -> Period | None:
        found = _PLAN.match(self.recorded)
        return Period(int(found[1]), Unit(found[2])) if found else None

    @property
    def started_on(self) -> date | None:
        return next((entry.day for entry in self._said if entry.kind == "started"), None)

    @property
    def entries(self) -> list[Entry]:
        return [entry for entry in self._said if entry.kind != "started"]

    @property
    def _said(self) -> list[Entry]:
        if self.is_asked:
            return []
        parts = [part for part in self.recorded.split("; ") if not _PLAN.fullmatch(part)]
        return [_entry(number, part) for number, part in enumerate(parts, 1)]


def _entry(number: int, part: str) -> Entry:
    found = _ENTRY.fullmatch(part)
    assert found is not None, f"{part!r} can't be read"
    kind, amount, currency, on = found.groups()
    return Entry(
        id=number,
        place=number,
        kind=KINDS[kind],
        day=datetime.strptime(on, "%d %b %Y").replace(tzinfo=UTC).date(),
        amount=Decimal(amount) if amount else None,
        currency=currency or "",
        recorded_at=RECORDED,
    )


def rows(heading: str) -> list[Row]:
    """The lines of the table under a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    head, _rule, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [Row(dict(zip(head, cells, strict=True))) for cells in body]


def in_words(day: date | None, otherwise: str) -> str:
    return otherwise if day is None else f"{day.day} {day:%b %Y}"
