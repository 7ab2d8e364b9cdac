"""When a wait can end: days and working days from the day it began, and back from a wished end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cards.rules.periods import occurrence
from cards.rules.playbook import Playbook, StepKind, Wait, WaitUnit
from cards.rules.steps import Mark, Progress, StepAt, effect_of, is_above_zero
from cards.rules.workdays import WorkdayResult, add_working_days, take_working_days

CHASE_EVERY = timedelta(days=7)
# Nobody named how long: so much is counted when going back from a wished end.
_UNKNOWN_WAIT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose working days: ISO country, and weekdays off with Monday 0."""

    country: str
    weekend: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitDates:
    """`earliest_on`: an answer can come from then on; None when unknown. `latest_on`: chase after it.

    `is_assumed`: the length is our guess; `is_question`: nobody said how long, ask support on that day;
    `has_estimated`: a holiday on the way is only estimated.
    """

    began_on: date
    earliest_on: date | None
    latest_on: date
    is_assumed: bool = False
    is_question: bool = False
    has_estimated: bool = False


def wait_dates(at: StepAt, progress: Progress, place: Place) -> WaitDates:
    """The dates of a wait, from the day it began: when it was applied for, else when its turn came."""
    wait = at.step.wait
    assert wait is not None
    began_on = _began(at, progress)
    if wait.until:
        until = _day(progress.value(wait.until))
        latest_on = until or began_on
        return WaitDates(began_on=min(began_on, latest_on), earliest_on=until, latest_on=latest_on)
    most, is_question = wait.most, False
    if most is None:
        asked = _count(progress.value("expected_days"))
        most, is_question = asked or wait.ask_after or 1, not asked
    last = _after(began_on, most, wait, place)
    first = _after(began_on, wait.least, wait, place) if wait.least is not None else None
    latest = _promised(at.marks, last.day)
    return WaitDates(
        began_on=began_on,
        earliest_on=first.day if first is not None else None,
        latest_on=latest,
        is_assumed=wait.is_assumed,
        is_question=is_question,
        has_estimated=last.has_estimated,
    )


def last_day_to_apply(
    playbook: Playbook, progress: Progress, wished_on: date, place: Place
) -> WorkdayResult | None:
    """The last day on which applying still ends by `wished_on`: back over every wait up to the effect.

    None for a playbook without an application, or when it was made.
    """
    steps = playbook.steps
    place_of_apply = next((n for n, step in enumerate(steps) if "applied_on" in step.asks), None)
    if place_of_apply is None or progress.steps[place_of_apply].is_settled:
        return None
    day, has_estimated = wished_on, False
    for step in reversed(steps[place_of_apply:]):
        wait = step.wait
        if step.kind is not StepKind.WAIT or wait is None or wait.until or step.case is not None:
            continue
        most = wait.most or _count(progress.value("expected_days")) or _UNKNOWN_WAIT
        back = _before(day, most, wait, place)
        day, has_estimated = back.day, has_estimated or back.has_estimated
    return WorkdayResult(day, has_estimated)


def recheck_on(at: StepAt, progress: Progress) -> date:
    """The day on which a check is asked about: its interval after the last "not yet".

    Before that after its turn came; after an end that takes effect from that day on. What is known to be
    owed is asked about every seven days.
    """
    assert at.step.recheck is not None
    said = [mark for mark in at.marks if mark.kind == "not-yet" and not mark.is_undone]
    if said and is_above_zero(said[-1].values.get("owed", "")):
        return said[-1].day + CHASE_EVERY
    since = effect_of(_before_step(at, progress)) or at.since
    return occurrence(max([since, *(mark.day for mark in said)]), at.step.recheck, 1)


def again_on(at: StepAt, progress: Progress) -> date | None:
    """The day on which a check that was fine is looked at once more; None when it is not."""
    if not at.is_to_look_again or at.day is None or at.step.again is None:
        return None
    return occurrence(effect_of(_before_step(at, progress)) or at.day, at.step.again, 1)


def _before_step(at: StepAt, progress: Progress) -> Sequence[StepAt]:
    return progress.steps[: progress.steps.index(at)]


def look_on(at: StepAt, dates: WaitDates) -> date | None:
    """The next day to look during a wait; None when it does not ask for it, or is over by then."""
    if at.step.look is None:
        return None
    looks = [mark.day for mark in at.marks if mark.kind == "looked"]
    day = occurrence(max([dates.began_on, *looks]), at.step.look.every, 1)
    return day if day < dates.latest_on else None


def chased_on(marks: Sequence[Mark]) -> date | None:
    """When the holder chased last."""
    return max((mark.day for mark in marks if mark.kind == "chased"), default=None)


def _began(at: StepAt, progress: Progress) -> date:
    applied = None
    for item in progress.steps:
        if item is at:
            break
        # The newest wait counts from its own turn: a refund is not waited for since the application.
        if item.step.kind is StepKind.WAIT:
            applied = None
        applied = _day(item.values.get("applied_on", "")) or applied
    effective = _day(progress.value("effective_on"))
    return applied or max(filter(None, (at.since, effective if at.step.case is not None else None)))


def _promised(marks: Sequence[Mark], last: date) -> date:
    """The day that support promised when it was chased last; without a promise seven days after that."""
    chases = [mark for mark in marks if mark.kind == "chased"]
    if not chases:
        return last
    return _day(chases[-1].values.get("promised_on", "")) or max(last, chases[-1].day + CHASE_EVERY)


def _after(day: date, count: int, wait: Wait, place: Place) -> WorkdayResult:
    if wait.unit is WaitUnit.DAY:
        return WorkdayResult(day + timedelta(days=count), False)
    return add_working_days(day, count, country=place.country, weekend=place.weekend)


def _before(day: date, count: int, wait: Wait, place: Place) -> WorkdayResult:
    if wait.unit is WaitUnit.DAY:
        return WorkdayResult(day - timedelta(days=count), False)
    return take_working_days(day, count, country=place.country, weekend=place.weekend)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _count(text: str) -> int:
    return int(text) if text.isdigit() else 0
