"""Receivers of third parties' signals, each one call. None of our own exist."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language


@receiver(user_signed_up)
def remember_language(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """A new person's mails come in the language they signed up in."""
    type(user).objects.filter(pk=user.pk).update(language=get_language() or "en")
