"""What has to be done before serving: translations, tables, static files. Skipped while nothing has changed.

`python -m tracker.prepare` does it by hand; the supervisor does it in a child, whose memory goes away again.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from tracker.env import ROOT, Env, EnvError, read_env, with_env_file

STAMP_FILE = "prepared"
LOCALE_DIR = ROOT / "cards" / "locale"
_SOURCES = ("cards", "tracker")
_COMMANDS_OF_OURS = ("load_catalogue", "sync_schedules")


def compile_translations(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Write django.mo beside every django.po that is newer; give the files written. Needs no GNU gettext."""
    written = []
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Seldom needed, and it would cost every start some 50 ms.
        from babel.messages.mofile import write_mo  # noqa: PLC0415
        from babel.messages.pofile import read_po  # noqa: PLC0415

        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with source.open("rb") as po, draft.open("wb") as mo:
            write_mo(mo, read_po(po))
        draft.replace(target)
        written.append(target)
    return written


def is_prepared(env: Env) -> bool:
    """Whether tables and static files fit code and database. Needs django.setup(); closes its connection."""
    try:
        kept = (env.data_dir / STAMP_FILE).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    return kept == _stamp(env)


def prepare(env: Env) -> None:
    """Bring tables and static files up to date and remember it. Needs Django to be set up. Idempotent.

    Raise EnvError when the database cannot be reached.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise EnvError(f"DATABASE_URL: the database cannot be opened ({reason}).") from None
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    commands = get_commands()
    for name in _COMMANDS_OF_OURS:
        if name in commands:
            call_command(name, verbosity=0, stdout=io.StringIO())  # what they did is of no interest here
    draft = env.data_dir / f".{STAMP_FILE}.{os.getpid()}"
    draft.write_text(_stamp(env), encoding="ascii")
    draft.replace(env.data_dir / STAMP_FILE)


def _stamp(env: Env) -> str:
    """Hash what `prepare` depends on and what it left behind: a database restored from a backup differs."""
    digest = hashlib.sha256()
    for part in _stamp_parts(env):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _stamp_parts(env: Env) -> Iterator[str]:
    yield sys.version
    yield str(env.data_dir)
    for path in [ROOT / "requirements" / "base.txt", *sorted(_source_files())]:
        status = path.stat()
        yield f"{path} {status.st_mtime_ns} {status.st_size}"
    for path in sorted((env.data_dir / "operators").glob("*.toml")):
        status = path.stat()
        yield f"{path.name} {status.st_mtime_ns} {status.st_size}"
    yield str(settings.DEBUG)  # it chooses the storage of static files
    yield str((env.data_dir / "static").is_dir())
    yield from _database_parts(env)


def _source_files() -> Iterator[Path]:
    for top in _SOURCES:
        for folder, folders, files in os.walk(ROOT / top):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (Path(folder, name) for name in files if not name.endswith((".pyc", ".mo")))


def _database_parts(env: Env) -> Iterator[str]:
    yield repr(sorted((key, str(value)) for key, value in env.database.items()))
    if connection.vendor == "sqlite":
        path = Path(env.database["NAME"])
        yield str(path.stat().st_ino) if path.exists() else "no file"
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        yield repr(sorted(applied))
    except DatabaseError as error:
        yield f"unreadable: {error}"
    finally:
        connection.close()


def prepare_or_say(env: Env) -> int:
    """Prepare; give the exit status, 2 after a sentence when a variable makes no sense."""
    try:
        prepare(env)
    except EnvError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def main() -> int:
    """Prepare by hand; give the exit status, 2 after a sentence when a variable makes no sense."""
    try:
        env = read_env(with_env_file(os.environ, ROOT / ".env"))
    except EnvError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    compile_translations()
    django.setup()
    return 0 if is_prepared(env) else prepare_or_say(env)


if __name__ == "__main__":
    sys.exit(main())
