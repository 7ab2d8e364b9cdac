"""Check the translations: no text of the code is missing in them, none is untranslated or only guessed.

`python deploy/check_messages.py` extracts the texts in a copy of the tree (needs GNU gettext) and compares.
It changes nothing here. Exit status 1 and a list when something is wrong.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans",)
_COPIED = ("manage.py", "tracker", "cards", "templates")


def main() -> int:
    """Check every language; give the exit status."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        _extract_in(copy)
        for language in LANGUAGES:
            path = Path("cards", "locale", language, "LC_MESSAGES", "django.po")
            if not (ROOT / path).exists():
                wrong.append(f"{path} is missing")
                continue
            kept, fresh = polib.pofile(str(ROOT / path)), polib.pofile(str(copy / path))
            wrong += [f"{path}: {line}" for line in _differences(kept, fresh)]
    for line in wrong:
        sys.stderr.write(line + "\n")
    return 1 if wrong else 0


def _extract_in(copy: Path) -> None:
    copy.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        else:
            shutil.copy(source, copy / name)
    command = [sys.executable, "manage.py", "makemessages", "--verbosity=0"]
    command += [f"--locale={language}" for language in LANGUAGES]
    environ = {**os.environ, "DATA_DIR": str(copy / "var"), "ENV_FILE": "-"}
    subprocess.run(command, cwd=copy, env=environ, check=True)  # noqa: S603 - our own words only


def _differences(kept: polib.POFile, fresh: polib.POFile) -> list[str]:
    texts, wanted = _texts(kept), _texts(fresh)
    return [
        *(f"run makemessages, this text is new: {text[1]!r}" for text in sorted(wanted - texts)),
        *(f"run makemessages, this text is gone: {text[1]!r}" for text in sorted(texts - wanted)),
        *(f"line {entry.linenum}: not translated: {entry.msgid!r}" for entry in kept.untranslated_entries()),
        *(f"line {entry.linenum}: only guessed (fuzzy): {entry.msgid!r}" for entry in kept.fuzzy_entries()),
    ]


def _texts(file: polib.POFile) -> set[tuple[str, str, str]]:
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "") for entry in file if not entry.obsolete
    }


if __name__ == "__main__":
    sys.exit(main())
