"""The environment, read strictly: a variable becomes a typed value or a sentence that starts with its name.

No Django here: the supervisor reads this before it loads anything, and so does settings.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import AddressHeader
from email.policy import default as mail_policy
from importlib.util import find_spec
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tracker.connections import EnvError, Smtp, parse_database, parse_smtp, sqlite_database
from tracker.env_file import read_env_file
from tracker.env_names import SETTINGS, Setting
from tracker.keys import SECRET_KEY_FILE, ensure_secrets

__all__ = [
    "ROOT",
    "SETTINGS",
    "Env",
    "EnvError",
    "Setting",
    "Smtp",
    "ensure_secrets",
    "read_env",
    "with_env_file",
]

ROOT = Path(__file__).resolve().parent.parent

_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Env:
    """What the environment says.

    `database` is one entry of Django's DATABASES; `smtp` is None for the local mailbox.
    `secret_key` is empty while neither the variable nor the file exists; `ensure_secrets` makes the file.
    """

    database: dict[str, Any] = field(repr=False)
    smtp: Smtp | None
    email_from: str
    site_url: str
    host: str
    port: int
    trusted_proxies: int
    web_workers: int
    secret_key: str = field(repr=False)
    data_dir: Path
    tz: str
    debug: bool
    open_signup: bool
    cache_url: str = field(repr=False)  # may hold a password
    log_level: str


def read_env(environ: Mapping[str, str]) -> Env:
    """Read every variable of SETTINGS from `environ`; an empty value counts as not set.

    Changes nothing on disk. Raise EnvError for the first value that makes no sense.
    """
    return _parse({s.name: environ[s.name].strip() for s in SETTINGS if environ.get(s.name, "").strip()})


def with_env_file(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """Give `environ` with what it lacks taken from the file at `path`, or from the file that ENV_FILE names.

    Raise EnvError for a line that is not understood and for a named file that is not there.
    """
    chosen = environ.get("ENV_FILE", "").strip()
    if chosen == "-":
        return dict(environ)
    if chosen:
        path = ROOT / chosen
        if not path.is_file():
            raise EnvError(f"ENV_FILE: there is no file {path}.")
    known = [setting.name for setting in SETTINGS if setting.name != "ENV_FILE"]
    return read_env_file(path, known) | {name: value for name, value in environ.items() if value.strip()}


def _parse(values: Mapping[str, str]) -> Env:
    data_dir = (ROOT / Path(values.get("DATA_DIR", "var")).expanduser()).resolve()
    host = _host(values.get("HOST", "127.0.0.1"))
    port = _number(values, "PORT", 8000, 1, 65535)
    smtp = parse_smtp(values["EMAIL_URL"]) if "EMAIL_URL" in values else None
    return Env(
        database=_database(values, data_dir),
        smtp=smtp,
        email_from=_email_from(values, smtp),
        site_url=_site_url(values["SITE_URL"]) if "SITE_URL" in values else _default_site_url(host, port),
        host=host,
        port=port,
        trusted_proxies=_number(values, "TRUSTED_PROXIES", 0, 0, 10),
        web_workers=_number(values, "WEB_WORKERS", 1, 1, 32),
        secret_key=_secret_key(values, data_dir),
        data_dir=data_dir,
        tz=_zone(values.get("TZ", "UTC")),
        debug=_boolean(values, "DEBUG"),
        open_signup=_boolean(values, "OPEN_SIGNUP"),
        cache_url=_cache_url(values.get("CACHE_URL", "")),
        log_level=_log_level(values.get("LOG_LEVEL", "INFO")),
    )


def _number(values: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise EnvError(f"{name}: must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _boolean(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "no")
    if text.lower() not in _BOOLEANS:
        raise EnvError(f"{name}: must be yes or no (or 1, 0, true, false, on, off), not {text!r}.")
    return _BOOLEANS[text.lower()]


def _host(text: str) -> str:
    if not (_HOST.fullmatch(text) or _is_ipv6(text)):
        raise EnvError(f"HOST: must be an address or a name without port, such as 127.0.0.1, not {text!r}.")
    return text


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _default_site_url(host: str, port: int) -> str:
    # Nobody can type 0.0.0.0 on another machine; on this one localhost reaches the same door.
    everywhere = ("0.0.0.0", "::")  # noqa: S104 - compared, not listened on
    name = "localhost" if host in everywhere else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _site_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if (
        not valid
        or "@" in parts.netloc
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or " " in text
    ):
        raise EnvError(
            "SITE_URL: must be http:// or https:// and a host, without path or login, such as https://sim.example.com."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _email_from(values: Mapping[str, str], smtp: Smtp | None) -> str:
    text = values.get("EMAIL_FROM")
    if text is None:
        # Most providers refuse a sender that is not the login.
        return (
            f"Keepline <{smtp.user}>" if smtp and _is_address(smtp.user) else "Keepline <keepline@localhost>"
        )
    if not _is_address(text):
        raise EnvError(
            f"EMAIL_FROM: must be one mail address, such as Keepline <sim@example.com>, not {text!r}."
        )
    return text


def _is_address(text: str) -> bool:
    if "\n" in text or "\r" in text:
        return False
    try:
        header = mail_policy.header_factory("From", text)
    except (ValueError, IndexError):  # the standard parser trips over some broken input
        return False
    if header.defects or not isinstance(header, AddressHeader) or len(header.addresses) != 1:
        return False
    address = header.addresses[0]
    return bool(address.username and address.domain) and " " not in address.addr_spec


def _database(values: Mapping[str, str], data_dir: Path) -> dict[str, Any]:
    if "DATABASE_URL" not in values:
        return sqlite_database(data_dir / "keepline.sqlite3")
    database = parse_database(values["DATABASE_URL"], root=ROOT)
    if database["ENGINE"].endswith("postgresql") and not find_spec("psycopg_pool"):
        raise EnvError(
            "DATABASE_URL: PostgreSQL needs the packages of requirements/scale.txt; ./run installs them."
        )
    return database


def _cache_url(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise EnvError("CACHE_URL: must look like redis://host:6379/0 (or rediss:// with TLS).")
    if not find_spec("redis"):
        raise EnvError("CACHE_URL: Redis needs the packages of requirements/scale.txt; ./run installs them.")
    return text


def _secret_key(values: Mapping[str, str], data_dir: Path) -> str:
    key = values.get("SECRET_KEY")
    if key is None:
        return _stored_secret_key(data_dir)
    if len(key) < 32:
        raise EnvError("SECRET_KEY: must have at least 32 characters; leave it out and one is made and kept.")
    return key


def _stored_secret_key(data_dir: Path) -> str:
    path = data_dir / SECRET_KEY_FILE
    try:
        key = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise EnvError(f"DATA_DIR: {path} cannot be read ({type(error).__name__}).") from None
    if len(key) < 32:
        raise EnvError(f"DATA_DIR: {path} is damaged: it must hold 32 characters or more.")
    return key


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise EnvError(f"TZ: must be a time zone such as Asia/Shanghai, not {text!r}.") from None
    return text


def _log_level(text: str) -> str:
    if text.upper() not in _LOG_LEVELS:
        raise EnvError(f"LOG_LEVEL: must be one of {', '.join(_LOG_LEVELS)}, not {text!r}.")
    return text.upper()
