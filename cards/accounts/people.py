"""People as superusers handle them: adding, passwords, rights."""

from dataclasses import dataclass

from django.db import transaction

from cards.models import User

from .owner import verify_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What an account may do. An inactive one can't sign in; its reminders go on."""

    is_active: bool = True
    is_staff: bool = False
    is_superuser: bool = False


class LastSuperuser(Exception):
    """Nobody could give rights any more."""


@transaction.atomic
def add_person(*, email: str, password: str, language: str, time_zone: str, rights: Rights) -> User:
    """Create an account that can sign in at once: who adds it vouches for the address."""
    user = User.objects.create_user(
        email,
        password,
        language=language,
        time_zone=time_zone,
        is_active=rights.is_active,
        is_staff=rights.is_staff,
        is_superuser=rights.is_superuser,
    )
    verify_address(user)
    return user


@transaction.atomic
def set_rights(*, user: User, rights: Rights) -> None:
    """Store the rights. Raise LastSuperuser when no active superuser would be left."""
    is_kept = rights.is_active and rights.is_superuser and rights.is_staff
    others = User.objects.select_for_update().filter(is_superuser=True, is_staff=True, is_active=True)
    if not is_kept and not [row for row in others if row.pk != user.pk]:
        raise LastSuperuser
    user.is_active, user.is_staff = rights.is_active, rights.is_staff
    user.is_superuser = rights.is_superuser
    user.save(update_fields=["is_active", "is_staff", "is_superuser"])


def set_password(*, user: User, password: str | None) -> None:
    """Store a new password, or none; all sessions of the person end."""
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(update_fields=["password"])
