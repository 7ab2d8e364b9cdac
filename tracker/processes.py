"""Child processes that can neither outlive the supervisor nor leave anything behind.

Every child is forked from a process that has loaded everything already, so that memory is shared. Each leads
a session and process group of its own, and each process in that group dies with its parent. Linux only. Knows
nothing of Django.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

# What the supervisor waits for; blocked there, so that none is lost between two looks.
WAITED_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)

HEARTBEAT_IS_OLD = 10
"""Exit status of the work that looks at the heartbeat; any other means fresh or unknown."""

Work = Callable[[], int | None]


def adopt_orphans() -> None:
    """Let processes whose parent died become children of this one, which then can wait for them."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap() -> dict[int, int]:
    """Collect the children that have ended: process id -> exit status, negative for a signal's number."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = os.waitstatus_to_exitcode(status)


def start(name: str, work: Work) -> int:
    """Fork a child that runs `work` and exits with what it returns; give its process id.

    Nothing of this process may be shared unsafely: close database connections and have no threads before.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        _become(name, parent)
        os.close(done)
        _run_and_exit(work)
    os.close(done)
    os.read(ready, 1)  # ends when the child leads its group, so that the group can be signalled from here on
    os.close(ready)
    return pid


def run(name: str, work: Work) -> int:
    """Run `work` in a child, wait for it and give its exit status."""
    _, status = os.waitpid(start(name, work), 0)
    return os.waitstatus_to_exitcode(status)


def group_exists(group: int) -> bool:
    """Whether any process, a zombie included, is left in the process group."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ask_to_stop(leaders: Iterable[int]) -> None:
    """Send SIGTERM to the leaders of groups; those that are gone already are no error.

    Never to the whole group: only the leader knows in which order its own children can stop without loss.
    """
    for leader in leaders:
        with contextlib.suppress(ProcessLookupError):
            os.kill(leader, signal.SIGTERM)


def end_group(group: int, *, patience: float, on_reaped: Callable[[dict[int, int]], None]) -> None:
    """Wait up to `patience` seconds for a group to end, then kill what is left; return when none is left.

    `on_reaped` gets whatever other children ended meanwhile.
    """
    _wait_for_end(group, patience, on_reaped)
    while group_exists(group):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        _wait_for_end(group, 1.0, on_reaped)


def _wait_for_end(group: int, seconds: float, on_reaped: Callable[[dict[int, int]], None]) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        on_reaped(reap())
        if not group_exists(group):
            return
        time.sleep(0.02)


def _become(name: str, parent: int) -> None:
    os.setsid()
    for number in WAITED_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _die_with(parent)
    _libc.prctl(_PR_SET_NAME, f"keepline-{name}"[:15].encode(), 0, 0, 0)
    # Grandchildren too: neither django-q2's sentinel nor its workers notice when their parent is gone.
    family = _Family()
    os.register_at_fork(before=family.remember, after_in_child=family.bind)


class _Family:
    """Carries a parent's id over a fork."""

    def __init__(self) -> None:
        self.parent = 0

    def remember(self) -> None:
        self.parent = os.getpid()

    def bind(self) -> None:
        _die_with(self.parent)


def _die_with(parent: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def _run_and_exit(work: Work) -> None:
    code = 1
    try:
        code = work() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # whatever it was, this child ends here and not in its parent's code
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code & 0xFF)
