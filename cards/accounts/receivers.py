"""Receivers of third parties' signals, each one call. None of our own exist."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language


@receiver(user_signed_up)
def remember_language(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """A new person's mails come in the language they signed up in."""
    type(user).objects.filter(pk=user.pk).update(language=get_language() or "en")


@receiver(post_migrate)
def make_cache_table(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """The limits on sign-in lie in the cache's table: it comes with the tables, whoever makes them."""
    if sender.label == "cards":
        call_command("createcachetable", database=using, verbosity=0)
