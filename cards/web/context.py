"""What every page shows: is the worker alive, does mail leave this machine."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cards.queries.health import is_beat_late, last_beat

# Grace after a start; read here because a module is imported once per process.
STARTED_AT = datetime.now(UTC)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the layout. The heartbeat is read only where a person is signed in."""
    user = getattr(request, "user", None)
    is_person = user is not None and user.is_authenticated
    now: datetime | None = getattr(request, "now", None)
    beat = last_beat() if is_person else None
    is_late = now is not None and is_person and is_beat_late(beat, now=now, since=STARTED_AT)
    return {
        "worker_is_late": is_late,
        "worker_last_at": beat.beat_at if beat else None,
        "signup_is_open": settings.OPEN_SIGNUP,
        "mail_is_local": settings.SMTP is None,
        "languages": settings.LANGUAGES,
        "theme": user.theme if user is not None and user.is_authenticated else "auto",
        "now": now,
    }
