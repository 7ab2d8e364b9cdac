"""Small supervisors for test_supervisor.py: `python -m tests.slow.toys SCENE FOLDER` runs one of the scenes.

Each child notes its process id in a file, `name.number`, and has a grandchild that would sleep for a minute.
"""

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tracker.processes import HEARTBEAT_IS_OLD
from tracker.supervisor import Child, Limits, Supervisor

QUICK = Limits(
    restarts=3,
    window=20,
    first_delay=0.05,
    stop=1,
    hung_stop=0.3,
    look_every=0.1,
    look_limit=1,
    grace=0.5,
    turn=0.05,
)


def note(folder: Path, name: str, pid: int) -> None:
    """Write the process id into the first free file of that name, complete at once."""
    draft = folder / f".{name}.{pid}"
    draft.write_text(str(pid))
    number = next(n for n in itertools.count(1) if not (folder / f"{name}.{n}").exists())
    draft.rename(folder / f"{name}.{number}")


def with_grandchild(folder: Path, name: str) -> None:
    """Note this process and a sleeping child of it."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
        os._exit(0)
    note(folder, f"{name}-grandchild", pid)
    note(folder, name, os.getpid())


def sleeper(folder: Path, name: str) -> Callable[[], None]:
    """Work that goes on until it is ended."""

    def work() -> None:
        with_grandchild(folder, name)
        time.sleep(60)

    return work


def deaf(folder: Path) -> Callable[[], None]:
    """Work that does not listen to SIGTERM."""

    def work() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleeper(folder, "deaf")()

    return work


def leaver(folder: Path) -> Callable[[], int]:
    """Work that ends well at once and leaves its child behind, as django-q2 does when its sentinel dies."""

    def work() -> int:
        with_grandchild(folder, "leaver")
        return 0

    return work


def look(folder: Path) -> Callable[[], int]:
    """Look at a file `beat`: its word is how the look goes."""

    def work() -> int:
        word = (folder / "beat").read_text() if (folder / "beat").exists() else "fresh"
        note(folder, f"look-{word}", os.getpid())
        if word == "hang":
            time.sleep(60)
        if word == "raise":
            raise RuntimeError("the database is away")
        return HEARTBEAT_IS_OLD if word == "old" else 0

    return work


def build(scene: str, folder: Path) -> Supervisor:
    """Give the supervisor of a scene."""
    web, cluster = (
        Child("web", sleeper(folder, "web")),
        Child("cluster", sleeper(folder, "cluster"), has_heartbeat=True),
    )
    once = Child("once", lambda: note(folder, "once", os.getpid()), once=True)
    match scene:
        case "steady":
            return Supervisor([web, cluster, once], limits=QUICK)
        case "deaf":
            return Supervisor([web, Child("deaf", deaf(folder))], limits=QUICK)
        case "leaving":
            return Supervisor([web, Child("leaver", leaver(folder))], limits=QUICK)
        case "watched":
            return Supervisor([web, cluster], heartbeat_look=look(folder), limits=QUICK)
    raise SystemExit(f"no scene {scene}")


if __name__ == "__main__":
    sys.exit(build(sys.argv[1], Path(sys.argv[2])).run())
