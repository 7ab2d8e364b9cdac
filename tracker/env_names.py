"""Every variable there is, as the documentation shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One variable as the documentation shows it: name, default in words, one sentence."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for all, 127.0.0.1 behind a proxy."),
    Setting("PORT", "8000", "Port to listen on, 1 to 65535."),
    Setting("SITE_URL", "http://HOST:PORT", "Address that people type and that links in mails start with."),
    Setting("TRUSTED_PROXIES", "0", "How many proxies of yours stand in front, 0 to 10."),
    Setting("WEB_WORKERS", "1", "Web processes, 1 to 32."),
    Setting("EMAIL_URL", "(empty: local mailbox)", "Mail server: smtp://, smtp+starttls:// or smtps://."),
    Setting(
        "EMAIL_FROM",
        "Keepline <keepline@localhost>",
        "Sender of every mail; the login's address if that is one.",
    ),
    Setting("DATA_DIR", "var", "Folder for everything that is kept: database, keys, files, local mail."),
    Setting(
        "DATABASE_URL", "sqlite:///DATA_DIR/keepline.sqlite3", "Database: sqlite:///file or postgres://..."
    ),
    Setting(
        "CACHE_URL", "(empty: none needed)", "Redis as a cache for many web processes: redis://host:6379/0."
    ),
    Setting(
        "SECRET_KEY",
        "DATA_DIR/secret-key",
        "Signs sessions and links, 32 characters or more; made once by itself.",
    ),
    Setting("OPEN_SIGNUP", "no", "Whether strangers may make an account: yes or no."),
    Setting("TZ", "UTC", "Time zone for people who have not chosen one, such as Asia/Shanghai."),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    Setting("DEBUG", "no", "Pages with the insides of errors; for developers only."),
    Setting("ENV_FILE", ".env", "Another file to read these variables from; - for none."),
)
