"""`manage.py qcluster`: django-q2's own command, which works by itself here."""

from typing import Any

from django_q.management.commands import qcluster

from cards.tasks import sync_schedules


class Command(qcluster.Command):  # type: ignore[misc]
    help = "Run the scheduler and its worker (./run does this for you)."

    def handle(self, *args: Any, **options: Any) -> None:
        # Without the schedule it would wait for nothing, silently.
        sync_schedules()
        super().handle(*args, **options)
