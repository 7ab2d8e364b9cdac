"""Evidence of a step: files kept beside the database, their rows in it, both or neither."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of files: where those lie that are kept now, and the names of the others."""

    stored: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def add_evidence(*, run: Run, step: str, files: Sequence[Upload], by: User, now: datetime) -> Kept:
    """Keep files as evidence of a step; a file that the step has already is kept once.

    Reasons of refusals: those of `Refused`, too-many (10 a step), card-full (200 MB a card). KeyError for a
    step that the run does not have.
    """
    run.version.definition.step(step)
    outcome = Kept()
    good: list[tuple[str, Checked]] = []
    for name, content in files:
        try:
            good.append((evidence_files.clean_name(name), evidence_files.check(content)))
        except Refused as error:
            outcome.refused.append((evidence_files.clean_name(name), error.reason))
    try:
        with transaction.atomic():
            _keep(run, step, good, outcome, by, now)
    except BaseException:
        remove_files(outcome.stored)
        raise
    return outcome


def _keep(
    run: Run, step: str, good: Sequence[tuple[str, Checked]], outcome: Kept, by: User, now: datetime
) -> None:
    card = lock_card(run.card)
    count = Evidence.objects.filter(run=run, step=step).count()
    size = Evidence.objects.filter(card=card).aggregate(all=Sum("size"))["all"] or 0
    for name, checked in good:
        digest = hashlib.sha256(checked.content).hexdigest()
        if Evidence.objects.filter(run=run, step=step, digest=digest).exists():
            outcome.known.append(name)  # sent twice, by a second press or after an error in the form
            continue
        size += len(checked.content)
        if count >= MOST_A_STEP or size > MOST_BYTES_A_CARD:
            outcome.refused.append((name, "too-many" if count >= MOST_A_STEP else "card-full"))
            size -= len(checked.content)
            continue
        outcome.stored.append(evidence_files.store(settings.EVIDENCE_DIR, checked))
        Evidence.objects.create(
            card=card,
            run=run,
            step=step,
            kind=checked.kind,
            name=name,
            stored_as=outcome.stored[-1],
            size=len(checked.content),
            digest=digest,
            added_at=now,
            by=by,
        )
        count += 1
    if outcome.stored:
        count = len(outcome.stored)
        log_event(card=card, kind=EventKind.EVIDENCE_ADDED, by=by, now=now, count=count, run=run.public_id)


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
