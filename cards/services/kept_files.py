"""Files on the disk go when their rows do, and never before that is certain."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from cards.models import Card, Evidence
from cards.platform import evidence_files

# A file without a row is one whose transaction was lost, or whose card went with its owner.
_ORPHAN_AFTER = timedelta(hours=24)


def remove_files(names: Iterable[str]) -> None:
    """Remove kept files; those that are gone already are no error."""
    for name in names:
        evidence_files.remove(settings.EVIDENCE_DIR, name)


def remove_files_of(card: Card) -> None:
    """Have the files of a card that is being deleted removed once that is certain."""
    names = list(Evidence.objects.filter(card=card).values_list("stored_as", flat=True))
    if names:
        transaction.on_commit(lambda: remove_files(names))


def sweep_orphans(*, now: datetime) -> int:
    """Remove files that no row names and that are a day old; return how many."""
    before = (now - _ORPHAN_AFTER).timestamp()
    names = list(evidence_files.kept_before(settings.EVIDENCE_DIR, before))
    known = set(Evidence.objects.values_list("stored_as", flat=True)) if names else set()
    gone = [name for name in names if name not in known]
    for name in gone:
        evidence_files.sweep(settings.EVIDENCE_DIR, name)
    return len(gone)
