"""`manage.py sweep`: one tick by hand."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cards.tasks import tick


class Command(BaseCommand):
    help = "Do once everything that is due: take reminders, send mail, write the heartbeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now",
            metavar="INSTANT",
            help="pretend that it is this instant, e.g. 2026-12-17T01:00:00Z (for trying things out)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = tick(_instant(options["now"]), holder="hand")
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        if any(isinstance(part, str) and part.startswith("failed") for part in report.values()):
            raise CommandError("a part of the sweep failed; the log says why")


def _instant(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--now {text}: not an instant like 2026-12-17T01:00:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
