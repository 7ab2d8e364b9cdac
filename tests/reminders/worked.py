"""The table of worked examples in docs/reminders.md, read as a person reads it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

TABLE = Path(__file__).parents[2] / "docs" / "reminders.md"
COLUMNS = ["#", "Card", "Told", "Person", "Ends", "Act by", "Reminders", "Worked out"]
GOES_ON = "…"
DAY = timedelta(days=1)

Said = tuple[str, datetime]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One row: what is given, and what must come of it. Instants are aware."""

    number: str
    card: str
    place: str
    told_at: datetime
    zone: str
    hour: time
    leads: list[int] | None
    ends_at: datetime | None
    act_by_at: datetime | None
    said: list[Said]
    goes_on: bool
    notes: str


def examples() -> list[Example]:
    """Return the rows of the table, in its order. ValueError for a row that can't be read."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    header, rule, *body = rows
    if header != COLUMNS or any(set(cell) != {"-"} for cell in rule):
        raise ValueError(f"the table has other columns: {header}")
    return [_example(*row) for row in body]


def read_day(text: str) -> date:
    """Return "4 Jul 2026" as a date."""
    return datetime.strptime(text, "%d %b %Y").date()


def at_place(day: date, hour: time, zone: str) -> datetime:
    """Return the instant at which a clock shows this hour; of a doubled hour the first."""
    local = datetime.combine(day, hour, ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(f"{day} {hour} does not exist in {zone}: write the hour that the clock shows")
    return instant


def _example(
    number: str, card: str, told: str, person: str, ends: str, act_by: str, reminders: str, notes: str
) -> Example:
    found = re.fullmatch(r"(\S+) (\d\d:\d\d)(?:, leads ([\d ]+))?", person)
    if found is None:
        raise ValueError(f"row {number}: who is {person!r}?")
    zone, hour, leads = found[1], time.fromisoformat(found[2]), found[3]
    told_at = _instant(told, zone)
    assert told_at is not None
    parts = [part.strip() for part in reminders.split(",")]
    goes_on = parts[-1] == GOES_ON
    return Example(
        number=number,
        card=card.partition(": ")[2],
        place=card.partition(": ")[0],
        told_at=told_at,
        zone=zone,
        hour=hour,
        leads=[int(lead) for lead in leads.split()] if leads else None,
        ends_at=_instant(ends, "UTC"),
        act_by_at=_instant(act_by, "UTC"),
        said=list(_said(parts[:-1] if goes_on else parts, told_at, zone, hour)),
        goes_on=goes_on,
        notes=notes,
    )


def _instant(text: str, zone: str) -> datetime | None:
    if text == "-":
        return None
    day, hour = text.rsplit(" ", 1)
    return at_place(read_day(day), time.fromisoformat(hour), zone)


_SLOT = re.compile(
    r"(?P<word>[a-z-]+)(?::(?P<first>\d+)(?P<unit>h?)(?:-(?P<last>\d+))?)?"
    r" (?P<day>\d+)(?:-(?P<until>\d+))? (?P<month>[A-Z][a-z]{2})(?: (?P<hour>\d\d:\d\d))?"
)


def _said(parts: list[str], told_at: datetime, zone: str, hour: time) -> Iterator[Said]:
    """Each reminder and its instant; the year is the first that is not before the one before it."""
    before = told_at
    for part in parts:
        found = _SLOT.fullmatch(part)
        if found is None:
            raise ValueError(f"can't read the reminder {part!r}")
        days = range(int(found["day"]), int(found["until"] or found["day"]) + 1)
        shown = time.fromisoformat(found["hour"]) if found["hour"] else hour
        names = list(_names(found["word"], found["first"], found["last"], found["unit"]))
        if len(names) != len(days):
            raise ValueError(f"{part!r}: {len(names)} reminders on {len(days)} days")
        for name, day in zip(names, days, strict=True):
            before = _not_before(before, f"{day} {found['month']}", shown, zone)
            yield name, before


def _names(word: str, first: str | None, last: str | None, unit: str | None) -> Iterator[str]:
    if first is None:
        yield word
        return
    for number in range(int(first), int(last or first) + 1):
        yield f"{word}:{number}{unit}"


def _not_before(before: datetime, day: str, hour: time, zone: str) -> datetime:
    year = before.astimezone(ZoneInfo(zone)).year
    instant = at_place(read_day(f"{day} {year}"), hour, zone)
    return instant if instant >= before else at_place(read_day(f"{day} {year + 1}"), hour, zone)
