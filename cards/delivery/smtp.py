"""SMTP with the server's own words kept: its answer for the log, its refusal for the person."""

import smtplib
import ssl
from email.utils import parseaddr
from typing import Protocol

from .transports import Mail, Permanent, Retryable, ServerAway, storable, wire_form


class SmtpServer(Protocol):
    """Where and how to connect (tracker.env.Smtp)."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def security(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def timeout(self) -> float: ...


def _words(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return storable(" ".join(f"{code} {text}".split()), 500)


def _wire_form(address: str) -> str:
    """Return the address with its domain in letters that SMTP knows. Raise ValueError if there is none."""
    local, _at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{domain.encode('idna').decode('ascii')}"


class SmtpTransport:
    """One connection for a whole sweep, opened when the first mail is sent."""

    is_local = False

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        connection: smtplib.SMTP | None = None
        try:
            if server.security == "tls":
                connection = smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    timeout=server.timeout,
                    context=ssl.create_default_context(),
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            if server.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
            else:
                connection.ehlo_or_helo_if_needed()
        except (OSError, ValueError) as error:  # ValueError: a password that is not ASCII
            if connection is not None:
                connection.close()
            if isinstance(error, smtplib.SMTPResponseException):
                raise ServerAway(_words(error.smtp_code, error.smtp_error)) from error
            raise ServerAway(f"{server.host}:{server.port}: {error}") from error
        return connection

    def send(self, mail: Mail) -> str:
        sender = parseaddr(mail.sender)[1]
        if not sender.isascii():  # a wrong setting, not a wrong message
            raise ServerAway(f"EMAIL_FROM can't be used: {sender} is not written in plain letters")
        raw = wire_form(mail)
        is_kept = self._connection is not None
        try:
            return self._transfer(sender, mail.to, raw)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            if not is_kept:
                raise Retryable(f"connection lost: {error}") from error
        # A connection kept from an earlier mail may have been closed as idle: once more, anew.
        # The Message-ID is the same, so a duplicate would be recognisable.
        try:
            return self._transfer(sender, mail.to, raw)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            raise Retryable(f"connection lost: {error}") from error

    def _transfer(self, sender: str, to: str, raw: bytes) -> str:
        if self._connection is None:
            self._connection = self._connect()
        try:
            return self._speak(self._connection, sender, _wire_form(to), raw)
        except ValueError as error:
            # An address that no command can hold. Half a conversation: the next mail needs a new one.
            self.close()
            raise Permanent(f"the address can't be used: {type(error).__name__}") from error

    def _speak(self, connection: smtplib.SMTP, sender: str, to: str, raw: bytes) -> str:
        code, reply = connection.mail(sender, self._mail_options(raw))
        if code != 250:
            self._reset()
            raise ServerAway(_words(code, reply))
        code, reply = connection.rcpt(to)
        if code not in (250, 251):
            self._reset()
            raise self._refusal(code, reply)
        try:
            code, reply = connection.data(raw)
        except smtplib.SMTPDataError as error:
            self._reset()
            raise self._refusal(error.smtp_code, error.smtp_error) from error
        if code != 250:
            self._reset()
            raise self._refusal(code, reply)
        return _words(code, reply)

    def _mail_options(self, raw: bytes) -> tuple[str, ...]:
        assert self._connection is not None
        return (f"size={len(raw)}",) if self._connection.has_extn("size") else ()

    def _refusal(self, code: int, reply: bytes | str) -> Exception:
        words = _words(code, reply)
        if code == 421:
            self.close()
        return Permanent(words) if 500 <= code < 600 else Retryable(words)

    def _reset(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()
