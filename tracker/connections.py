"""The two addresses with a login in them, DATABASE_URL and EMAIL_URL, as typed values.

Parsed here and not by a library, because the libraries at hand guess: one reads smtps:// as STARTTLS, which
hangs against port 465. No message of this module repeats the address itself: it may hold a password.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SmtpSecurity = Literal["none", "starttls", "tls"]

_SMTP_SCHEMES: dict[str, tuple[SmtpSecurity, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
# Ports whose way of encrypting is fixed by their registration (RFC 8314, RFC 6409).
_TLS_PORT = 465
_PLAIN_START_PORTS = (25, 587)

# Without WAL and IMMEDIATE a second writer gets "database is locked" at once; see docs/configuration.md.
_SQLITE_OPTIONS = {
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}
# One connection is kept ready for each process; four threads of a web process never wait for each other.
_POSTGRES_POOL = {"min_size": 1, "max_size": 8, "timeout": 10}
_POSTGRES_QUERY_KEYS = ("host", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "options")


class EnvError(Exception):
    """A variable makes no sense. The text starts with the variable's name and can be shown as it is."""


@dataclass(frozen=True)
class Smtp:
    """A mail server and how to talk to it; `timeout` in seconds, `user` empty when it wants no login."""

    host: str
    port: int
    security: SmtpSecurity
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: int = 15


def parse_smtp(url: str) -> Smtp:
    """Read EMAIL_URL. Raise EnvError for anything that could not work, such as STARTTLS on port 465."""
    parts = _split("EMAIL_URL", url)
    if parts.scheme not in _SMTP_SCHEMES:
        raise EnvError("EMAIL_URL: must start with smtp://, smtp+starttls:// or smtps://.")
    if parts.path.strip("/") or parts.query or parts.fragment or not parts.hostname:
        raise EnvError(
            "EMAIL_URL: must look like smtps://user:password@mail.example.com:465; "
            "write / ? # @ : and % in the user name or password as %2F %3F %23 %40 %3A and %25."
        )
    security, default_port = _SMTP_SCHEMES[parts.scheme]
    port = _port("EMAIL_URL", parts) or default_port
    if port == _TLS_PORT and security != "tls":
        raise EnvError(
            "EMAIL_URL: port 465 is encrypted from the start; write smtps:// instead of "
            + parts.scheme
            + "://."
        )
    if port in _PLAIN_START_PORTS and security == "tls":
        raise EnvError(
            f"EMAIL_URL: port {port} is not encrypted from the start; "
            f"write smtp+starttls:// with port {port}, or smtps:// with port 465."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise EnvError(
            "EMAIL_URL: a login needs both a user name and a password, as in smtps://user:password@host."
        )
    if not (user + password).isascii():
        raise EnvError(
            "EMAIL_URL: user name and password may hold ASCII characters only; mail servers take no others."
        )
    return Smtp(host=parts.hostname, port=port, security=security, user=user, password=password)


def parse_database(url: str, *, root: Path) -> dict[str, Any]:
    """Read DATABASE_URL into one entry of Django's DATABASES; relative SQLite paths start at `root`.

    Raise EnvError for an address that names no database.
    """
    parts = _split("DATABASE_URL", url)
    if parts.scheme == "sqlite":
        return sqlite_database(_sqlite_path(parts, root))
    if parts.scheme in ("postgres", "postgresql"):
        return _postgres_database(parts)
    raise EnvError("DATABASE_URL: must start with sqlite:/// or postgres://.")


def sqlite_database(path: Path) -> dict[str, Any]:
    """Give the entry of Django's DATABASES for the SQLite file at `path`."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": dict(_SQLITE_OPTIONS)}


def _sqlite_path(parts: SplitResult, root: Path) -> Path:
    path = unquote(parts.path)[1:]
    if parts.netloc or parts.query or parts.fragment or not path or path.endswith("/"):
        raise EnvError(
            "DATABASE_URL: must name a file, as in sqlite:///var/keepline.sqlite3 (inside the repository) "
            "or sqlite:////srv/keepline.sqlite3 (four slashes: from the root)."
        )
    return root / path


def _postgres_database(parts: SplitResult) -> dict[str, Any]:
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(query) - set(_POSTGRES_QUERY_KEYS))
    if unknown:
        raise EnvError(
            f"DATABASE_URL: does not know ?{unknown[0]}=; known are {', '.join(_POSTGRES_QUERY_KEYS)}."
        )
    name = unquote(parts.path)[1:]
    if not name or "/" in name or parts.fragment:
        raise EnvError(
            "DATABASE_URL: must name a database, as in postgres://user:password@localhost:5432/keepline."
        )
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(_port("DATABASE_URL", parts) or ""),
        # The pool keeps connections open; Django wants none of its own beside it.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**query, "pool": dict(_POSTGRES_POOL)},
    }


def _split(name: str, url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise EnvError(f"{name}: is not an address.") from None


def _port(name: str, parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise EnvError(
            f"{name}: the port must be a number from 1 to 65535 "
            "(write : @ and / in a user name or password as %3A %40 and %2F)."
        )
    return port
