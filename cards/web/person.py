"""Who asks."""

from django.http import Http404, HttpRequest

from cards.models import User


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person; only for views behind `login_required`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
