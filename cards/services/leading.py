"""Which of a card's deadlines stands for it on the start page and in the list."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cards.models import Deadline, DeadlineKind, DeadlineState
from cards.queries.run_offers import RUN_KINDS, run_pk

ASK_AFTER = timedelta(days=7)
# Over, these only wait for a word: they must not hide a number that is lost tomorrow.
WAITING = {DeadlineKind.CHARGE, DeadlineKind.BILL, DeadlineKind.REFUND, DeadlineKind.OWN, *RUN_KINDS}


def urgency(deadline: Deadline) -> datetime | None:
    """Return the instant that lists sort by: the last safe moment, a question's first asking."""
    if deadline.kind == DeadlineKind.ASK_VALIDITY:
        return deadline.known_at + ASK_AFTER
    return deadline.act_by_at


def leading_of(
    deadlines: Iterable[Deadline], silent: set[int], *, is_leaving: bool = False
) -> Deadline | None:
    """Return the deadline that leads: the earliest that can still be acted on.

    A line that can only be saved comes first. A fee that the operator takes, and what is over and only
    waits for a word, lead when nothing else is open; the question for a date not before the date that
    is known so far. A line whose last day is over leads on as a loss likewise. Of a card that is being
    cancelled (`is_leaving`) nobody needs the date before what its cancelling waits for.
    """
    rows = list(deadlines)
    open_rows = [row for row in rows if row.state == DeadlineState.OPEN]
    loud = [row for row in open_rows if row.pk not in silent] or open_rows
    if any(row.kind == DeadlineKind.LINE or (is_leaving and run_pk(row)) for row in loud):
        loud = [row for row in loud if row.kind != DeadlineKind.ASK_VALIDITY]
    if loud:
        return min(loud, key=lambda row: (_rank(row), urgency(row) or row.known_at, row.pk))
    lost = [r for r in rows if r.state == DeadlineState.PASSED and r.kind == DeadlineKind.LINE]
    return lost[0] if lost else None


def _rank(row: Deadline) -> int:
    # "noted": its end is over and stands in the timeline, a stored fact like the others.
    is_over = bool(row.noted)
    if row.kind == DeadlineKind.LINE and is_over:
        return 0
    return 2 if row.kind == DeadlineKind.CHARGE or (row.kind in WAITING and is_over) else 1
