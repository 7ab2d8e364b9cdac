"""An operator's plans, and how far each carries a demand."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from cards.rules.advice_need import MOST, Amounts, Demand
from cards.rules.periods import Period, add_months, occurrence

# A number and not None: what is not known is often None, and must never pass for unlimited.
UNLIMITED: Final = 1 << 62
_LONGEST_DAYS = 36525
_MILLS = 1000


class Limit(StrEnum):
    """What keeps a plan from covering a day."""

    VALIDITY = "validity"
    HOTSPOT = "hotspot"
    DATA = "data"
    MINUTES = "minutes"
    SMS = "sms"


_AMOUNT_LIMITS = (Limit.DATA, Limit.MINUTES, Limit.SMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One offer. `id` is the caller's; amounts may be `UNLIMITED`, and are 0 where not known.

    Data beyond `throttled_after_mib` counts as used up. ValueError for a price that is negative,
    too large or has more than three decimals, for a negative amount and for more than 100 years.
    """

    id: int
    price: Decimal
    currency: str
    period: Period
    data_mib: int = 0
    minutes: int = 0
    sms: int = 0
    has_hotspot: bool = False
    throttled_after_mib: int | None = None

    def __post_init__(self) -> None:
        if not self.price.is_finite() or not 0 <= self.price <= MOST:
            raise ValueError("a price must be zero or more, and at most a thousand million")
        if self.price.quantize(Decimal("0.001")) != self.price:
            raise ValueError("a price has at most three decimals")
        if min(self.amounts) < 0 or max(self.amounts) > UNLIMITED:
            raise ValueError("an amount must be zero or more, or unlimited")
        if self.period.approx_days > _LONGEST_DAYS:
            raise ValueError("a period of more than 100 years is no period")

    @property
    def amounts(self) -> Amounts:
        """What can be used at full speed."""
        throttled = UNLIMITED if self.throttled_after_mib is None else self.throttled_after_mib
        return Amounts(min(self.data_mib, throttled), self.minutes, self.sms)

    @property
    def mills(self) -> int:
        """The price in thousandths of the currency's unit."""
        return int(self.price * _MILLS)


def first_day_after(plan: Plan, bought_on: date) -> date:
    """The first day that `plan` no longer covers when bought on `bought_on`.

    Always the day it is bought on counts. Hours count in whole days of 24, the rest is not
    relied on: 24 hours cover one day, 36 hours one, 20 hours none.
    """
    if plan.period.is_hours:
        return bought_on + timedelta(days=plan.period.hours // 24)
    return occurrence(bought_on, plan.period, 1)


def ends_of(plan: Plan, demand: Demand) -> list[int]:
    """For each trip day, the number of the first trip day after the validity of `plan`.

    It depends on the plan's period only.
    """
    # Days as numbers: comparing dates would take most of the search's time.
    numbers = [day.toordinal() for day in demand.days]
    if plan.period.is_calendar:
        after = _months_after(demand.days, plan.period.months)
    else:
        # The same length from every day on, so one subtraction serves all of them.
        length = first_day_after(plan, demand.days[0]).toordinal() - numbers[0]
        after = [number + length for number in numbers]
    return [bisect_left(numbers, end) for end in after]


def _months_after(days: Sequence[date], months: int) -> list[int]:
    # `add_months` of every day, with two additions a month instead of one a day: those would
    # be a quarter of the whole advice's time.
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    after = []
    for day in days:
        month = (day.year, day.month)
        if month not in spans:
            first = day.replace(day=1)
            start, behind = add_months(first, months), add_months(first, months + 1)
            spans[month] = (start.toordinal(), behind.toordinal() - 1)
        start_number, last_number = spans[month]
        after.append(min(start_number + day.day - 1, last_number))
    return after


def ceiling(plan: Plan, demand: Demand, ends: list[int]) -> list[int]:
    """For each trip day, the number of the first one not covered if amounts did not matter.

    `ends` is `ends_of` the plan.
    """
    if plan.has_hotspot or not any(demand.with_hotspot):
        return ends
    refused = [number for number, is_needed in enumerate(demand.with_hotspot) if is_needed]
    refused.append(len(ends))
    return [min(end, refused[bisect_left(refused, number)]) for number, end in enumerate(ends)]


def reach_of(plan: Plan, count: int, demand: Demand, most: list[int]) -> list[int]:
    """For each trip day, the number of the first one not covered by `count` plans bought on it.

    That is the day itself where they can't carry even that day. `most` is the plan's `ceiling`.
    """
    reach = most
    for amount, totals in zip(plan.amounts, demand.totals, strict=True):
        available = count * amount
        # Days n to m - 1 fit when totals[m] - totals[n] <= available. Needs are never negative,
        # so the totals rise, and the last such m up to the end so far can be looked up.
        if available < totals[-1]:
            reach = [
                bisect_right(totals, used + available, day, end + 1) - 1
                for day, (used, end) in enumerate(zip(totals[:-1], reach, strict=True))
            ]
    return reach


def lacks(plan: Plan, count: int, demand: Demand, bought: int, day: int) -> tuple[Limit, ...]:
    """What keeps `count` plans bought on trip day number `bought` from covering number `day`."""
    found = []
    if demand.days[day] >= first_day_after(plan, demand.days[bought]):
        found.append(Limit.VALIDITY)
    if demand.with_hotspot[day] and not plan.has_hotspot:
        found.append(Limit.HOTSPOT)
    for limit, amount, totals in zip(_AMOUNT_LIMITS, plan.amounts, demand.totals, strict=True):
        if totals[day + 1] - totals[bought] > count * amount:
            found.append(limit)
    return tuple(found)
