"""Start page and list with 10 and 1,000 cards: queries, size, requests a second.

`python -m tests.bench.pages [seconds]`; starts gunicorn on loopback with one and with two processes.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time

from tests.bench.ground import NOW, fill_for, set_up, table
from tests.mail_server import free_port

PAGES = ("/", "/cards/")


def main(seconds: float) -> None:
    set_up()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    rows, cookies = [], {}
    for cards in (10, 1000):
        user = fill_for(cards, email=f"with{cards}@example.org")
        client = Client()
        client.force_login(user)
        cookies[cards] = client.cookies[settings.SESSION_COOKIE_NAME].value
        for path in PAGES:
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(path)
            rows.append((path, f"{cards:,}", len(captured), f"{len(response.content) / 1000:.1f}"))
    table(("page", "cards", "queries", "kB"), rows)
    print()
    speed = []
    for workers in (1, 2):
        for cards in (10, 1000):
            for path in PAGES:
                cookie = f"{settings.SESSION_COOKIE_NAME}={cookies[cards]}"
                speed.append((path, f"{cards:,}", workers, *_load(workers, path, cookie, seconds)))
    table(("page", "cards", "processes", "req/s", "ms median", "ms p95"), speed)
    print(f"(at {NOW:%Y-%m-%d}; the client runs on the same two cores)")


def _load(workers: int, path: str, cookie: str, seconds: float) -> tuple[str, str, str]:
    from django.db import connection

    port = free_port()
    name = connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{name}",
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "LOG_LEVEL": "WARNING",
    }
    manage = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(manage, env=environment, check=True)
    command = [
        sys.executable, "-m", "gunicorn", "tracker.wsgi", "--bind", f"127.0.0.1:{port}", "--preload",
        "--workers", str(workers), "--log-level", "warning",
        *(("--worker-class", "gthread", "--threads", "4") if workers == 1 else ()),
    ]  # fmt: skip
    server = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        spent: list[float] = []
        ends = time.perf_counter() + seconds
        threads = [threading.Thread(target=_ask, args=(port, path, cookie, ends, spent)) for _ in range(4)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = len(spent) / (time.perf_counter() - begun)
    finally:
        server.terminate()
        server.wait()
    spent.sort()
    return (
        f"{rate:.0f}",
        f"{statistics.median(spent) * 1000:.1f}",
        f"{spent[int(len(spent) * 0.95)] * 1000:.1f}",
    )


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            _get(port, "/livez/", "")
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("gunicorn did not start")


def _get(port: int, path: str, cookie: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie, "Host": "testserver"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def _ask(port: int, path: str, cookie: str, ends: float, spent: list[float]) -> None:
    while (begun := time.perf_counter()) < ends:
        status = _get(port, path, cookie)
        assert status == 200, f"{path} answered {status}"
        spent.append(time.perf_counter() - begun)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 6)
