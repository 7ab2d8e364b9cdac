"""`manage.py mailbox`: what the local mailbox holds, account mails included. For the machine's owner."""

from argparse import ArgumentParser
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print the newest mails of the local mailbox (used while EMAIL_URL is not set)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--last", type=int, default=3, metavar="N", help="how many (default 3)")

    def handle(self, *args: Any, **options: Any) -> None:
        files = sorted(settings.MAILBOX_DIR.glob("*/*.eml"), key=lambda path: path.stat().st_mtime)
        for path in files[-max(options["last"], 0) :]:
            mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(path.read_bytes())
            body = mail.get_body(("plain", "html"))
            self.stdout.write(f"{'=' * 72}\nTo: {mail['To']}\nSubject: {mail['Subject']}\n")
            self.stdout.write(body.get_content() if body else "")
        if not files:
            self.stdout.write("the mailbox is empty")
