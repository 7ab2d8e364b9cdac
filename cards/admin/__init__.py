"""The admin panel: forms save through the services, what has no service is read-only."""

from . import (
    accounts,
    cards,
    catalogue,
    deadlines,
    history,
    messages,
    operators,
    people,
    playbooks,
    queue,
    runs,
)

__all__ = [
    "accounts",
    "cards",
    "catalogue",
    "deadlines",
    "history",
    "messages",
    "operators",
    "people",
    "playbooks",
    "queue",
    "runs",
]
