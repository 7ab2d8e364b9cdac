"""The stage of cards, asked of the database: what `rules.stages.stage` says of their leading deadline."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, Count, Q, QuerySet, Value, When

from cards.models import Card, User
from cards.rules.stages import Stage

DUE = timedelta(days=7)
SOON = timedelta(days=30)


def has_stage(stage: Stage, *, now: datetime) -> Q:
    """Return the condition on a card that its leading deadline is in this stage."""
    lost = Q(leading__lost_at__lte=now)
    alive = Q(leading__lost_at=None) | Q(leading__lost_at__gt=now)
    ahead = Q(leading__ends_at__gt=now) & alive
    due_until, soon_until = now + DUE, now + SOON
    return {
        Stage.NONE: Q(leading=None),
        Stage.UNKNOWN: Q(leading__isnull=False, leading__ends_at=None),
        Stage.LOST: Q(leading__ends_at__isnull=False) & lost,
        Stage.OVER: Q(leading__ends_at__lte=now) & alive,
        Stage.DUE: ahead & Q(leading__act_by_at__lte=due_until),
        Stage.SOON: ahead & Q(leading__act_by_at__gt=due_until, leading__act_by_at__lte=soon_until),
        Stage.FAR: ahead & Q(leading__act_by_at__gt=soon_until),
    }[stage]


# As a list is read: what burns first.
ORDER = (Stage.OVER, Stage.DUE, Stage.SOON, Stage.UNKNOWN, Stage.FAR, Stage.LOST, Stage.NONE)


def stage_counts(cards: QuerySet[Card], *, now: datetime) -> dict[Stage, int]:
    """Return how many of the cards are in each stage, in one query.

    The cases come in the order of `rules.stages.stage`, so that each is one comparison.
    """
    stage = Case(
        When(leading=None, then=Value(Stage.NONE.value)),
        When(leading__ends_at=None, then=Value(Stage.UNKNOWN.value)),
        When(leading__lost_at__lte=now, then=Value(Stage.LOST.value)),
        When(leading__ends_at__lte=now, then=Value(Stage.OVER.value)),
        When(leading__act_by_at__lte=now + DUE, then=Value(Stage.DUE.value)),
        When(leading__act_by_at__lte=now + SOON, then=Value(Stage.SOON.value)),
        default=Value(Stage.FAR.value),
    )
    rows = cards.order_by().values_list(stage).annotate(Count("pk"))
    counted: dict[str, int] = dict(rows)
    return {stage: counted.get(stage.value, 0) for stage in ORDER}


def stage_counts_of(owner: User, *, is_archive: bool, now: datetime) -> dict[Stage, int]:
    """Return `stage_counts` of all of a person's cards, or of the archive.

    Written as SQL: building seven cases through the ORM took a tenth of the list's time, and the
    list and the start page ask this at every visit. A test holds it against `stage_counts`.
    """
    return stages_and_urgent_of(owner, is_archive=is_archive, now=now)[0]


def stages_and_urgent_of(owner: User, *, is_archive: bool, now: datetime) -> tuple[dict[Stage, int], int]:
    """Return `stage_counts_of`, and how many cards wait for their holder: over or due, and not let go."""
    moments = [connection.ops.adapt_datetimefield_value(at) for at in (now, now, now + DUE, now + SOON)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format("NOT NULL" if is_archive else "NULL"), [*moments, owner.pk])
        counted = {stage: (cards, meant) for stage, cards, meant in cursor.fetchall()}
    none = (0, 0)
    urgent = sum(counted.get(stage.value, none)[1] for stage in (Stage.OVER, Stage.DUE))
    return {stage: counted.get(stage.value, none)[0] for stage in ORDER}, urgent


_COUNTS = """
SELECT CASE
    WHEN deadline.id IS NULL THEN 'none'
    WHEN deadline.ends_at IS NULL THEN 'unknown'
    WHEN deadline.lost_at <= %s THEN 'lost'
    WHEN deadline.ends_at <= %s THEN 'over'
    WHEN deadline.act_by_at <= %s THEN 'due'
    WHEN deadline.act_by_at <= %s THEN 'soon'
    ELSE 'far' END AS stage, COUNT(*), COUNT(card.urgent_at)
FROM cards_card AS card LEFT JOIN cards_deadline AS deadline ON deadline.id = card.leading_id
WHERE card.owner_id = %s AND card.archived_at IS {}
GROUP BY 1
"""
