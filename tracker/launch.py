"""What the supervisor's children do: serve pages, the first tick, look at the heartbeat.

Import it after django.setup() and before forking: all that it imports is then shared by the children.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connections
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication

from cards.accounts.owner import has_owner, owner_link
from cards.delivery.outbox import release_leases
from cards.queries.health import heartbeat_age
from cards.tasks import sync_schedules, tick
from tracker import __version__
from tracker.env import Env
from tracker.processes import HEARTBEAT_IS_OLD

log = logging.getLogger("tracker.launch")

_MEMORY_DIR = "/dev/shm"  # noqa: S108 - gunicorn makes files of its own there and unlinks them at once


class _WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured here only: no file and no command line of its own."""

    def __init__(self, application: Callable[..., Any], settings: dict[str, Any]) -> None:
        self._application = application
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        return self._application


def load_application() -> Callable[..., Any]:
    """Give the WSGI application with all its pages imported, so that the web processes share them."""
    application = get_wsgi_application()
    _ = get_resolver().url_patterns
    return application


def serve_pages(env: Env, door: socket.socket, application: Callable[..., Any]) -> None:
    """Answer requests on `door` until SIGTERM."""
    use_pool(env)
    _WebServer(application, gunicorn_settings(env, door)).run()


def gunicorn_settings(env: Env, door: socket.socket) -> dict[str, Any]:
    """Give gunicorn's settings: one process has threads, several have none (why: docs/running.md)."""
    one = env.web_workers == 1
    return {
        "bind": f"fd://{door.fileno()}",
        "workers": env.web_workers,
        "worker_class": "gthread" if one else "sync",
        "threads": 4 if one else 1,
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": 10,
        "keepalive": 5,
        # With proxies of ours in front, whoever connects is one of them; otherwise nobody's word counts.
        "forwarded_allow_ips": "*" if env.trusted_proxies else "",
        "loglevel": "debug" if env.log_level == "DEBUG" else "warning",
        "control_socket_disable": True,
        # The beat of each second goes to memory, not to a memory card.
        "worker_tmp_dir": _MEMORY_DIR if os.access(_MEMORY_DIR, os.W_OK) else None,
    }


def run_first_tick() -> None:
    """Put the schedules right and do at once what became due while nothing ran."""
    sync_schedules()
    free_leases("start")
    tick(datetime.now(UTC), holder="start")


def free_leases(holder: str) -> None:
    """Free the messages that a dead sender had claimed; a database that is away is only noted."""
    try:
        release_leases(holder)
    except DatabaseError:
        log.exception("the leases of %s could not be released; they end by themselves", holder)
    finally:
        connections.close_all()


def look_at_heartbeat(late_after: timedelta) -> int:
    """Give HEARTBEAT_IS_OLD when the last tick is longer ago than `late_after`, or there was none."""
    age = heartbeat_age(now=datetime.now(UTC))
    return HEARTBEAT_IS_OLD if age is None or age > late_after else 0


def use_pool(env: Env) -> None:
    """Turn PostgreSQL's connection pool on in this process, which must not fork while a pool is open."""
    _set_pool(env.database.get("OPTIONS", {}).get("pool"))


def drop_pool() -> None:
    """Turn the pool off: its threads and sockets do not survive a fork, and the scheduler forks at will."""
    _set_pool(None)


def _set_pool(pool: Any) -> None:
    options = connections.settings["default"].get("OPTIONS", {})
    if pool:
        options["pool"] = pool
    else:
        options.pop("pool", None)


def share_memory() -> None:
    """Get ready to fork: no open connection, and the garbage collector leaves the shared pages alone."""
    connections.close_all()
    gc.collect()
    gc.freeze()


def greeting(env: Env) -> str:
    """Say where the site is, and how the first person gets in."""
    lines = [f"Keepline {__version__} is at {env.site_url}/  (stop: Ctrl-C)"]
    if not has_owner():
        lines.append(f"Make your account here; the link works once: {owner_link(now=datetime.now(UTC))}")
    if env.smtp is None:
        lines.append("EMAIL_URL is not set: no mail leaves this machine; ./run manage mailbox shows it.")
    return "\n".join(lines) + "\n"
