"""System checks: what would fail silently."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

# django-q2 1.11 drops unknown keys without a word (django_q/conf.py).
KNOWN_Q_KEYS = frozenset(
    [
        "ack_failures",
        "ALT_CLUSTERS",
        "bulk",
        "cache",
        "catch_up",
        "compress",
        "cpu_affinity",
        "daemonize_workers",
        "django_redis",
        "error_reporter",
        "guard_cycle",
        "has_replica",
        "iron_mq",
        "label",
        "log_level",
        "max_attempts",
        "max_rss",
        "mongo",
        "mongo_db",
        "name",
        "orm",
        "poll",
        "queue_limit",
        "recycle",
        "redis",
        "retry",
        "save_limit",
        "save_limit_per",
        "scheduler",
        "sqs",
        "sync",
        "testing",
        "timeout",
        "time_zone",
        "workers",
    ]
)


@register()
def check_queue_settings(**_options: Any) -> list[CheckMessage]:
    """Refuse misspelt settings of the queue and time limits under which a task would run twice."""
    found: list[CheckMessage] = []
    queue: dict[str, Any] = settings.Q_CLUSTER
    for key in sorted(set(queue) - KNOWN_Q_KEYS):
        found.append(Error(f"Q_CLUSTER has an unknown key {key!r}", id="keepline.E001"))
    if queue["timeout"] * 2 > queue["retry"]:
        found.append(Error("Q_CLUSTER: timeout must be under half of retry", id="keepline.E002"))
    return found
