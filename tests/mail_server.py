"""A real SMTP server on loopback that can be away, refuse, and drop connections."""

import json
import logging
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tracker.env import Smtp

logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass
class MailServer:
    """Collects what it accepted; `refuse` and `put_off` hold addresses."""

    port: int = 0
    refuse: set[str] = field(default_factory=set)
    put_off: set[str] = field(default_factory=set)
    drop_before_answer: int = 0
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._controller: Controller | None = None

    @property
    def address(self) -> Smtp:
        return Smtp(host="127.0.0.1", port=self.port, security="none", user="", password="", timeout=5)

    def start(self) -> None:
        controller = Controller(self, hostname="127.0.0.1", port=self.port or free_port())
        controller.start()
        self._controller = controller
        self.port = controller.port

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> "MailServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def mails(self) -> list[EmailMessage]:
        """Return what was accepted; parsed here, so that the server itself is quick."""
        parser = BytesParser(EmailMessage, policy=policy.default)
        return [parser.parsebytes(raw) for raw in self.raw]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    # what aiosmtpd calls
    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 no such mailbox here"
        if address in self.put_off:
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        if self.drop_before_answer:
            # accepted, but the sender never hears of it
            self.drop_before_answer -= 1
            assert server.transport is not None
            server.transport.abort()
        return f"250 2.0.0 kept as {len(self.raw)}"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def text_of(mail: EmailMessage) -> str:
    """Return the plain part of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def main(port: int) -> None:
    """Run as a process of its own, for benches; says how many mails each address got at the end."""
    server = MailServer(port=port)
    server.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    server.stop()
    counts = Counter(str(mail["To"]) for mail in server.mails)
    sys.stdout.write(json.dumps([len(server.raw), len(counts), max(counts.values(), default=0)]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
