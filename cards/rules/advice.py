"""Plan advice: the cheapest sequence of one operator's plans that covers some trips.

The rules, exactly: a plan bought on a trip day covers that day and the following calendar days of
its validity, as long as what is left of it holds a day's whole data, minutes and SMS and it has
the hotspot that the day asks for. From the first day it can't cover, what is left is lost, and
the next plan is bought on that day. Between trips the validity runs on, data is not used. Up to
`most_equal` equal plans may be bought for one day; they run together and their amounts add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from cards.rules.advice_need import (
    MOST_DAYS,
    NOTHING,
    PRESETS,
    Amount,
    Amounts,
    Demand,
    Preset,
    Scenario,
    Trip,
    demand_of,
)
from cards.rules.advice_plans import UNLIMITED, Limit, Plan, first_day_after, lacks
from cards.rules.advice_search import Option, Way, best_ways, options_of

__all__ = [
    "MOST_DAYS", "NOTHING", "PRESETS", "UNLIMITED", "Advice", "Amount", "Amounts", "Cover", "Limit",
    "Plan", "Preset", "Purchase", "Reason", "Scenario", "Stuck", "Trip", "advise",
]  # fmt: skip

MOST_EQUAL = 3
_MILL = Decimal("0.001")


class Reason(StrEnum):
    """Why the best is the best: no other plans fit; it costs less than the runner-up; the same
    money in fewer plans; as good as the runner-up and only listed first.
    """

    ONLY = "only"
    CHEAPER = "cheaper"
    FEWER = "fewer"
    LISTED_FIRST = "listed-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """`count` equal plans bought for `bought_on`, valid to `ends_on` (last day that counts whole).

    They carry `days` trip days, the last on `last_used_on`. `left` is what is not used then:
    lost, or left over after the last trip (`UNLIMITED` where the plan is). `ended_by` says what
    kept them from the next trip day; it is empty when the trips were over.
    """

    plan: Plan
    count: int
    bought_on: date
    ends_on: date
    last_used_on: date
    days: int
    left: Amounts
    ended_by: tuple[Limit, ...]

    @property
    def price(self) -> Decimal:
        return self.plan.price * self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A sequence of purchases that carries `days` trip days, in order of their days."""

    purchases: tuple[Purchase, ...]
    days: int

    @property
    def price(self) -> Decimal:
        return sum((purchase.price for purchase in self.purchases), Decimal(0))

    @property
    def price_a_day(self) -> Decimal:
        """The price of one trip day, in thousandths, half up."""
        return (self.price / self.days).quantize(_MILL, ROUND_HALF_UP)

    @property
    def counts(self) -> tuple[tuple[Plan, int], ...]:
        """Each plan with how many of it are bought, in order of their first purchase."""
        counts: dict[Plan, int] = {}
        for purchase in self.purchases:
            counts[purchase.plan] = counts.get(purchase.plan, 0) + purchase.count
        return tuple(counts.items())

    @property
    def number_of_plans(self) -> int:
        return sum(purchase.count for purchase in self.purchases)

    @property
    def left(self) -> Amounts:
        """What is paid and not used, of all purchases; `UNLIMITED` where one of them is."""
        columns = zip(*(purchase.left for purchase in self.purchases), strict=True)
        return Amounts(*(min(sum(column), UNLIMITED) for column in columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """The first trip day that no plan carries, what it needs, and how many such days there are.

    `lacks` is what is missing in the plan that comes nearest; it is empty without any plan.
    """

    day: date
    needs: Amounts
    needs_hotspot: bool
    days: int
    lacks: tuple[Limit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The best cover with its runner-up, or where it is stuck.

    The runner-up is the cheapest cover that does without at least one of the best's plans: it is
    never the best with one more plan beside it. None when there is none. Either `best`, `reason`
    and `saving` (what the best costs less than the runner-up) are given or `stuck` is.
    """

    best: Cover | None = None
    runner_up: Cover | None = None
    reason: Reason | None = None
    saving: Decimal = Decimal(0)
    stuck: Stuck | None = None


def advise(trips: Sequence[Trip], plans: Sequence[Plan], *, most_equal: int = MOST_EQUAL) -> Advice:
    """The cheapest cover of `trips`; among equally cheap ones that with the fewest plans.

    Prices are compared in one currency. ValueError for plans in several currencies or with
    the same id, without a trip, for more than `MOST_DAYS` trip days and for `most_equal` below 1.
    """
    if most_equal < 1:
        raise ValueError("at least one plan must be allowed for a day")
    if len({plan.currency for plan in plans}) > 1:
        raise ValueError("plans in several currencies can't be compared")
    if len({plan.id for plan in plans}) < len(plans):
        raise ValueError("two plans have the same id")
    demand = demand_of(trips)
    options = options_of(plans, demand, most_equal)
    if stuck := _stuck(demand, plans, options):
        return Advice(stuck=stuck)
    way, other = best_ways(options, len(demand.days))
    best = _cover(demand, plans, way)
    if other is None:
        return Advice(best=best, reason=Reason.ONLY)
    runner_up = _cover(demand, plans, other)
    saving = runner_up.price - best.price
    if saving:
        reason = Reason.CHEAPER
    elif best.number_of_plans < runner_up.number_of_plans:
        reason = Reason.FEWER
    else:
        reason = Reason.LISTED_FIRST
    return Advice(best=best, runner_up=runner_up, reason=reason, saving=saving)


def _stuck(demand: Demand, plans: Sequence[Plan], options: Sequence[Option]) -> Stuck | None:
    # A day that some plan carries can always be carried, because that plan may be bought on it.
    days = range(len(demand.days))
    missed = [day for day in days if all(option.reach[day] == day for option in options)]
    if not missed:
        return None
    first = missed[0]
    found = (lacks(plans[option.plan], option.count, demand, first, first) for option in options)
    return Stuck(
        day=demand.days[first],
        needs=demand.needs[first],
        needs_hotspot=demand.with_hotspot[first],
        days=len(missed),
        lacks=min(found, key=len, default=()),
    )


def _cover(demand: Demand, plans: Sequence[Plan], way: Way) -> Cover:
    purchases = tuple(_purchase(demand, plans[option.plan], option, day) for day, option in way)
    return Cover(purchases=purchases, days=len(demand.days))


def _purchase(demand: Demand, plan: Plan, option: Option, bought: int) -> Purchase:
    end = option.reach[bought]
    left = (
        UNLIMITED if amount == UNLIMITED else option.count * amount - (totals[end] - totals[bought])
        for amount, totals in zip(plan.amounts, demand.totals, strict=True)
    )
    is_over = end == len(demand.days)
    return Purchase(
        plan=plan,
        count=option.count,
        bought_on=demand.days[bought],
        ends_on=first_day_after(plan, demand.days[bought]) - timedelta(days=1),
        last_used_on=demand.days[end - 1],
        days=end - bought,
        left=Amounts(*left),
        ended_by=() if is_over else lacks(plan, option.count, demand, bought, end),
    )
