"""What is on record of a run's steps: what was done, by whom and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cards.models import Action, RecordKind, Run, StepRecord, User
from cards.queries.ledger import Facts
from cards.queries.money import money_text
from cards.queries.run_words import record_words
from cards.queries.sight import Reader


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the ledger that a step wrote."""

    action: Action
    text: str
    is_void: bool


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record of a step: what, when, by whom."""

    title: str
    text: str
    note: str
    at: datetime
    who: str
    is_system: bool
    entries: tuple[EntryView, ...]


def records_of(run: Run, facts: Facts, person: User, reader: Reader) -> dict[str, list[RecordView]]:
    """Return the records of a run by their step, the oldest first; two queries."""
    found: dict[str, list[RecordView]] = {}
    rows = StepRecord.objects.filter(run=run).select_related("by").prefetch_related("entries")
    for row in rows.order_by("pk"):
        found.setdefault(row.step, []).append(
            RecordView(
                title=str(RecordKind(row.kind).label),
                text=record_words(row.kind, row.values, reader),
                note=row.note,
                at=row.recorded_at,
                who=who_text(row.by, person),
                is_system=row.by_id is None,
                entries=tuple(_entries(row.entries.all(), facts, reader)),
            )
        )
    return found


def who_text(by: User | None, person: User) -> str:
    """Return who did something: the system, the reader, or somebody by their address."""
    if by is None:
        return _("by the system")
    return _("by you") if by.pk == person.pk else _("by %(person)s") % {"person": by.email}


def _entries(rows: Iterable[Action], facts: Facts, reader: Reader) -> Iterable[EntryView]:
    for row in rows:
        amount = row.amount if row.amount is not None else row.balance
        money = money_text(amount, row.currency) if row.currency else ""
        parts = (str(row.get_kind_display()), reader.day(row.acted_on), money)
        yield EntryView(row, _(", ").join(filter(None, parts)), row.pk in facts.voided)
