"""Laws of the ledger that hold whatever a rule says: minima, tiers, first periods, caps, hours, gifts."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cards.rules.periods import Period
from cards.rules.validity import Entry, From, Mode, Outcome, Rule, Tier, Version, play

from .everything import (
    DAYS,
    FIRST_DAY,
    IN_DAYS,
    IN_MONTHS,
    LAW,
    PERIODS,
    ZONES,
    day_of,
    entry,
    last_day,
    ledgers,
    replay,
    rules,
)
from .facts import RECORDED

STARTS = st.none() | DAYS
COUNTING = ("top-up", "call")
QUIET = {Outcome.TOO_SMALL, Outcome.OTHER_KIND, Outcome.OTHER_CURRENCY, Outcome.OTHER_CLOCK}


def after(day: date, months: int) -> date:
    """`day` + months by the calendar alone, without the program's own arithmetic."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def counted(day: date, period: Period) -> date:
    return after(day, period.months) if period.is_calendar else day + timedelta(days=period.days)


@LAW
@given(
    st.one_of(rules(modes=(Mode.AT_LEAST,)), rules(modes=(Mode.ADD,), bases=(From.LATER, From.END))),
    ledgers(),
    entry(99, COUNTING, at=None),
    ZONES,
    STARTS,
)
def test_add_and_at_least_never_shorten(
    rule: Rule, entries: list[Entry], more: Entry, zone: str, start: date | None
) -> None:
    before = replay(rule, entries, zone, start)
    late = replace(more, day=max(more.day, last_day(entries, zone) + timedelta(days=1)))
    found = replay(rule, [*entries, late], zone, start)
    if before.ends_at is not None:
        assert found.ends_at is not None and found.ends_at >= before.ends_at


@LAW
@given(
    rules(modes=(Mode.RESET,), bases=(From.ACTION, From.LATER), confidences="AB", periods=PERIODS),
    ledgers(),
    entry(99, COUNTING, at=None),
    ZONES,
)
def test_a_reset_gives_exactly_base_and_period_and_at_most_the_cap(
    rule: Rule, entries: list[Entry], more: Entry, zone: str
) -> None:
    before = replay(rule, entries, zone)
    on = max(more.day, last_day(entries, zone) + timedelta(days=1))
    assume(rule.base is From.ACTION or before.ends_on is None or before.ends_on < on)
    # What the first action gives has a test of its own.
    assume(before.last_counted_on is not None or not rule.first_action_starts)
    found = replay(rule, [*entries, replace(more, day=on)], zone)
    assume(found.outcomes[99] in (Outcome.COUNTED, Outcome.NO_EFFECT))
    tier = rule.tier_of(more.amount) if more.amount is not None and rule.line_tiers else None
    expected = counted(on, tier.period if tier else rule.period)
    expected -= timedelta(days=rule.counts_first_day)
    limit = expected if rule.cap is None else counted(on, rule.cap)
    if expected > limit:
        expected = (
            limit if before.ends_on is None or before.ends_on < limit else min(expected, before.ends_on)
        )
    assert found.ends_on == expected


@LAW
@given(rules(bases=(From.END,), modes=(Mode.RESET,), confidences="AB", periods=IN_DAYS), ledgers(), ZONES)
def test_a_reset_from_the_end_counts_from_it_also_when_it_is_over(
    rule: Rule, entries: list[Entry], zone: str
) -> None:
    # Without a known loss, or what is over may be gone for good.
    plain = replace(rule, minimum=None, minima=(), tiers=(), cap=None, stages=(), is_lost_at_end=False)
    first = Entry(id=98, place=-1, kind="call", day=FIRST_DAY, recorded_at=RECORDED)
    entries = [first, *entries]
    before = replay(plain, entries, zone)
    assume(before.ends_on is not None)
    assert before.ends_on is not None
    on = last_day(entries, zone) + timedelta(days=1)
    more = Entry(id=99, place=99, kind="call", day=on, recorded_at=RECORDED)
    found = replay(plain, [*entries, more], zone)
    assert found.ends_on == before.ends_on + timedelta(days=plain.period.days)


@LAW
@given(
    # Not in hours: of a day that was read off the ledger may know the hour.
    rules(confidences="AB", periods=PERIODS),
    ledgers(),
    DAYS,
    st.lists(entry(50, ("top-up", "call", "note", "credit-sent"), at=None), max_size=3),
    entry(99, COUNTING),
    ZONES,
)
def test_an_action_before_the_last_reading_changes_nothing_after_it(
    rule: Rule, entries: list[Entry], ends_on: date, later: list[Entry], earlier: Entry, zone: str
) -> None:
    on = last_day([*entries, earlier], zone) + timedelta(days=2)
    read = Entry(id=98, place=98, kind="reading", day=on, expires_on=max(on, ends_on), recorded_at=RECORDED)
    rest = [
        replace(one, id=100 + n, place=100 + n, day=on + timedelta(days=1 + abs((one.day - on).days)))
        for n, one in enumerate(later)
    ]
    without = replay(rule, [*entries, read, *rest], zone)
    with_it = replay(rule, [*entries, earlier, read, *rest], zone)
    assume(without.outcomes[98] is with_it.outcomes[98] is Outcome.READ)
    assert (with_it.ends_at, with_it.after, with_it.decided_by) == (
        without.ends_at, without.after, without.decided_by,
    )  # fmt: skip
    assert {key: with_it.outcomes[key] for key in without.outcomes if key >= 98} == {
        key: value for key, value in without.outcomes.items() if key >= 98
    }


@LAW
@given(
    DAYS,
    st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=30),
    st.lists(IN_MONTHS, min_size=3, max_size=3),
    st.booleans(),
    ZONES,
)
def test_months_of_all_tiers_are_counted_from_one_anchor(
    anchor: date, amounts: list[int], lengths: list[Period], is_first_day: bool, zone: str
) -> None:
    tiers = tuple(Tier(minimum=Decimal(n), period=length) for n, length in enumerate(lengths, 1))
    rule = Rule(
        counts=frozenset({"top-up"}), period=lengths[0], tiers=tiers, currency="BHD",
        base=From.LATER, mode=Mode.ADD, counts_first_day=is_first_day,
    )  # fmt: skip
    entries = [
        Entry(id=n, place=n, kind="top-up", day=anchor, amount=Decimal(amount), currency="BHD",
              recorded_at=RECORDED)
        for n, amount in enumerate(amounts)
    ]  # fmt: skip
    months = sum(lengths[amount - 1].months for amount in amounts)
    expected = after(anchor, months) - timedelta(days=is_first_day)
    assert replay(rule, entries, zone).ends_on == expected


@LAW
@given(
    rules(bases=(From.ACTION, From.LATER), modes=tuple(set(Mode) - {Mode.ADD}), confidences="AB"),
    ledgers(),
    ZONES,
    STARTS,
)
def test_no_end_lies_before_the_entry_that_decided_it(
    rule: Rule, entries: list[Entry], zone: str, start: date | None
) -> None:
    found = replay(rule, entries, zone, start)
    decider = next((one for one in entries if one.id == found.decided_by), None)
    if decider is not None and decider.kind != "reading":
        assert found.ends_on is not None and found.ends_on >= day_of(decider, zone)


def same(found: Any, other: Any, old: int, new: int) -> None:
    """Both results agree in everything once the entry's own number is exchanged."""
    outcomes = {new if key == old else key: value for key, value in found.outcomes.items()}
    decided_by = new if found.decided_by == old else found.decided_by
    assert replace(found, outcomes=outcomes, decided_by=decided_by) == other


@LAW
@given(rules(), ledgers(), entry(50), ZONES, STARTS)
def test_correcting_with_equal_values_changes_nothing(
    rule: Rule, entries: list[Entry], one: Entry, zone: str, start: date | None
) -> None:
    again = replace(one, id=99)  # a correction keeps the place
    found, other = (replay(rule, [*entries, each], zone, start) for each in (one, again))
    same(found, other, 50, 99)


@LAW
@given(rules(), ledgers(), entry(3), ZONES, STARTS)
def test_voiding_and_entering_again_on_a_day_of_its_own_changes_nothing(
    rule: Rule, entries: list[Entry], one: Entry, zone: str, start: date | None
) -> None:
    others = [each for each in entries if each.id != 3 and day_of(each, zone) != day_of(one, zone)]
    again = replace(one, id=99, place=99)
    found, other = (replay(rule, [*others, each], zone, start) for each in (one, again))
    same(found, other, 3, 99)


@LAW
@given(rules(), ledgers(), entry(99, (*COUNTING, "note")), ZONES, STARTS)
def test_what_does_not_count_moves_no_date(
    rule: Rule, entries: list[Entry], more: Entry, zone: str, start: date | None
) -> None:
    without, with_it = (replay(rule, [*entries, *one], zone, start) for one in ([], [more]))
    if with_it.outcomes[99] in QUIET:
        assert (with_it.ends_at, with_it.after, with_it.unconfirmed_on, with_it.last_counted_on) == (
            without.ends_at, without.after, without.unconfirmed_on, without.last_counted_on,
        )  # fmt: skip


@LAW
@given(rules(), ledgers(), entry(99, ("credit-sent",), at=None), st.integers(1, 60), ZONES)
def test_days_given_away_shorten_by_just_as_many_and_never_below_their_day(
    rule: Rule, entries: list[Entry], gift: Entry, days: int, zone: str
) -> None:
    before = replay(rule, entries, zone)
    on = max(gift.day, last_day(entries, zone))
    found = replay(rule, [*entries, replace(gift, day=on, days_given=days)], zone)
    assume(not any(one.kind == "reading" and day_of(one, zone) == on for one in entries))
    if found.outcomes[99] is Outcome.SHORTENED:
        assert before.ends_on is not None and before.ends_on > on
        assert found.ends_on == max(before.ends_on - timedelta(days=days), on)
    else:
        assert found.ends_at == before.ends_at


@LAW
@given(rules(bases=(From.LATER,), confidences="AB"), ledgers(), entry(99, COUNTING, at=None), ZONES)
def test_an_unknown_mode_taken_as_a_reset_is_the_earliest(
    rule: Rule, entries: list[Entry], more: Entry, zone: str
) -> None:
    on = max(more.day, last_day(entries, zone) + timedelta(days=1))
    kinds = ((From.ACTION, Mode.RESET), (From.ACTION, Mode.AT_LEAST), (From.LATER, Mode.ADD))
    ends = []
    for base, mode in kinds:
        last = replace(rule, base=base, mode=mode)
        book = [
            Version(applies_from=FIRST_DAY, recorded_at=RECORDED, rule=rule),
            Version(applies_from=on, recorded_at=RECORDED, rule=last),
        ]
        found = play([*entries, replace(more, day=on)], book, zones=[zone])
        assume(found.ends_at is not None)
        ends.append(found.ends_at)
    assert ends == sorted(ends)
