"""`manage.py sync_schedules`: the schedules of the code, written to the scheduler's table."""

from typing import Any

from django.core.management.base import BaseCommand

from cards.tasks import sync_schedules


class Command(BaseCommand):
    help = "Make the scheduler's table hold exactly the schedules that the code declares."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = sync_schedules()
        self.stdout.write("schedules mended" if changed else "schedules are as declared")
