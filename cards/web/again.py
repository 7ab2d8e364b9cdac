"""What opens a line or shows whole numbers is shown to who has just proved to be its owner."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest


def ask_again(request: HttpRequest) -> None:
    """Go on where the person gave the password in the last minutes, else ask for it and come back here.

    A POST is kept in the session while it is asked for: never call this where one carries a secret.
    """
    raise_if_reauthentication_required(request, app="allauth.account")
