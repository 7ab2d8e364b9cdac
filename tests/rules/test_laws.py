"""Laws that hold for every ledger, rule and clock."""

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cards.rules.periods import Period, Unit, occurrence
from cards.rules.places import at_hour, day_at, end_of_day, start_of_day
from cards.rules.timetable import After, Clock, due, slots, upcoming
from cards.rules.validity import (
    AfterStage,
    Entry,
    From,
    Mode,
    Outcome,
    Rule,
    Validity,
    Version,
    play,
    renewal_rule,
)

from .facts import RECORDED

# No deadline: a busy machine is no counter-example. No database: every run stands by itself.
LAW = settings(max_examples=200, deadline=None, database=None)

ZONES = [
    "UTC", "Asia/Bahrain", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Asia/Beirut",
    "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Havana",
]  # fmt: skip

zones = st.sampled_from(ZONES)
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
instants = st.datetimes(datetime(2016, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
hours = st.times().map(lambda moment: moment.replace(microsecond=0))
periods = st.one_of(
    st.builds(Period, st.integers(1, 400), st.just(Unit.DAY)),
    st.builds(Period, st.integers(1, 24), st.sampled_from([Unit.WEEK, Unit.MONTH, Unit.QUARTER])),
    st.builds(Period, st.integers(1, 3), st.just(Unit.YEAR)),
    st.builds(Period, st.integers(1, 100), st.just(Unit.HOUR)),
)
stages = st.lists(
    st.builds(AfterStage, st.just("grace"), st.none() | periods, st.just("service")), max_size=2
).map(tuple)


def rules(**fixed: st.SearchStrategy[object]) -> st.SearchStrategy[Rule]:
    parts: dict[str, st.SearchStrategy[object]] = {
        "counts": st.just(frozenset({"top-up"})),
        "period": periods,
        "base": st.sampled_from(From),
        "mode": st.sampled_from([Mode.RESET, Mode.AT_LEAST]),
        "counts_first_day": st.booleans(),
        "stages": stages,
        "confidence": st.sampled_from(["A", "B", "C"]),
    }
    return st.builds(Rule, **(parts | fixed))


@st.composite
def ledgers(draw: st.DrawFn, max_size: int = 8) -> list[Entry]:
    entries = []
    for number in range(draw(st.integers(1, max_size))):
        kind = draw(st.sampled_from(["top-up", "top-up", "reading", "restored", "note"]))
        on = draw(days)
        at = draw(st.none() | instants) if draw(st.booleans()) else None
        read = draw(days) if kind == "reading" else None
        entries.append(
            Entry(id=number, place=number, kind=kind, day=on, at=at, expires_on=read,
                  recorded_at=RECORDED + timedelta(days=number))
        )  # fmt: skip
    return entries


def replay(rule: Rule, entries: list[Entry], zone: str = "Asia/Bahrain") -> Validity:
    book = [Version(applies_from=date(2015, 1, 1), recorded_at=RECORDED, rule=rule)]
    return play(entries, book, zones=[zone])


@LAW
@given(rules(), ledgers(), zones, st.randoms(use_true_random=False))
def test_the_order_of_input_never_matters(
    rule: Rule, entries: list[Entry], zone: str, shuffler: random.Random
) -> None:
    mixed = entries.copy()
    shuffler.shuffle(mixed)
    assert replay(rule, entries, zone) == replay(rule, mixed, zone)


@LAW
@given(
    st.one_of(
        rules(mode=st.just(Mode.AT_LEAST)),
        rules(mode=st.just(Mode.ADD), base=st.sampled_from([From.LATER, From.END])),
    ),
    ledgers(),
    days,
)
def test_add_and_at_least_never_shorten(rule: Rule, entries: list[Entry], on: date) -> None:
    last = max(entry.day if entry.at is None else entry.at.date() for entry in entries)
    before = replay(rule, entries)
    more = Entry(id=99, place=99, kind="top-up", day=max(on, last + timedelta(days=2)),
                 recorded_at=RECORDED)  # fmt: skip
    after = replay(rule, [*entries, more])
    if before.ends_at is not None:
        assert after.ends_at is not None and after.ends_at >= before.ends_at


@LAW
@given(days, st.integers(1, 40), st.sampled_from(["month", "quarter", "year"]), zones)
def test_renewals_give_the_anchors_occurrences(anchor: date, n: int, unit: str, zone: str) -> None:
    length = Period(1, Unit(unit))
    renewals = [Entry(id=i, place=i, kind="renewal", day=anchor, recorded_at=RECORDED) for i in range(n)]
    assert replay(renewal_rule(length), renewals, zone).ends_on == occurrence(anchor, length, n)


@LAW
@given(rules(), ledgers(), days)
def test_an_action_before_the_last_reading_changes_no_date(
    rule: Rule, entries: list[Entry], on: date
) -> None:
    last = max(entry.day if entry.at is None else entry.at.date() for entry in entries)
    # On the day it was read the date lies ahead and within what any rule of this size allows.
    read = Entry(id=98, place=98, kind="reading", day=last + timedelta(days=3),
                 expires_on=last + timedelta(days=3), recorded_at=RECORDED)  # fmt: skip
    earlier = Entry(id=99, place=99, kind="top-up", day=min(on, last), recorded_at=RECORDED)
    without, with_it = (replay(rule, [*entries, read, *more]) for more in ([], [earlier]))
    assert without.outcomes[98] is with_it.outcomes[98] is Outcome.READ
    assert without.ends_on == with_it.ends_on == read.expires_on


@LAW
@given(
    rules(base=st.sampled_from([From.ACTION, From.LATER]), confidence=st.sampled_from(["A", "B"])),
    ledgers(),
    zones,
)
def test_no_end_lies_before_the_action_that_decided_it(rule: Rule, entries: list[Entry], zone: str) -> None:
    found = replay(rule, entries, zone)
    decider = next((entry for entry in entries if entry.id == found.decided_by), None)
    if decider is not None and decider.kind != "reading":
        on = decider.day if decider.at is None else day_at(decider.at, [zone])
        assert found.ends_on is not None and found.ends_on >= on


@LAW
@given(rules(), ledgers(), zones)
def test_the_end_lies_within_its_last_day(rule: Rule, entries: list[Entry], zone: str) -> None:
    found = replay(rule, entries, zone)
    assert set(found.outcomes) == {entry.id for entry in entries}
    if found.ends_on is not None and found.ends_at is not None:
        assert start_of_day(found.ends_on, [zone]) < found.ends_at
        assert found.ends_at <= end_of_day(found.ends_on, [zone])
        assert found.lost_on is None or found.lost_on > found.ends_on


@LAW
@given(days, hours, zones)
def test_hours_and_days_agree_on_the_place(on: date, hour: time, zone: str) -> None:
    assert start_of_day(on, [zone]) <= at_hour(on, hour, zone)
    assert start_of_day(on, [zone]) < end_of_day(on, [zone])
    assert day_at(start_of_day(on, [zone]), [zone]) == on


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    ends_at = draw(instants)
    margin = draw(st.sampled_from([0, 1, 7, 20]))
    lost_after = draw(st.none() | st.integers(0, 60))
    early = st.integers(-40 * 24 * 60, 400 * 24 * 60).map(lambda m: ends_at - timedelta(minutes=m))
    return Clock(
        ends_at=ends_at,
        act_by_at=ends_at - timedelta(days=margin),
        lost_at=None if lost_after is None else ends_at + timedelta(days=lost_after),
        after=draw(st.sampled_from(After)),
        known_at=draw(early),
        began_at=draw(early),
        period=draw(st.none() | st.integers(1, 400 * 24).map(lambda h: timedelta(hours=h))),
        leads=tuple(draw(st.lists(st.integers(0, 90), max_size=6))),
        hour=draw(hours),
        zone=draw(zones),
        snoozed_until=draw(st.none() | early.map(lambda instant: instant.date())),
        snoozed_at=draw(st.none() | early),
        is_seen=draw(st.booleans()),
    )


@LAW
@given(clocks())
def test_slots_are_ordered_unique_and_never_before_they_could_be_known(clock: Clock) -> None:
    found = list(islice(slots(clock), 200))
    assert all(one.at < other.at for one, other in pairwise(found))
    assert len({slot.name for slot in found}) == len(found)
    assert all(slot.at >= clock.start for slot in found)


@LAW
@given(clocks())
def test_no_lead_margin_or_snooze_lies_at_or_after_the_end(clock: Clock) -> None:
    assert clock.ends_at is not None
    for slot in islice(slots(clock), 200):
        is_before = slot.name.split(":")[0] in {"lead", "margin", "snooze"}
        assert is_before is (slot.at < clock.ends_at)


@LAW
@given(clocks())
def test_who_knew_in_time_and_wants_leads_is_told_before_the_end(clock: Clock) -> None:
    assert clock.ends_at is not None
    if clock.leads and clock.start < clock.ends_at - timedelta(days=1):
        first = next(slots(clock), None)
        assert first is not None and first.at < clock.ends_at


@LAW
@given(clocks(), st.integers(-50, 150), st.integers(0, 10))
def test_taking_what_is_due_step_by_step_ends_and_says_each_slot_once(
    clock: Clock, after_days: int, step: int
) -> None:
    assert clock.ends_at is not None
    done: set[str] = set()
    now = clock.ends_at + timedelta(days=after_days)
    for _ in range(5):
        said, superseded = due(clock, now=now, done=done)
        names = {slot.name for slot in ((said,) if said else ()) + superseded}
        assert not names & done
        done |= names
        assert due(clock, now=now, done=done) == (None, ())
        following = upcoming(clock, now=now, done=done)
        assert following is None or following.at > now
        now += timedelta(days=step)
