"""Recomputations of a card with 50 actions, on one core. `python -m tests.bench.recompute [times]`"""

import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cards.rules.periods import Period, Unit
from cards.rules.validity import AfterStage, Entry, From, Mode, Rule, Tier, Version, play
from tests.bench.ground import table

ACTIONS = 50
LIMIT_SECONDS = 60
ALLOWED = 100_000
STARTED = date(2024, 1, 31)
RECORDED = datetime(2024, 1, 1, tzinfo=UTC)
ZONES = ("Asia/Bahrain",)
GRACE = (AfterStage("grace", Period(30, Unit.DAY), "service"),)


def entry(number: int, kind: str, day: date, **facts: object) -> Entry:
    return Entry(id=number, place=number, kind=kind, day=day, recorded_at=RECORDED, **facts)  # type: ignore[arg-type]


def plain() -> list[Entry]:
    """A top-up every few weeks and nothing else."""
    return [entry(n, "top-up", STARTED + timedelta(days=17 * n)) for n in range(ACTIONS)]


def timed() -> list[Entry]:
    """The same to the minute, several on one day: instants are converted and merged."""
    begin = datetime(2024, 1, 31, 20, 30, tzinfo=UTC)
    moments = [begin + timedelta(hours=7 * n) for n in range(ACTIONS)]
    return [entry(n, "sms", moment.date(), at=moment) for n, moment in enumerate(moments)]


def mixed() -> list[Entry]:
    """All that a ledger can hold: amounts, readings, credit sent, late entries, notes."""
    dice, found = random.Random(50), []
    kinds = ["top-up"] * 4 + ["reading", "sms", "restored", "credit-sent", "note"]
    for n in range(ACTIONS):
        day, kind = STARTED + timedelta(days=dice.randint(0, 900)), dice.choice(kinds)
        found.append(
            entry(
                n, kind, day,
                at=datetime(day.year, day.month, day.day, 12, n, tzinfo=UTC) if n % 3 == 0 else None,
                amount=Decimal(dice.choice([1, 3, 10])) if kind == "top-up" else None,
                currency="BHD" if kind == "top-up" else "",
                expires_on=day + timedelta(days=dice.randint(1, 200)) if kind == "reading" else None,
                days_given=dice.randint(1, 9) if kind == "credit-sent" else None,
            )
        )  # fmt: skip
    return found


def rules() -> dict[str, tuple[Rule, list[Entry]]]:
    top_up, month = frozenset({"top-up", "sms"}), Period(1, Unit.MONTH)
    tiers = tuple(
        Tier(minimum=Decimal(amount), period=Period(count, Unit.MONTH)) for amount, count in ((1, 1), (10, 6))
    )
    adding = {"base": From.LATER, "mode": Mode.ADD, "stages": GRACE}
    everything = Rule(
        counts=top_up, period=month, tiers=tiers, currency="BHD", minima=(("sms", Decimal(0)),),
        cap=Period(1, Unit.YEAR), first_period=Period(3, Unit.MONTH), **adding,  # type: ignore[arg-type]
    )  # fmt: skip
    return {
        "180 days from each top-up": (Rule(counts=top_up, period=Period(180, Unit.DAY)), plain()),
        "months added from an anchor": (Rule(counts=top_up, period=month, **adding), plain()),  # type: ignore[arg-type]
        "24 hours, each to the minute": (Rule(counts=top_up, period=Period(24, Unit.HOUR)), timed()),
        "tiers, cap, readings, credit sent": (everything, mixed()),
    }


def spent(rule: Rule, entries: Sequence[Entry], times: int) -> float:
    versions = [Version(applies_from=STARTED, recorded_at=RECORDED, rule=rule)]
    begun = time.process_time()
    for _ in range(times):
        play(entries, versions, zones=ZONES, started_on=STARTED)
    return time.process_time() - begun


def main(times: int) -> int:
    rows, is_slow = [], False
    for name, (rule, entries) in rules().items():
        seconds = spent(rule, entries, times)
        for_all = seconds / times * ALLOWED
        is_slow = is_slow or for_all > LIMIT_SECONDS
        rows.append((name, times, f"{seconds:.1f}", f"{seconds / times * 1e6:.0f}", f"{for_all:.1f}"))
    table(("card with 50 actions", "times", "s", "µs each", f"s for {ALLOWED:,}"), rows)
    return 1 if is_slow else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ALLOWED))
