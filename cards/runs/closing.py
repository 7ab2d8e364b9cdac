"""Runs that are over without anybody's doing: nothing is left in them, or their card is gone."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from cards.models import Run, RunState

from .held import Held, RunIsClosed, settle
from .starting import cut_off

log = logging.getLogger(__name__)


def close_over(now: datetime, is_time_over: Callable[[], bool]) -> int:
    """Close open runs in which nothing is left, and those of cards that are gone; return how many.

    An entry that was corrected, or an undoing undone, settles a last step from outside. Idempotent.

    Each run for itself: one that can't be read is logged and never stops the others.
    """
    closed = 0
    for run in Run.objects.filter(state=RunState.OPEN).select_related("card").order_by("pk").iterator():
        if is_time_over():
            break
        try:
            closed += _close(run, now)
        except (RunIsClosed, Run.DoesNotExist):
            continue
        except Exception:
            log.exception("run %s can't be worked out", run.public_id)
    return closed


@transaction.atomic
def _close(run: Run, now: datetime) -> bool:
    held = Held.of(run, now)
    if held.is_cut_off:
        cut_off(held.run, now=now)
    elif held.standing.progress.is_complete:
        settle(held, None, now)
    else:
        return False
    return True
