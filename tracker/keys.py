"""The two keys that are made once: one signs sessions and links, one encrypts what opens a line."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from tracker.connections import EnvError

SECRET_KEY_FILE = "secret-key"  # noqa: S105 - the name of a file
FIELD_KEY_FILE = "field-key"


def ensure_secrets(data_dir: Path) -> None:
    """Make `data_dir` (mode 700) and both key files (mode 600) where they are missing. Idempotent.

    Raise EnvError when the folder cannot be written.
    """
    try:
        if not data_dir.is_dir():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(data_dir / SECRET_KEY_FILE, secrets.token_urlsafe(48))
        _write_once(data_dir / FIELD_KEY_FILE, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError(0, "no permission")
    except OSError as error:
        raise EnvError(f"DATA_DIR: {data_dir} cannot be written ({error.strerror}).") from None
    _check_field_key(data_dir / FIELD_KEY_FILE)


def _check_field_key(path: Path) -> None:
    """Refuse a damaged key file at the start, not when the first secret has to be opened."""
    try:
        keys = path.read_text(encoding="ascii").split()
        is_good = bool(keys) and all(len(base64.urlsafe_b64decode(key)) == 32 for key in keys)
    except (OSError, ValueError):
        is_good = False
    if not is_good:
        raise EnvError(f"DATA_DIR: {path} is empty or damaged; put it back from your backup.")


def _write_once(path: Path, text: str) -> None:
    """Write `path` unless it exists. The name appears only when the whole content is on disk.

    Two starts at once agree on one key: link() fails for the second, which then uses the first one's file.
    """
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
