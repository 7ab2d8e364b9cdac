"""Plan advice for a year of need and 40 plans. `python -m tests.bench.advice [plans]`"""

import random
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from cards.rules.advice import Amount, Plan, Trip, advise
from cards.rules.periods import Period, Unit
from tests.bench.ground import median_ms, table

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
DAYS = {Unit.HOUR: 1 / 24, Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.QUARTER: 91, Unit.YEAR: 365}
LONGEST = {Unit.HOUR: 72, Unit.DAY: 45, Unit.WEEK: 8, Unit.MONTH: 6, Unit.QUARTER: 3, Unit.YEAR: 1}


def price_list(number: int) -> list[Plan]:
    """Plans of all lengths at prices that nearly follow what they hold, always the same ones."""
    dice = random.Random(number)
    plans = []
    for n in range(number):
        unit = list(Unit)[n % len(Unit)]
        count = dice.randint(24 if unit is Unit.HOUR else 1, LONGEST[unit])
        days = max(1, round(count * DAYS[unit]))
        # Less and more than a day's need for each day: some are used up early, stacking pays.
        data = max(400, days * dice.randint(10, 400))
        plans.append(
            Plan(
                id=n, currency="BHD", period=Period(count, unit), has_hotspot=n % 2 == 0,
                price=Decimal(round((data * 3) ** 0.95 * dice.uniform(0.8, 1.2))) / 1000,
                data_mib=data, minutes=days * dice.randint(5, 20), sms=days * dice.randint(1, 10),
            )
        )  # fmt: skip
    return plans


def needs() -> dict[str, list[Trip]]:
    data = Amount(300, is_per_day=True)
    whole = Trip(starts_on=FIRST, ends_on=LAST, data_mib=data)
    full = replace(whole, minutes=Amount(5, is_per_day=True), sms=Amount(300))
    weekly = [
        Trip(
            starts_on=FIRST + timedelta(weeks=week),
            ends_on=FIRST + timedelta(weeks=week, days=week % 5),
            data_mib=Amount(10 * (week % 7), is_per_day=True),
            needs_hotspot=week % 6 == 0,
        )
        for week in range(52)
    ]
    return {
        "365 days, the same data": [whole],
        "365 days, data, minutes, SMS": [full],
        "the same and 52 trips that add up": [full, *weekly],
    }


def main(number: int) -> None:
    rows, plans = [], price_list(number)
    for name, trips in needs().items():
        for most_equal in (1, 3, 5):
            job = partial(advise, trips, plans, most_equal=most_equal)
            best = job().best
            assert best is not None, f"{name}: nothing fits"
            spent = [f"{ms:.1f}" for ms in median_ms(job, 20)]
            rows.append((name, number, most_equal, best.number_of_plans, len(best.counts), *spent))
    table(("need", "plans", "equal ones", "bought", "kinds", "ms min", "ms median", "ms max"), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
