"""A tick with nothing due, over many cards. `python -m tests.bench.sweep [cards ...]`"""

import sys
from datetime import timedelta

from tests.bench.ground import NOW, fill, median_ms, set_up, table


def main(sizes: list[int]) -> None:
    set_up()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from cards.models import Card
    from cards.tasks import tick

    rows, done = [], 0
    for size in sizes:
        fill(size - done, people=1, first_end=NOW.date() + timedelta(days=60), spread_days=300)
        done = size
        tick(NOW)
        with CaptureQueriesContext(connection) as captured:
            tick(NOW)
        control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        counted = [q for q in captured if not q["sql"].startswith(control)]
        low, median, high = median_ms(lambda: tick(NOW), 30)
        rows.append((f"{Card.objects.count():,}", len(counted), f"{low:.2f}", f"{median:.2f}", f"{high:.2f}"))
    table(("cards", "statements", "ms min", "ms median", "ms max"), rows)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [1_000, 100_000, 1_000_000])
