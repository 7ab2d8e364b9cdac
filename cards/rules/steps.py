"""Where a run stands: the state of each step, worked out from what was recorded. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from cards.rules.periods import occurrence
from cards.rules.playbook import Case, Playbook, Step, StepKind


class StepState(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    # Its case does not hold.
    NOT_NEEDED = "not-needed"
    CURRENT = "current"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One record of a step. `is_undone`: an entry that it wrote into the ledger is voided."""

    step: str
    kind: str
    day: date
    values: Mapping[str, str]
    item: str = ""
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class StepAt:
    """A step in a run. `day`: when it was done or skipped; `since`: when its turn came, or would come."""

    step: Step
    state: StepState
    day: date | None
    since: date
    values: Mapping[str, str]
    marks: tuple[Mark, ...]
    is_to_look_again: bool = False

    @property
    def is_settled(self) -> bool:
        return self.state in (StepState.DONE, StepState.SKIPPED, StepState.NOT_NEEDED)

    @property
    def is_not_arrived(self) -> bool:
        """The last word of a check was "not yet"."""
        return self.state is not StepState.DONE and last_of(self.marks, "not-yet", "done") == "not-yet"


@dataclass(frozen=True, slots=True)
class Progress:
    """All steps of a run in order, and everything that was typed in them."""

    steps: tuple[StepAt, ...]

    def at(self, key: str) -> StepAt:
        """KeyError when there is no such step."""
        for item in self.steps:
            if item.step.key == key:
                return item
        raise KeyError(key)

    @property
    def current(self) -> StepAt | None:
        """The first step that is still to be done; None when only looking again is left, or nothing."""
        return next((item for item in self.steps if item.state is StepState.CURRENT), None)

    @property
    def is_complete(self) -> bool:
        return all(item.is_settled and not item.is_to_look_again for item in self.steps)

    @property
    def settled(self) -> int:
        return sum(1 for item in self.steps if item.is_settled)

    def value(self, name: str) -> str:
        """What was typed for an ask last, in any step that stands; "" when nothing was."""
        typed = [item.values[name] for item in self.steps if item.values.get(name)]
        return typed[-1] if typed else ""


def progress_of(
    playbook: Playbook, marks: Sequence[Mark], *, opened_on: date, is_window_over: bool = False
) -> Progress:
    """Work out a run. `is_window_over`: the last day to save the number is past."""
    done: list[StepAt] = []
    since, is_current_found, ends_here = opened_on, False, False
    for step in playbook.steps:
        own = tuple(mark for mark in marks if mark.step == step.key)
        standing = _standing(own)
        values = standing.values if standing is not None else _typed(own)
        case = _case(step, own, done, is_window_over)
        if standing is not None:
            state = StepState(standing.kind)
        elif ends_here or case is False:
            state = StepState.NOT_NEEDED
        elif case is None or is_current_found:
            state = StepState.LATER
        else:
            state, is_current_found = StepState.CURRENT, True
        again = state is StepState.DONE and _is_to_look_again(step, own, effect_of(done))
        day = standing.day if standing is not None else None
        done.append(StepAt(step, state, day, since, values, own, again))
        if day is not None:
            since = max(since, day)
        ends_here = ends_here or values.get("renew_or_let_end") == "let-end"
    return Progress(tuple(_with_first_open(done)))


def effect_of(before: Sequence[StepAt]) -> date | None:
    """The day on which what was asked for takes effect, as the steps before told; None when none did."""
    names = {"effective_on", *(item.step.wait.until for item in before if item.step.wait is not None)}
    settled = [item.values for item in before if item.is_settled]
    told = [values[name] for values in settled for name in names if values.get(name)]
    return date.fromisoformat(told[-1]) if told else None


def _is_to_look_again(step: Step, own: Sequence[Mark], effect: date | None) -> bool:
    """Whether a check that was fine is looked at once more.

    After an end that takes effect only a look its interval later is the last one: bills come late.
    """
    if step.again is None:
        return False
    if effect is None:
        return last_of(own, "looked", "done") == "done"
    final_on = occurrence(effect, step.again, 1)
    looks = [mark.day for mark in own if mark.kind in ("looked", "done") and not mark.is_undone]
    return max(looks) < final_on


def _with_first_open(steps: list[StepAt]) -> list[StepAt]:
    """When a case is still open and nothing else is left, the first such step has its turn."""
    if any(item.state is StepState.CURRENT for item in steps):
        return steps
    for number, item in enumerate(steps):
        if item.state is StepState.LATER:
            turn = StepAt(item.step, StepState.CURRENT, None, item.since, item.values, item.marks)
            return [*steps[:number], turn, *steps[number + 1 :]]
    return steps


def _standing(own: Sequence[Mark]) -> Mark | None:
    """The record by which the step is done or skipped now: the last one, unless reopened or undone since."""
    for mark in reversed(own):
        if mark.kind == "reopened":
            return None
        if mark.kind in ("done", "skipped"):
            return None if mark.is_undone else mark
    return None


def _typed(own: Sequence[Mark]) -> Mapping[str, str]:
    """What was typed last without the step being done: "not yet" keeps its readings."""
    for mark in reversed(own):
        if mark.values and mark.kind == "not-yet":
            return mark.values
    return {}


def last_of(marks: Sequence[Mark], *kinds: str) -> str:
    """The kind of the last record of these kinds; "" when there is none."""
    return next((mark.kind for mark in reversed(marks) if mark.kind in kinds and not mark.is_undone), "")


def _case(step: Step, own: Sequence[Mark], before: Sequence[StepAt], is_window_over: bool) -> bool | None:
    """Whether the step is needed; None while it can't be known."""
    # Who says that it is needed, or opens it again, has it open whatever the case.
    if step.case is None or last_of(own, "needed", "reopened"):
        return True
    if step.case is Case.WINDOW_OVER:
        return is_window_over
    if step.case is Case.NOT_ARRIVED:
        checks = [item for item in before if item.step.kind is StepKind.VERIFY]
        return bool(checks) and checks[-1].is_not_arrived
    asked = {Case.OWED: "owed", Case.DEPOSIT_DUE: "amount", Case.REFUND_DUE: "balance"}[step.case]
    steps = [item for item in before if asked in item.step.asks]
    if step.case is Case.DEPOSIT_DUE:
        steps = [item for item in steps if item.step.kind is StepKind.DO]
    if any(not item.is_settled for item in steps):
        return None
    is_due = any(is_above_zero(item.values.get(asked, "")) for item in steps[-1:])
    if step.case is Case.REFUND_DUE:
        is_due = is_due and not any(item.values.get("transferred_to") for item in before)
    return is_due


def is_above_zero(text: str) -> bool:
    """Whether an amount was typed that is more than nothing."""
    try:
        return Decimal(text) > 0
    except InvalidOperation:
        return False
