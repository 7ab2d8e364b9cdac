"""The cheapest way through the trip days, and the next best without one of its plans.

Why the day alone is a sufficient state: a purchase is made only on the first trip day that is
not covered. On that day nothing bought before still counts - it is over, or what is left of it
does not hold the day's need and is lost - so what the days from there on cost depends on that
day and on nothing else. Every purchase that covers its own day leads to a later one. So, going
from the last day to the first, the least that the days from n on can cost is the least over all
purchases of their price plus the known least of the day they lead to; this looks at every
sequence there is, and none is missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cards.rules.advice_need import Demand
from cards.rules.advice_plans import Plan, ceiling, ends_of, reach_of
from cards.rules.periods import Period

# More than any sequence weighs; adding to it keeps it so.
_NEVER = 1 << 200


@dataclass(frozen=True, slots=True)
class Option:
    """Buying `count` of plan number `plan`: what it weighs and, from each day, where it leads."""

    plan: int
    count: int
    weight: int
    reach: list[int]


# The options taken, each with the number of the trip day on which it is bought.
Way = tuple[tuple[int, Option], ...]


def options_of(plans: Sequence[Plan], demand: Demand, most_equal: int) -> list[Option]:
    """Every plan, bought once to `most_equal` times for one day, as far as more carries further.

    A weight is the price, and between equal prices the number of plans bought.
    """
    # Above any number of plans bought, so that it never outweighs the smallest piece of money.
    unit = len(demand.days) * most_equal + 1
    # Forty plans have a few periods between them.
    ends: dict[Period, list[int]] = {}
    options = []
    for number, plan in enumerate(plans):
        if plan.period not in ends:
            ends[plan.period] = ends_of(plan, demand)
        most = ceiling(plan, demand, ends[plan.period])
        for count in range(1, most_equal + 1):
            reach = reach_of(plan, count, demand, most)
            options.append(Option(number, count, count * (plan.mills * unit + 1), reach))
            if reach == most:
                break
    return options


def best_ways(options: Sequence[Option], size: int) -> tuple[Way, Way | None]:
    """The cheapest way over all `size` days, and the cheapest that does without one of its plans.

    At equal weight the option given first is taken. Every day needs an option that carries it.
    """
    _, best = _search(options, size)
    assert best is not None, "a day that no option carries was searched"
    plans = sorted({option.plan for _, option in best})
    others = [_search([o for o in options if o.plan != plan], size) for plan in plans]
    _, other = min(others, key=lambda found: found[0])
    return best, other


def _search(options: Sequence[Option], size: int) -> tuple[int, Way | None]:
    """The least weight of all days and the way of that weight; (_NEVER, None) if there is none."""
    if not options:
        return _NEVER, None
    weights = [option.weight for option in options]
    ends_by_day = list(zip(*(option.reach for option in options), strict=True))
    # From each day on; while a day is not looked at yet, an option that leads back to it (it
    # can't carry that day) is never the least.
    least = [_NEVER] * size + [0]
    choices = [0] * size
    for day in range(size - 1, -1, -1):
        totals = [weight + least[end] for weight, end in zip(weights, ends_by_day[day], strict=True)]
        least[day] = min(totals)
        choices[day] = totals.index(least[day])
    if least[0] >= _NEVER:
        return _NEVER, None
    way, day = [], 0
    while day < size:
        option = options[choices[day]]
        way.append((day, option))
        day = option.reach[day]
    return least[0], tuple(way)
