"""Addresses for monitors: is the whole thing healthy, is this process alive. No sign-in."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cards.queries.health import is_beat_late, last_beat
from cards.web.clock import now_of
from cards.web.context import STARTED_AT


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when reminders can be relied on, else 503 with the reason."""
    try:
        beat = last_beat()
    except DatabaseError as error:
        return _plain(f"the database does not answer: {type(error).__name__}", 503)
    if is_beat_late(beat, now=now_of(request), since=STARTED_AT):
        when = f"since {beat.beat_at:%Y-%m-%d %H:%M:%S} UTC" if beat else "yet"
        return _plain(f"the reminder worker has not run {when}", 503)
    return _plain("ok", 200)


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers at all; reads no database."""
    return _plain("ok", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
