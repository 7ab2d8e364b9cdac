"""One extension: from a current end, a rule and an action's day to the new end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from cards.rules.periods import LAST_DAY, Period, add_months, occurrence
from cards.rules.places import day_at, end_of_day, start_of_day
from cards.rules.rulebook import From, Mode, Rule

_INSTANT = timedelta(microseconds=1)


class End(NamedTuple):
    """An end and what further months count from.

    `on` is the last good day, `at` the instant where hours are counted (None: the end of `on`).
    The next month-end is `anchor` + (`months` + n), less `less` days. `base` is the day this
    period was counted from, `follows` whether that was the end before it.
    """

    on: date
    at: datetime | None
    anchor: date
    months: int
    less: int
    base: date
    follows: bool = False

    def instant(self, zones: Sequence[str]) -> datetime:
        """The instant of the end, in UTC."""
        return end_of_day(self.on, zones) if self.at is None else self.at

    def is_after(self, other: "End", zones: Sequence[str]) -> bool:
        """Whether this end is strictly later than `other`."""
        if self.at is None and other.at is None:
            return self.on > other.on
        return self.instant(zones) > other.instant(zones)


def fixed_end(on: date, base: date) -> End:
    """An end somebody read or fixed: later months count from it, nothing is subtracted."""
    return End(on, None, on, 0, 0, base)


def shortened(end: End, days: int, day: date, zones: Sequence[str]) -> End:
    """`end` moved back by `days`, at most to the end of `day`; `end` itself where it is no later.

    Later months count from the new end.
    """
    room = (end.on - day).days
    if room <= 0 or days <= 0:
        return end
    back = timedelta(days=min(days, room))
    if end.at is None:
        return fixed_end(end.on - back, end.base)
    at = max(end.at - back, min(end.at, end_of_day(day, zones)))
    on = max(day_at(at - _INSTANT, zones), day)
    return End(on, at, on, 0, 0, end.base)


class Grant(NamedTuple):
    """What one action is given: a rule with the period and mode that its amount reached."""

    rule: Rule
    period: Period
    mode: Mode


def reckon(current: End | None, grant: Grant, day: date, at: datetime | None, zones: Sequence[str]) -> End:
    """The end after an action on `day`; `current` itself when the action does not move it.

    A date past the year 9990 stops there.
    """
    rule, period = grant.rule, grant.period
    try:
        if period.is_hours:
            end = _by_the_hour(current, grant, day, at, zones)
        elif current is not None and _follows(current, grant, day):
            end = _from_end(current, period)
        else:
            end = _from_day(day, period, rule.counts_first_day)
    except (ValueError, OverflowError):
        end = fixed_end(LAST_DAY, day)
    if end.on > LAST_DAY:
        end = fixed_end(LAST_DAY, day)
    if grant.mode is Mode.AT_LEAST and current is not None and not end.is_after(current, zones):
        return current
    return end if rule.cap is None else _capped(current, end, rule.cap, day)


def _joins(grant: Grant) -> bool:
    """Whether counting goes on from a current end that is not over yet."""
    return grant.rule.base is From.LATER or grant.mode is Mode.ADD


def _follows(current: End, grant: Grant, day: date) -> bool:
    """Whether the base is the current end; on the end's own day it is."""
    return grant.rule.base is From.END or (_joins(grant) and current.on >= day)


def _from_end(current: End, period: Period) -> End:
    if period.is_calendar:
        months = current.months + period.months
        on = add_months(current.anchor, months) - timedelta(days=current.less)
        return End(on, None, current.anchor, months, current.less, current.on, True)
    on = current.on + timedelta(days=period.days)
    return End(on, None, on, 0, 0, current.on, True)


def _from_day(day: date, period: Period, counts_first_day: bool) -> End:
    less = 1 if counts_first_day else 0
    if period.is_calendar:
        on = add_months(day, period.months) - timedelta(days=less)
        return End(on, None, day, period.months, less, day)
    on = day + timedelta(days=period.days - less)
    return End(on, None, on, 0, 0, day)


def _by_the_hour(
    current: End | None, grant: Grant, day: date, at: datetime | None, zones: Sequence[str]
) -> End:
    """Exact instants; an action without one counts from the first instant of its day."""
    from_at = start_of_day(day, zones) if at is None else at
    base, follows = day, False
    if current is not None:
        current_at = current.instant(zones)
        if grant.rule.base is From.END or (_joins(grant) and current_at >= from_at):
            from_at, base, follows = current_at, current.on, True
    ends_at = from_at + timedelta(hours=grant.period.hours)
    # The last good day: a pass that ends at midnight was good on the day before only.
    on = max(day_at(ends_at - _INSTANT, zones), base)
    return End(on, ends_at, on, 0, 0, base, follows)


def _capped(current: End | None, end: End, cap: Period, day: date) -> End:
    limit = min(occurrence(day, cap, 1), LAST_DAY)
    if end.on <= limit:
        return end
    if current is not None and current.on >= limit:
        # A cap holds an end, it never pulls one back; a reset to an earlier date does.
        return current if end.on >= current.on else end
    return End(limit, None, limit, 0, 0, end.base, end.follows)
