"""The request's clock."""

from datetime import datetime

from django.http import HttpRequest


def now_of(request: HttpRequest) -> datetime:
    """Return the instant at which this request began; the middleware read it once."""
    now: datetime = request.now  # type: ignore[attr-defined]
    return now
