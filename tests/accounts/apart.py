"""A Keepline in a process of its own, with an environment of its own."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_START = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
import django
django.setup()
from django.test import Client
"""


def environment(**variables: str) -> dict[str, str]:
    """Return an environment without settings of this machine or of the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "ENV_FILE": "-", **variables}


def command(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python <words>` to its end, in a shell's usual umask."""
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment(**variables), umask=0o022,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def answer_of(code: str, **variables: str) -> Any:
    """Run code that sets `answer` in a process of its own with Django set up; return the answer."""
    text = _START + textwrap.dedent(code) + "\nsys.stdout.write(json.dumps(answer))\n"
    done = command("-c", text, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
