"""`manage.py check_worker`: for cron, systemd and monitors."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cards.queries.health import is_beat_late, last_beat


class Command(BaseCommand):
    help = "Exit 0 when the reminder worker has run lately, 1 when it has not."

    def handle(self, *args: Any, **options: Any) -> None:
        beat, now = last_beat(), timezone.now()
        if is_beat_late(beat, now=now):
            when = beat.beat_at.isoformat(timespec="seconds") if beat else "never"
            raise CommandError(f"the reminder worker is late; its last run: {when}", returncode=1)
        assert beat is not None
        self.stdout.write(f"the reminder worker last ran at {beat.beat_at:%Y-%m-%d %H:%M:%S} UTC")
