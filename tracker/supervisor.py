"""`python -m tracker.supervisor`: web and scheduler as one program that stays up.

Loads everything once, then forks: the web server, django-q2's cluster, and one first tick. Whatever ends is
started again, its whole process group ended before; too often, and everything stops with a sentence. The
heartbeat is read in a child as well, so that a database that hangs cannot hang the supervisor.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import django

from tracker import processes
from tracker.door import DoorError, open_door
from tracker.env import ROOT, Env, EnvError, ensure_secrets, read_env, with_env_file
from tracker.prepare import compile_translations, is_prepared, prepare_or_say
from tracker.processes import HEARTBEAT_IS_OLD, WAITED_SIGNALS, Work

log = logging.getLogger("tracker.supervisor")


@dataclass(frozen=True)
class Limits:
    """Times in seconds, and how often a child may be started again within `window`."""

    restarts: int = 5
    window: float = 60
    first_delay: float = 0.5
    stop: float = 20
    hung_stop: float = 5
    look_every: float = 20
    look_limit: float = 40
    grace: float = 180
    once_limit: float = 900
    turn: float = 1


@dataclass
class Child:
    """One thing to run: `once` is not started again, `has_heartbeat` is ended when the heartbeat is old."""

    name: str
    work: Work
    once: bool = False
    has_heartbeat: bool = False
    pid: int = 0
    started: float = 0
    start_at: float = 0
    ends: deque[float] = field(default_factory=deque)

    @property
    def is_running(self) -> bool:
        return self.pid != 0


class Supervisor:
    """Runs children until a signal asks to stop or one of them cannot be kept alive.

    `heartbeat_look` returns HEARTBEAT_IS_OLD when the watched child must be restarted. It runs in a child.
    """

    def __init__(
        self, children: Sequence[Child], *, heartbeat_look: Work | None = None, limits: Limits | None = None
    ) -> None:
        self.children = list(children)
        self.limits = limits or Limits()
        self.look = Child("heartbeat", heartbeat_look, once=True) if heartbeat_look else None
        self.next_look = 0.0
        self.failure = ""

    def run(self) -> int:
        """Run until SIGTERM, SIGINT or SIGHUP (0) or until a child ended too often (1); leave no process."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_SIGNALS)
        processes.adopt_orphans()
        self.next_look = time.monotonic() + self.limits.look_every
        try:
            while not self.failure:
                self._turn(time.monotonic())
                received = signal.sigtimedwait(WAITED_SIGNALS, self.limits.turn)
                if received and received.si_signo != signal.SIGCHLD:
                    log.info("stopping")
                    return 0
            log.critical(self.failure)
            return 1
        finally:
            self._stop_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _turn(self, now: float) -> None:
        self._note_ends(processes.reap())
        for child in self.children:
            if not child.is_running and now >= child.start_at:
                self._start(child, now)
            elif child.is_running and child.once and now - child.started > self.limits.once_limit:
                log.error("%s took longer than %.0f s; ending it", child.name, self.limits.once_limit)
                self._end(child, 0)
        if self.look:
            self._watch(self.look, now)

    def _start(self, child: Child, now: float) -> None:
        child.pid, child.started = processes.start(child.name, child.work), now
        child.start_at = float("inf")

    def _watch(self, look: Child, now: float) -> None:
        if look.is_running:
            if now - look.started > self.limits.look_limit:
                log.warning("the heartbeat could not be read within %.0f s", self.limits.look_limit)
                self._end(look, 0)
        elif now >= self.next_look and any(self._may_be_judged(child, now) for child in self.children):
            self.next_look = now + self.limits.look_every
            self._start(look, now)

    def _may_be_judged(self, child: Child, now: float) -> bool:
        return child.has_heartbeat and child.is_running and now - child.started > self.limits.grace

    def _note_ends(self, ended: dict[int, int]) -> None:
        now = time.monotonic()
        if self.look and self.look.pid in ended:
            status, self.look.pid = ended[self.look.pid], 0
            if status == HEARTBEAT_IS_OLD:
                self._restart_hung(now)
        for child in self.children:
            if child.pid in ended:
                self._after_end(child, ended[child.pid], now)

    def _restart_hung(self, now: float) -> None:
        for child in self.children:
            if self._may_be_judged(child, now):
                log.error("the heartbeat is old; starting %s again", child.name)
                self._end(child, self.limits.hung_stop)
                child.start_at = now

    def _after_end(self, child: Child, status: int, now: float) -> None:
        group, child.pid = child.pid, 0
        # What it left behind would work on beside its successor.
        processes.end_group(group, patience=0, on_reaped=self._note_ends)
        if child.once:
            if status:
                log.error("%s ended with status %d", child.name, status)
            return
        while child.ends and now - child.ends[0] > self.limits.window:
            child.ends.popleft()
        child.ends.append(now)
        if len(child.ends) > self.limits.restarts:
            self.failure = (
                f"{child.name} ended {len(child.ends)} times within {self.limits.window:.0f} s, "
                f"the last time with status {status}; stopping everything. The lines above say why."
            )
            return
        delay = self.limits.first_delay * 2 ** (len(child.ends) - 1)
        child.start_at = now + delay
        log.error("%s ended with status %d; starting it again in %.1f s", child.name, status, delay)

    def _end(self, child: Child, patience: float) -> None:
        """End a running child and its group; it does not count as having ended by itself."""
        group, child.pid = child.pid, 0
        if patience:
            processes.ask_to_stop([group])
        processes.end_group(group, patience=patience, on_reaped=self._note_ends)

    def _stop_all(self) -> None:
        running = [child for child in [*self.children, self.look] if child and child.is_running]
        groups = [child.pid for child in running]
        for child in running:
            child.pid = 0
        # All are asked first, so that they stop side by side.
        processes.ask_to_stop(groups)
        deadline = time.monotonic() + self.limits.stop
        for group in groups:
            left = max(0.0, deadline - time.monotonic())
            processes.end_group(group, patience=left, on_reaped=lambda _: None)


def main(limits: Limits | None = None, late_after: timedelta = timedelta(minutes=3)) -> int:
    """Run everything: 0 after a signal, 1 for a taken port or a child that keeps ending, 2 for bad values."""
    try:
        env = read_env(with_env_file(os.environ, ROOT / ".env"))
        door = open_door(env)
        ensure_secrets(env.data_dir)
    except (EnvError, DoorError) as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, EnvError) else 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    compile_translations()
    django.setup()
    return _run_children(env, door, limits, late_after)


def _run_children(env: Env, door: socket.socket, limits: Limits | None, late_after: timedelta) -> int:
    # Both need Django to be set up; imported before the fork, they are shared.
    from django_q.cluster import Cluster  # noqa: PLC0415

    from tracker import launch  # noqa: PLC0415

    def run_cluster() -> int:
        # Whoever held these is dead: a cluster starts only after the last process of the former one.
        launch.free_leases("tick")
        cluster = Cluster()
        cluster.start()
        cluster.sentinel.join()
        return int(cluster.sentinel.exitcode or 0)

    launch.drop_pool()
    if not is_prepared(env):
        sys.stdout.write("Preparing tables and files ...\n")
        # In a child: the memory that migrations take goes away with it.
        status = processes.run("prepare", lambda: prepare_or_say(env))
        if status:
            return status
    application = launch.load_application()
    sys.stdout.write(launch.greeting(env))
    launch.share_memory()
    children = [
        Child("web", lambda: launch.serve_pages(env, door, application)),
        Child("cluster", run_cluster, has_heartbeat=True),
        Child("first tick", launch.run_first_tick, once=True),
    ]
    return Supervisor(
        children, heartbeat_look=lambda: launch.look_at_heartbeat(late_after), limits=limits
    ).run()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # Ctrl-C before everything runs
        sys.exit(130)
