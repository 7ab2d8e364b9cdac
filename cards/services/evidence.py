"""Evidence of a step: files kept beside the database, their rows in it, both or neither."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from cards.models import EventKind, Evidence, Run, User
from cards.platform import evidence_files
from cards.platform.evidence_files import Checked, Refused

from .cards import log_event
from .kept_files import remove_files
from .timetable import lock_card

MOST_A_STEP = 10
MOST_BYTES_A_CARD = 200 * 1024 * 1024

Upload = tuple[str, bytes]
Refusal = tuple[str, str]


def add_evidence(*, run: Run, step: str, files: Sequence[Upload], by: User, now: datetime) -> list[Refusal]:
    """Keep files as evidence of a step; return (name, reason) of those that were refused.

    A file that the step has already is kept once. Reasons: those of `Refused`, too-many (10 a step),
    card-full (200 MB a card). KeyError for a step that the run does not have.
    """
    run.version.definition.step(step)
    refused: list[Refusal] = []
    good: list[tuple[str, Checked]] = []
    for name, content in files:
        try:
            good.append((evidence_files.clean_name(name), evidence_files.check(content)))
        except Refused as error:
            refused.append((evidence_files.clean_name(name), error.reason))
    stored: list[str] = []
    try:
        with transaction.atomic():
            refused += _keep(run, step, good, stored, by, now)
    except BaseException:
        remove_files(stored)
        raise
    return refused


def _keep(
    run: Run, step: str, good: Sequence[tuple[str, Checked]], stored: list[str], by: User, now: datetime
) -> list[Refusal]:
    card = lock_card(run.card)
    count = Evidence.objects.filter(run=run, step=step).count()
    size = Evidence.objects.filter(card=card).aggregate(all=Sum("size"))["all"] or 0
    refused: list[Refusal] = []
    for name, checked in good:
        digest = hashlib.sha256(checked.content).hexdigest()
        if Evidence.objects.filter(run=run, step=step, digest=digest).exists():
            continue  # sent twice, by a second press or after an error in the form
        size += len(checked.content)
        if count >= MOST_A_STEP or size > MOST_BYTES_A_CARD:
            refused.append((name, "too-many" if count >= MOST_A_STEP else "card-full"))
            size -= len(checked.content)
            continue
        stored.append(evidence_files.store(settings.EVIDENCE_DIR, checked))
        Evidence.objects.create(
            card=card,
            run=run,
            step=step,
            kind=checked.kind,
            name=name,
            stored_as=stored[-1],
            size=len(checked.content),
            digest=digest,
            added_at=now,
            by=by,
        )
        count += 1
    if stored:
        log_event(
            card=card, kind=EventKind.EVIDENCE_ADDED, by=by, now=now, count=len(stored), run=run.public_id
        )
    return refused


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: User, now: datetime) -> None:
    """Remove a piece of evidence; that it was there stays in the card's history."""
    card = lock_card(evidence.card)
    name = evidence.stored_as
    Evidence.objects.filter(pk=evidence.pk).delete()
    log_event(card=card, kind=EventKind.EVIDENCE_REMOVED, by=by, now=now, count=1, run=evidence.run.public_id)
    transaction.on_commit(lambda: remove_files([name]))


def content_of(evidence: Evidence) -> bytes:
    """Return the file. Raise FileNotFoundError where it is gone from the disk."""
    return evidence_files.read(settings.EVIDENCE_DIR, evidence.stored_as)
