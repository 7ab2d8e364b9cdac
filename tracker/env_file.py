"""The file `.env`: lines of NAME=value, read as strictly as the environment itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

from tracker.connections import EnvError


def read_env_file(path: Path, known: Sequence[str]) -> dict[str, str]:
    """Read NAME=value lines; `#` starts a comment, quotes may stand around a value. No file: nothing.

    Raise EnvError with the line's number for a line that is not understood or a name that is not in `known`.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise EnvError(f"{path.name}: cannot be read ({type(error).__name__}).") from None
    found: dict[str, str] = {}
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.removeprefix("export ").partition("=")
        name = name.strip()
        if not equals or not name:
            raise EnvError(f"{path.name}, line {number}: must look like NAME=value.")
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0)
            raise EnvError(f"{path.name}, line {number}: {name} is not a setting; did you mean {near[0]}?")
        found[name] = _unquoted(value.strip(), f"{path.name}, line {number}")
    return found


def _unquoted(value: str, place: str) -> str:
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        rest = value[end + 1 :].strip()
        if end < 0 or (rest and not rest.startswith("#")):
            raise EnvError(f"{place}: the quotes do not match.")
        return value[1:end]
    # A comment after a value needs a space before it: a password may hold a "#".
    return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
