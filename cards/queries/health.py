"""Is the background work alive? Read by every page, the health address and the supervisor."""

from datetime import datetime, timedelta

from cards.models import Heartbeat

TICK = "tick"
# The scheduler beats each minute; its own look-up adds up to 30 seconds.
LATE_AFTER = timedelta(minutes=3)


def last_beat(name: str = TICK) -> Heartbeat | None:
    return Heartbeat.objects.filter(name=name).first()


def heartbeat_age(*, now: datetime) -> timedelta | None:
    """Return how far the last good tick is from now; None when there was none yet.

    One in the future (a clock that was wrong, `sweep --now`) is as far away as one in the past.
    """
    beat = last_beat()
    return None if beat is None else abs(now - beat.beat_at)


def is_beat_late(beat: Heartbeat | None, *, now: datetime, since: datetime | None = None) -> bool:
    """Tell whether reminders can't be relied on. `since` gives grace after a start."""
    if beat is not None and abs(now - beat.beat_at) <= LATE_AFTER:
        return False
    return since is None or now - since > LATE_AFTER
