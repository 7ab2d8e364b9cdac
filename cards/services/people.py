"""A person's preferences."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time

from django.db import transaction

from cards.models import User

from .timetable import mark_stale, replan


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    name: str
    language: str
    time_zone: str
    remind_at: time
    leads: Sequence[int]
    currency: str
    theme: str


def save_preferences(*, user: User, preferences: Preferences, now: datetime) -> None:
    """Store them; a new hour, zone or new leads move every reminder of the person."""
    before = (user.time_zone, user.remind_at, list(user.leads))
    user.name = preferences.name
    user.language = preferences.language
    user.time_zone = preferences.time_zone
    user.remind_at = preferences.remind_at
    user.leads = sorted(set(preferences.leads), reverse=True)
    user.currency = preferences.currency
    user.theme = preferences.theme
    moves = before != (user.time_zone, user.remind_at, user.leads)
    with transaction.atomic():
        user.save(update_fields=[item.name for item in fields(preferences)])
        if moves:
            # Without an operator's zone the person's decides the day itself: dates may move too.
            mark_stale(user.cards.all())
    if moves:
        replan(user.cards.all(), now)
