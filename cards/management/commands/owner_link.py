"""`manage.py owner_link`: a new link with which the owner sets up the account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cards.accounts.owner import has_owner, owner_link


class Command(BaseCommand):
    help = "Print a one-time link, good for 7 days, with which the owner sets up the account."

    def handle(self, *args: Any, **options: Any) -> None:
        if has_owner():
            raise CommandError(
                "There is an owner already: sign in. For another one: ./run manage createsuperuser"
            )
        self.stdout.write(owner_link(now=timezone.now()))
