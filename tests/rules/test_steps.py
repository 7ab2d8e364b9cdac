"""Laws of runs: whatever was recorded, one step at most has its turn, and waits are the same both ways."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.catalogue.playbooks import built_in_playbooks, parse_playbook
from cards.rules.steps import Mark, StepState, progress_of
from cards.rules.waits import Place, recheck_on, wait_dates
from cards.rules.workdays import add_working_days, is_working_day, take_working_days

BOOKS = {key: parse_playbook(text, key=key) for key, text in built_in_playbooks().items()}
KINDS = ("done", "skipped", "reopened", "not-yet", "looked", "chased", "needed", "noted", "overdue")
BAHRAIN = Place(country="BH", weekend=frozenset({4, 5}))
START = date(2026, 12, 1)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "owed": st.sampled_from(["0", "3.5", "", "x"]),
        "balance": st.sampled_from(["0.000", "2"]),
        "amount": st.sampled_from(["0", "10"]),
        "transferred_to": st.sampled_from(["", "a friend"]),
        "renew_or_let_end": st.sampled_from(["renew", "let-end"]),
        "applied_on": st.sampled_from(["2026-12-02", "2026-12-20"]),
        "effective_on": st.sampled_from(["2026-12-31"]),
        "expected_days": st.sampled_from(["10", "0", ""]),
    },
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    key = draw(st.sampled_from(sorted(BOOKS)))
    steps = st.sampled_from([step.key for step in BOOKS[key].steps])
    days = sorted(draw(st.lists(st.integers(0, 90), max_size=25)))
    return key, [
        Mark(
            step=draw(steps),
            kind=draw(st.sampled_from(KINDS)),
            day=START + timedelta(days=day),
            values=draw(VALUES),
            is_undone=draw(st.booleans()),
        )
        for day in days
    ]


@given(histories())
def test_one_step_has_its_turn_until_all_are_settled(told: tuple[str, list[Mark]]) -> None:
    key, marks = told
    progress = progress_of(BOOKS[key], marks, opened_on=START)
    turns = [item for item in progress.steps if item.state is StepState.CURRENT]
    assert len(turns) == (0 if all(item.is_settled for item in progress.steps) else 1)
    assert progress.is_complete == (not turns and not any(at.is_to_look_again for at in progress.steps))
    assert [item.step for item in progress.steps] == list(BOOKS[key].steps)
    # Played again it is the same, and a note changes nothing.
    note = Mark(step=BOOKS[key].steps[0].key, kind="noted", day=START, values={})
    again = progress_of(BOOKS[key], [*marks, note], opened_on=START)
    assert [item.state for item in again.steps] == [item.state for item in progress.steps]


@settings(deadline=None)  # the first look at a year reads its holidays
@given(histories())
def test_every_wait_and_check_has_a_day_that_is_not_before_it_began(told: tuple[str, list[Mark]]) -> None:
    key, marks = told
    progress = progress_of(BOOKS[key], marks, opened_on=START)
    for item in progress.steps:
        if item.step.wait is not None:
            dates = wait_dates(item, progress, BAHRAIN)
            assert dates.latest_on >= dates.began_on or item.step.wait.until
            assert dates.earliest_on is None or dates.earliest_on <= dates.latest_on
        if item.step.recheck is not None:
            assert recheck_on(item, progress) > START


@settings(deadline=None)
@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_back_over_a_wait_is_the_last_working_day_from_which_it_ends_in_time(end: date, count: int) -> None:
    weekend = BAHRAIN.weekend
    first = take_working_days(end, count, country="BH", weekend=weekend).day
    assert is_working_day(first, country="BH", weekend=weekend)
    assert add_working_days(first, count, country="BH", weekend=weekend).day <= end
    later = first + timedelta(days=1)
    while not is_working_day(later, country="BH", weekend=weekend):
        later += timedelta(days=1)
    assert add_working_days(later, count, country="BH", weekend=weekend).day > end


def test_a_record_that_was_taken_back_leaves_the_step_open() -> None:
    marks = [Mark(step="open-app", kind="done", day=START, values={}, is_undone=True)]
    current = progress_of(BOOKS["top-up"], marks, opened_on=START).current
    assert current is not None and current.step.key == "open-app"


def test_working_days_need_a_week_with_one() -> None:
    with pytest.raises(ValueError, match="working day"):
        take_working_days(START, 1, country="BH", weekend=frozenset(range(7)))
