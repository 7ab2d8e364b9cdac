import pytest

from cards.rules.stages import AfterStage, Stage, after_end, stage
from cards.rules.validity import Outcome, check_rule

from .facts import action, at, day, period, played, rule


def _stage(name: str, length: str | None, consequence: str = "service") -> AfterStage:
    return AfterStage(name, period(length) if length else None, consequence)


def test_boundaries_count_from_the_end_by_the_sum_of_the_lengths() -> None:
    grace, frozen, kept = (
        _stage("grace", "1 month"),
        _stage("frozen", "1 month"),
        _stage("kept", "10 days"),
    )

    after = after_end(day("2026-01-31"), [grace, frozen, kept])

    # Months are summed and clamped once: 31 Jan, 28 Feb, 31 Mar; then days.
    assert after.boundaries == (
        (grace, day("2026-02-01"), day("2026-02-28")),
        (frozen, day("2026-03-01"), day("2026-03-31")),
        (kept, day("2026-04-01"), day("2026-04-10")),
    )
    assert after.save_until_on == day("2026-04-10")
    assert after.lost_on == day("2026-04-11")
    assert not after.is_unknown


def test_no_stages_are_unknown_stages() -> None:
    after = after_end(day("2026-01-31"), [])
    assert (after.boundaries, after.lost_on, after.is_unknown) == ((), None, True)


def test_lost_at_the_end_is_known_and_has_no_stages() -> None:
    after = after_end(day("2026-01-31"), [], is_lost_at_end=True)
    assert (after.save_until_on, after.lost_on) == (day("2026-01-31"), day("2026-02-01"))
    assert (after.boundaries, after.is_unknown) == ((), False)


def test_after_a_line_that_was_lost_at_its_end_nothing_counts() -> None:
    of = rule("30 days", is_lost_at_end=True)
    in_time, late = action("2026-01-31"), action("2026-03-03")
    found = played(of, action("2026-01-01"), in_time, late)
    assert found.ends_on == found.save_until_on == day("2026-03-02")
    assert found.lost_on == day("2026-03-03")
    assert found.outcomes[late.id] is Outcome.AFTER_LOSS
    back = action("2026-03-04", "restored")
    assert played(of, in_time, back).outcomes[back.id] is Outcome.REOPENED


def test_hearsay_never_calls_a_line_lost_at_its_end() -> None:
    found = played(rule("30 days", is_lost_at_end=True, confidence="C"), action("2026-01-01"))
    assert (found.ends_on, found.lost_on, found.save_until_on) == (day("2026-01-31"), None, None)
    assert found.after.is_unknown


def test_a_line_lost_at_its_end_has_no_stages_after_it() -> None:
    grace = _stage("grace", "10 days", "service")
    with pytest.raises(ValueError, match="no stages after it"):
        check_rule(rule(is_lost_at_end=True, stages=(grace,)))


def test_an_unknown_length_never_ends_and_nothing_behind_it_has_a_date() -> None:
    grace, limbo = _stage("grace", "30 days"), _stage("limbo", None)

    after = after_end(day("2026-01-31"), [grace, limbo, _stage("gone", "30 days", "number")])

    assert after.boundaries == (
        (grace, day("2026-02-01"), day("2026-03-02")),
        (limbo, day("2026-03-03"), None),
    )
    assert (after.save_until_on, after.lost_on, after.is_unknown) == (None, None, True)


def test_stages_in_hours_are_whole_days_rounded_down() -> None:
    after = after_end(day("2026-01-31"), [_stage("a", "36 hours"), _stage("b", "12 hours")])
    assert after.lost_on == day("2026-02-03")


def test_stages_at_the_end_of_time_stay_dates() -> None:
    assert after_end(day("9990-12-31"), [_stage("long", "100 years")]).lost_on is not None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T20:59", Stage.FAR),
        ("2026-11-24T21:00", Stage.SOON),
        ("2026-12-17T20:59", Stage.SOON),
        ("2026-12-17T21:00", Stage.DUE),
        ("2026-12-31T20:59", Stage.DUE),
        ("2026-12-31T21:00", Stage.OVER),
        ("2027-01-30T20:59", Stage.OVER),
        ("2027-01-30T21:00", Stage.LOST),
    ],
)
def test_the_stage_counts_from_the_safe_date_until_the_end(now: str, expected: Stage) -> None:
    assert (
        stage(
            now=at(now),
            act_by_at=at("2026-12-24T21:00"),
            ends_at=at("2026-12-31T21:00"),
            lost_at=at("2027-01-30T21:00"),
        )
        is expected
    )


def test_without_a_date_the_stage_is_unknown_and_without_a_loss_it_stays_over() -> None:
    now = at("2036-01-01")
    assert stage(now=now, act_by_at=None, ends_at=None, lost_at=None) is Stage.UNKNOWN
    assert stage(now=now, act_by_at=None, ends_at=at("2026-01-01"), lost_at=None) is Stage.OVER
