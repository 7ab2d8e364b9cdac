"""Hypothesis strategies: rules and ledgers that use everything a rule and an entry can say, at once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cards.rules.periods import Period, Unit
from cards.rules.places import day_at
from cards.rules.validity import (
    AfterStage,
    Entry,
    From,
    Mode,
    Rule,
    Tier,
    Validity,
    Version,
    check_rule,
    play,
)

from .facts import RECORDED

# No deadline: a busy machine is no counter-example. No database: every run stands by itself.
# Some laws ask for rare ledgers: that many are put aside is no counter-example either.
LAW = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)

FIRST_DAY = date(2015, 1, 1)
ZONES = st.sampled_from(
    ["UTC", "Asia/Bahrain", "America/New_York", "Asia/Beirut", "Pacific/Kiritimati", "America/Havana"]
)
DAYS = st.dates(FIRST_DAY, date(2034, 12, 31))
INSTANTS = st.datetimes(datetime(2016, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC))
AMOUNTS = st.integers(0, 20).map(Decimal)
IN_DAYS = st.one_of(
    st.builds(Period, st.integers(1, 400), st.just(Unit.DAY)),
    st.builds(Period, st.integers(1, 24), st.just(Unit.WEEK)),
)
IN_MONTHS = st.one_of(
    st.builds(Period, st.integers(1, 24), st.just(Unit.MONTH)),
    st.builds(Period, st.integers(1, 8), st.just(Unit.QUARTER)),
    st.builds(Period, st.integers(1, 3), st.just(Unit.YEAR)),
)
IN_HOURS = st.builds(Period, st.integers(1, 100), st.just(Unit.HOUR))
PERIODS = st.one_of(IN_DAYS, IN_MONTHS)
STAGES = st.lists(
    st.builds(AfterStage, st.just("grace"), st.none() | PERIODS, st.just("service")), max_size=2
).map(tuple)
KINDS = ("top-up", "top-up", "top-up", "call", "reading", "restored", "credit-sent", "note")


def tiers(periods: st.SearchStrategy[Period], modes: st.SearchStrategy[Mode | None]) -> Any:
    """Up to three tiers from the lowest amount to the highest, some of them the credit's."""
    one = st.builds(Tier, minimum=AMOUNTS, period=periods, mode=modes, is_credit=st.booleans())
    several = st.lists(one, max_size=3, unique_by=lambda tier: tier.minimum)
    return several.map(lambda found: tuple(sorted(found, key=lambda tier: tier.minimum)))


@st.composite
def rules(
    draw: st.DrawFn,
    *,
    bases: tuple[From, ...] = tuple(From),
    modes: tuple[Mode, ...] = (Mode.RESET, Mode.AT_LEAST),
    confidences: str = "ABC",
    periods: st.SearchStrategy[Period] | None = None,
) -> Rule:
    """Minima, tiers of both clocks, a first period, a cap or hours, stages or none: all together."""
    some = st.sampled_from([PERIODS, PERIODS, PERIODS | IN_HOURS])
    lengths = draw(some) if periods is None else periods
    period, tiered = draw(lengths), draw(tiers(lengths, st.none()))
    has_hours = any(one.is_hours for one in (period, *(tier.period for tier in tiered)))
    is_lost_at_end = draw(st.booleans())
    rule = Rule(
        counts=frozenset({"top-up", "call"}),
        period=period,
        base=draw(st.sampled_from(bases)),
        mode=draw(st.sampled_from(modes)),
        minimum=draw(st.none() | AMOUNTS),
        minima=draw(st.sampled_from([(), (("top-up", Decimal(3)),), (("call", Decimal(0)),)])),
        currency="BHD",
        counts_first_day=draw(st.booleans()),
        first_period=draw(st.none() | lengths),
        first_action_starts=draw(st.booleans()),
        tiers=tiered,
        cap=None if has_hours else draw(st.none() | PERIODS),
        stages=() if is_lost_at_end else draw(STAGES),
        is_lost_at_end=is_lost_at_end,
        confidence=draw(st.sampled_from(confidences)),
    )
    check_rule(rule)
    return rule


@st.composite
def entry(draw: st.DrawFn, number: int, kinds: tuple[str, ...] = KINDS, **fixed: Any) -> Entry:
    kind, on = draw(st.sampled_from(kinds)), draw(DAYS)
    facts: dict[str, Any] = {
        "day": on,
        "at": draw(st.none() | INSTANTS) if draw(st.booleans()) else None,
        "amount": draw(st.none() | AMOUNTS) if kind in ("top-up", "call") else None,
        "currency": draw(st.sampled_from(["BHD", "BHD", "BHD", "USD"])),
        "expires_on": draw(DAYS) if kind == "reading" else None,
        "days_given": draw(st.none() | st.integers(0, 40)) if kind == "credit-sent" else None,
        "recorded_at": RECORDED + timedelta(days=number),
    }
    return Entry(id=number, place=number, kind=kind, **(facts | fixed))


@st.composite
def ledgers(draw: st.DrawFn, max_size: int = 8, kinds: tuple[str, ...] = KINDS) -> list[Entry]:
    return [draw(entry(number, kinds)) for number in range(draw(st.integers(0, max_size)))]


def day_of(one: Entry, zone: str) -> date:
    return one.day if one.at is None else day_at(one.at, [zone])


def last_day(entries: list[Entry], zone: str) -> date:
    return max((day_of(one, zone) for one in entries), default=FIRST_DAY)


def replay(
    rule: Rule, entries: list[Entry], zone: str = "Asia/Bahrain", started_on: date | None = None
) -> Validity:
    book = [Version(applies_from=FIRST_DAY, recorded_at=RECORDED, rule=rule)]
    return play(entries, book, zones=[zone], started_on=started_on)
