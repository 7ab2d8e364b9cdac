"""The local mailbox: without a mail server every mail becomes a file on this machine."""

import os
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from .transports import Mail, Retryable, build


def file_of(folder: Path, kind: str, message_id: str) -> Path:
    """Return where a mail is kept: `<folder>/<kind>/<first part of its Message-ID>.eml`."""
    name = message_id.strip("<>").split("@")[0]
    return folder / kind / f"{name}.eml"


class MailboxTransport:
    """Writes .eml files that only this account can read; account mails in a folder of their own."""

    is_local = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: Mail) -> str:
        path = file_of(self.folder, mail.kind or "other", mail.message_id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # written aside and renamed: a crash leaves no half mail
            part = path.with_suffix(".part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(build(mail).as_bytes())
            part.replace(path)
        except OSError as error:
            raise Retryable(f"the mailbox can't be written: {error}") from error
        return "kept on this machine"

    def close(self) -> None:
        """Nothing is held open."""


def read_mail(folder: Path, kind: str, message_id: str) -> EmailMessage | None:
    """Return the mail, or None when its file is gone."""
    path = file_of(folder, kind, message_id)
    try:
        with path.open("rb") as file:
            return BytesParser(EmailMessage, policy=policy.default).parse(file)
    except OSError:
        return None
