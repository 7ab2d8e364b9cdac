"""What a transport takes, gives and raises. Whether a failure may pass is a type, not a string."""

from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime, formataddr, parseaddr
from typing import Protocol


class DeliveryError(Exception):
    """The message was not accepted."""


class Retryable(DeliveryError):
    """It may work later: full mailbox, greylisting, a lost connection."""


class Permanent(DeliveryError):
    """It will never work for this message: no such mailbox, refused content."""


class ServerAway(DeliveryError):
    """No message can be sent now: no connection, wrong login, refused sender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One rendered mail. `html` may be empty. What it says stays out of its repr, and so out of logs."""

    sender: str
    to: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    message_id: str
    at: datetime
    html: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = ""


class Transport(Protocol):
    """Sends mails over one connection, opened at the first and closed at the end."""

    is_local: bool

    def send(self, mail: Mail) -> str:
        """Return the server's answer once it has accepted the mail. Raise DeliveryError."""

    def close(self) -> None:
        """End the connection. Safe to call twice."""


def storable(text: str, limit: int) -> str:
    """Return text from outside as the database can keep it: PostgreSQL refuses NUL."""
    return text.replace("\x00", "")[:limit]


def one_line(text: str) -> str:
    """Fold a subject into one line: a header must not end early."""
    return " ".join(text.split())


class _Wire(Compat32):
    """Lines as SMTP wants them; a header that needs neither folding nor encoding is not taken apart.

    Folding all fifteen headers of a mail costs as much as making its text.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if isinstance(value, str) and value.isascii() and len(name) + len(value) < SHORT:
            return f"{name}: {one_line(value)}{self.linesep}".encode()
        return super().fold_binary(name, value)


SHORT = 74
WIRE = _Wire(linesep="\r\n")


def wire_form(mail: Mail) -> bytes:
    """Return the mail as it goes over the line."""
    return build(mail).as_bytes(policy=WIRE)


def build(mail: Mail) -> Message:
    """Return the MIME form: text first, HTML as its alternative.

    The older interface of the standard library: it builds a mail in a third of the time of
    EmailMessage, which parses every header it is given.
    """
    text = MIMEText(mail.text, "plain", "utf-8")
    built: Message = text
    if mail.html:
        # Parts are base64, where no "_" occurs: a boundary of our own need not be looked for in them.
        built = MIMEMultipart("alternative", boundary=f"=_{mail.message_id.strip('<>').split('@')[0]}")
        built.attach(text)
        built.attach(MIMEText(mail.html, "html", "utf-8"))
    name, address = parseaddr(one_line(mail.sender))
    subject = one_line(mail.subject)
    if subject.isascii():
        built["Subject"] = subject
    else:
        built["Subject"] = Header(subject, "utf-8", header_name="Subject")  # type: ignore[assignment]
    headers = {
        "From": formataddr((name, address)),
        "To": one_line(mail.to),
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.at),
        **mail.headers,
    }
    for key, value in headers.items():
        built[key] = value
    return built
