"""The first person: set up by a one-time link that the start prints."""

from datetime import datetime, timedelta
from urllib.parse import urljoin

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction
from django.urls import reverse

from cards.models import User

LIFE = timedelta(days=7)
SALT = "keepline.owner"


class OwnerExists(Exception):
    """Somebody has an account here already: the link is spent."""


def owner_link(*, now: datetime) -> str:
    """Return the address at which the owner sets up the account; good for 7 days, and only once."""
    token = signing.dumps(int((now + LIFE).timestamp()), salt=SALT)
    return urljoin(settings.SITE_URL + "/", reverse("owner_setup", args=[token]))


def is_good(token: str, *, now: datetime) -> bool:
    """Tell whether the link still opens the set-up."""
    try:
        ends = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return False
    return isinstance(ends, int) and now.timestamp() < ends and not has_owner()


def has_owner() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


@transaction.atomic
def create_owner(
    *, email: str, password: str, language: str, time_zone: str, token: str, now: datetime
) -> User:
    """Create the owner: superuser, address verified. Raise OwnerExists when the link is spent."""
    _wait_for_turn()
    if not is_good(token, now=now):
        raise OwnerExists
    user = User.objects.create_superuser(email, password, language=language, time_zone=time_zone)
    verify_address(user)
    return user


def _wait_for_turn() -> None:
    """Let one set-up run at a time: the link sent twice at once must not make two owners.

    There is no person yet whose row could be locked, so it is the entry of the people's table.
    """
    ContentType.objects.select_for_update().get(app_label="cards", model="user")


def verify_address(user: User) -> None:
    """Take the person's address as verified: whoever runs the machine vouches for it.

    In small letters: at sign-in allauth looks for nothing else, and would add a second, unverified address.
    """
    if user.email != user.email.lower():
        user.email = user.email.lower()
        user.save(update_fields=["email"])
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
