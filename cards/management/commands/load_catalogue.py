"""`manage.py load_catalogue`: what the files know about operators, written to the tables."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from cards.services.catalogue import load_catalogue
from cards.services.playbooks import load_playbooks


class Command(BaseCommand):
    help = "Write the playbooks and the operators, also those of DATA_DIR/operators; broken files are named."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        done = load_catalogue(folders=[settings.DATA_DIR / "operators"], now=now)
        playbooks = load_playbooks(now=now)
        # To the terminal also when the start swallows the rest: the file's owner has to know.
        for problem in done.problems:
            self.stderr.write(f"left out: {problem}")
        self.stdout.write(
            f"operators written: {len(done.written)}, without a file any more: {len(done.vanished)}, "
            f"cards whose rule has changed: {done.proposed}, new versions of playbooks: {len(playbooks)}"
        )
