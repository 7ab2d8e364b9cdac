"""A database of its own for a bench, filled in bulk; prints tables. Run by hand, never by pytest."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"
MARGIN = timedelta(days=7)
BATCH = 5000


def set_up() -> None:
    """Load Django on an empty database: DATABASE_URL if set, else a throw-away SQLite file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    import django
    from django.conf import settings

    settings.DEBUG = False  # with it Django keeps every statement
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def fill(cards: int, *, people: int, first_end: date, spread_days: int) -> None:
    """Write cards with a reading, a line deadline and a watch each, just as a refresh leaves them."""
    from cards.models import User

    made = [User(email=f"p{cards}-{n}@example.org", password="!", time_zone=ZONE) for n in range(people)]
    users = User.objects.bulk_create(made, batch_size=BATCH)
    for start in range(0, cards, 50_000):
        count = min(50_000, cards - start)
        _fill_some(start, count, users, first_end, spread_days)


def fill_for(cards: int, *, email: str) -> Any:
    """Write one person's cards; return the person."""
    from cards.models import User

    user = User.objects.create(email=email, password="!", time_zone=ZONE)
    _fill_some(0, cards, [user], NOW.date() + timedelta(days=20), 300)
    return user


def _fill_some(start: int, count: int, users: list[Any], first_end: date, spread: int) -> None:
    from cards.models import Action, Card, Deadline, Watch
    from cards.rules.places import end_of_day

    numbers = range(start, start + count)
    days = [first_end + timedelta(days=n % spread) for n in numbers]
    ends = {day: end_of_day(day, [ZONE]) for day in set(days)}
    safe = {day: end_of_day(day - MARGIN, [ZONE]) for day in set(days)}
    rows = Card.objects.bulk_create(
        [
            Card(
                owner=users[n % len(users)], label=f"Card {n}", purposes=["data"], created_at=NOW,
                urgent_at=safe[day], planned_at=NOW, number=f"+9733{n:07d}",
            )
            for n, day in zip(numbers, days, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    Action.objects.bulk_create(
        [
            Action(card=card, kind="reading", acted_on=NOW.date(), expires_on=day, recorded_at=NOW)
            for card, day in zip(rows, days, strict=True)
        ],
        batch_size=BATCH,
    )
    deadlines = Deadline.objects.bulk_create(
        [
            Deadline(
                card=card, kind="line", ends_on=day, ends_at=ends[day], act_by_at=safe[day],
                act_by_on=day - MARGIN, known_at=NOW, after="save", is_place_assumed=True,
            )
            for card, day in zip(rows, days, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    for card, deadline in zip(rows, deadlines, strict=True):
        card.leading = deadline
    Card.objects.bulk_update(rows, ["leading"], batch_size=500)
    Watch.objects.bulk_create(
        [
            # 7 days before the safe date at 09:00 in Shanghai
            Watch(
                deadline=deadline, user=card.owner, began_at=NOW,
                next_at=safe[day] - timedelta(days=7, hours=15), slot="lead:7",
            )
            for card, deadline, day in zip(rows, deadlines, days, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip


def median_ms(job: Callable[[], object], times: int) -> tuple[float, float, float]:
    """Return minimum, median and maximum of several runs in milliseconds."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        job()
        spent.append((time.perf_counter() - begun) * 1000)
    return min(spent), statistics.median(spent), max(spent)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
