"""Deadlines of runs: answers waited for, checks, things to look at, the last day to apply."""

from collections.abc import Iterator
from datetime import date, timedelta

from cards.models import DeadlineKind
from cards.queries.ledger import Facts
from cards.queries.runs import Standing, place_of
from cards.rules.playbook import Case, StepKind, Words
from cards.rules.steps import StepAt, StepState, effect_of
from cards.rules.timetable import After
from cards.rules.waits import again_on, last_day_to_apply, look_on, recheck_on, wait_dates

from .wanted_deadline import Wanted, on_day
from .wanted_line import is_over

# Waits for money: what is owed outlasts the card.
REFUNDS = (Case.DEPOSIT_DUE, Case.REFUND_DUE)
_AT_LEAST = timedelta(days=7)
# How long a check-up that the system opened may wait before it is called late.
CHECK_UP_DAYS = 14


def runs(facts: Facts) -> Iterator[Wanted]:
    """Every deadline of the card's open runs; of a line that is gone only those of its ending."""
    is_gone = is_over(facts)
    for standing in facts.runs:
        if is_gone and not standing.playbook.outlasts_card:
            continue
        yield from _application(facts, standing)
        if standing.playbook.every is not None:
            yield _check_up(facts, standing)
        for at in standing.progress.steps:
            look = again_on(at, standing.progress)
            if look is not None:
                yield _of_step(facts, standing, at, DeadlineKind.LOOK, look, at.day or at.since)
            elif not _has_its_turn(at, standing):
                continue
            elif at.step.kind is StepKind.VERIFY:
                due = recheck_on(at, standing.progress)
                yield _of_step(facts, standing, at, DeadlineKind.VERIFY, due, at.since)
            elif at.step.kind is StepKind.WAIT:
                yield from _wait(facts, standing, at)


def _has_its_turn(at: StepAt, standing: Standing) -> bool:
    if at.state is StepState.LATER:
        return at.is_not_arrived or _is_begun(at, standing)
    return at.state is StepState.CURRENT


def _is_begun(at: StepAt, standing: Standing) -> bool:
    """Whether a step's time runs already while one before it is still to be ticked.

    That of a wait since it was applied for, that of the last bill since the end is known.
    """
    if at.step.kind is StepKind.VERIFY:
        return effect_of(standing.progress.steps[: standing.number(at)]) is not None
    if at.step.kind is not StepKind.WAIT or at.step.case is not None:
        return False
    before = standing.progress.steps[: standing.number(at)]
    is_applied = any(item.values.get("applied_on") for item in before)
    return is_applied and all(item.is_settled for item in before if item.step.kind is StepKind.WAIT)


def _wait(facts: Facts, standing: Standing, at: StepAt) -> Iterator[Wanted]:
    dates = wait_dates(at, standing.progress, place_of(facts.card))
    kind = DeadlineKind.REFUND if at.step.case in REFUNDS else DeadlineKind.WAIT
    is_estimated = dates.is_assumed or dates.has_estimated
    yield _of_step(facts, standing, at, kind, dates.latest_on, dates.began_on, is_estimated=is_estimated)
    look = look_on(at, dates)
    if look is not None:
        yield _of_step(facts, standing, at, DeadlineKind.LOOK, look, dates.began_on)


def _application(facts: Facts, standing: Standing) -> Iterator[Wanted]:
    run = standing.run
    if run.wished_on is None:
        return
    last = last_day_to_apply(standing.playbook, standing.progress, run.wished_on, place_of(facts.card))
    if last is not None:
        yield _of_run(facts, standing, DeadlineKind.APPLY, last.day)


def _check_up(facts: Facts, standing: Standing) -> Wanted:
    day = standing.run.opened_on + timedelta(days=CHECK_UP_DAYS)
    return _of_run(facts, standing, DeadlineKind.CHECK_UP, day, after=After.ONCE)


def _of_run(
    facts: Facts, standing: Standing, kind: DeadlineKind, day: date, *, after: str = After.CHASE
) -> Wanted:
    run = standing.run
    return on_day(
        facts.card,
        kind,
        day,
        subject=str(run.pk),
        titles=_titles(standing.playbook.title),
        since=run.opened_on,
        known_at=run.opened_at,
        after=after,
    )


def _of_step(
    facts: Facts,
    standing: Standing,
    at: StepAt,
    kind: DeadlineKind,
    day: date,
    since: date,
    *,
    is_estimated: bool = False,
) -> Wanted:
    return on_day(
        facts.card,
        kind,
        day,
        subject=f"{standing.run.pk}:{standing.number(at)}",
        titles=_titles(at.step.title),
        # Said at the person's hour of that day, however short the time was.
        since=min(since, day - _AT_LEAST),
        known_at=standing.run.opened_at,
        after=After.CHASE,
        is_estimated=is_estimated,
    )


def _titles(words: Words) -> dict[str, str]:
    return {"en": words.en, "zh": words.zh}
