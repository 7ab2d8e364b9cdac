"""A card's whole record as one ZIP: its history, its steps, and every file that proves them."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from cards.models import Action, Card, StepRecord
from cards.platform.evidence_files import suffix_of
from cards.queries.evidence import evidence_of_card
from cards.queries.ledger import voided_ids
from cards.services.evidence import content_of

_ENTRY = (
    "acted_on", "acted_at", "kind", "amount", "currency", "balance", "data_left_mib", "expires_on",
    "until_on", "days_given", "method", "order_number", "note", "recorded_at",
)  # fmt: skip
_HISTORY = ("entry", *_ENTRY, "plan", "undoes", "is_undone", "by")
_STEPS = ("steps", "opened_on", "state", "step", "what", "day", "recorded_at", "values", "note", "by")
_FILES = ("file", "steps", "step", "name", "kind", "size", "sha256", "added")


def write_card_record(card: Card, out: IO[bytes]) -> None:
    """Write the ZIP: `history.csv`, `steps.csv`, `index.csv` and the files that it lists.

    Secrets are in none of them: they are neither in the ledger nor in steps. A file that is gone from the
    disk is listed as missing.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        # While the archive is written: a card's files may be as big as the memory of the whole program.
        files = list(_write_files(card, archive))
        archive.writestr("index.csv", _table(_FILES, files))
        archive.writestr("history.csv", _table(_HISTORY, _history(card)))
        archive.writestr("steps.csv", _table(_STEPS, _steps(card)))


def _write_files(card: Card, archive: zipfile.ZipFile) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(evidence_of_card(card), start=1):
        path = f"{number:03d}.{suffix_of(row.stored_as)}"
        try:
            archive.writestr(path, content_of(row))
        except FileNotFoundError:
            path = "missing"
        told = (row.run.playbook.key, row.step, row.name, row.kind, row.size, row.digest)
        yield (path, *told, row.added_at)


def _history(card: Card) -> Iterator[Sequence[Any]]:
    rows = list(Action.objects.filter(card=card).select_related("subscription", "voids", "by").order_by("pk"))
    voided = voided_ids(rows)
    for row in rows:
        yield (
            row.public_id,
            *(getattr(row, name) for name in _ENTRY),
            row.subscription.name if row.subscription is not None else "",
            row.voids.public_id if row.voids is not None else "",
            row.pk in voided,
            row.by.email if row.by is not None else "",
        )


def _steps(card: Card) -> Iterator[Sequence[Any]]:
    rows = (
        StepRecord.objects.filter(run__card=card).select_related("run__playbook", "by").order_by("run", "pk")
    )
    for row in rows:
        yield (
            row.run.playbook.key,
            row.run.opened_on,
            row.run.state,
            row.step,
            row.kind,
            row.recorded_on,
            row.recorded_at,
            json.dumps(row.values, ensure_ascii=False) if row.values else "",
            row.note,
            row.by.email if row.by is not None else "system",
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a CSV that a spreadsheet opens as UTF-8."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(head)
    table.writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    # A text that begins like a formula must not be one in a spreadsheet; a negative amount is a number.
    is_formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if is_formula else str(value)
