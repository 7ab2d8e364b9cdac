"""People with one due card each: taking and sending over loopback SMTP.

`python -m tests.bench.mail [people]`
"""

import json
import subprocess
import sys
import time
from datetime import timedelta

from tests.bench.ground import NOW, fill, set_up, table


def main(people: int) -> None:
    set_up()
    from django.conf import settings

    from cards.models import Card, Message, Watch
    from cards.tasks import tick
    from tests.mail_server import free_port
    from tracker.env import Smtp

    last_day = NOW.date() + timedelta(days=60)
    fill(people, people=people, first_end=last_day, spread_days=1)
    due = Watch.objects.order_by("next_at")[0].next_at
    assert due is not None
    Card.objects.update(planned_at=due)  # or the tick would work out fifty cards' dates as well
    port = free_port()
    command = [sys.executable, "-m", "tests.mail_server", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        server.stdout.readline()
        settings.SMTP = Smtp("127.0.0.1", port, "none", "", "", 15)
        begun = time.perf_counter()
        tick(due)
        spent = time.perf_counter() - begun
        server.stdin.close()
        arrived, addresses, most = json.loads(server.stdout.read())
    sent = Message.objects.filter(state="sent").count()
    table(
        ("people", "seconds", "mails/s", "arrived", "addresses", "most to one", "rows sent"),
        [(people, f"{spent:.2f}", f"{people / spent:.0f}", arrived, addresses, most, sent)],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
