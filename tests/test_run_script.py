"""`./run` in a copy of its own with a stand-in for uv, and the sentences of a start that cannot be."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What the script needs besides Python; nothing else is on its PATH here.
TOOLS = (
    "bash",
    "env",
    "readlink",
    "dirname",
    "sha256sum",
    "grep",
    "rm",
    "touch",
    "mkdir",
    "ln",
    "cat",
    "mktemp",
)

# Notes each call; makes an environment whose Python is this one; fails where the file `broken` stands.
UV = """#!/usr/bin/env bash
echo "$*" >>"$UV_NOTES"
if [[ $1 = venv ]]; then mkdir -p "${!#}/bin" && ln -s "$REAL_PYTHON" "${!#}/bin/python"; exit; fi
[[ ! -e $UV_NOTES.broken ]]
"""


def ended(command: list[str], cwd: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with this environment and no other."""
    return subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


class Copy:
    """A folder with `run`, its requirements and a manage.py that shows its arguments."""

    def __init__(self, folder: Path) -> None:
        self.top, self.bin, self.notes = folder / "copy", folder / "bin", folder / "uv-notes"
        (self.top / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "run", self.top / "run")
        for name in ("base", "scale", "dev"):
            (self.top / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
        (self.top / "manage.py").write_text("import sys; print(*sys.argv[1:])\n")
        self.bin.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(str(shutil.which(name)))

    def tool(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def with_python_and_uv(self) -> "Copy":
        (self.bin / "python3").symlink_to(sys.executable)
        self.tool("uv", UV)
        return self

    def run(self, *args: str, cwd: str = "/", **environ: str) -> subprocess.CompletedProcess[str]:
        basics = {"PATH": str(self.bin), "UV_NOTES": str(self.notes), "REAL_PYTHON": sys.executable}
        return ended([str(self.top / "run"), *args], cwd, basics | environ)

    def installed(self) -> list[str]:
        """The requirements files that were installed, in order."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [Path(line.split()[-1]).name for line in lines if line.startswith("pip install")]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_without_python_it_says_what_is_missing_and_makes_nothing(copy: Copy) -> None:
    seen = copy.run()

    assert seen.returncode == 1
    assert seen.stderr.startswith("Keepline needs Python 3.11 or newer and found none")
    assert not (copy.top / ".venv").exists()


def test_an_old_python_is_as_good_as_none(copy: Copy) -> None:
    copy.tool("python3", "#!/usr/bin/env bash\nexit 1\n")

    assert copy.run().stderr.startswith("Keepline needs Python 3.11 or newer and found none")


def test_a_python_without_venv_gets_the_one_line_that_mends_it(copy: Copy) -> None:
    copy.tool(
        "python3", f'#!/usr/bin/env bash\n[[ $2 = *ensurepip* ]] && exit 1\nexec {sys.executable} "$@"\n'
    )

    seen = copy.run()

    assert seen.returncode == 1
    assert (
        seen.stderr
        == "Python lacks the part that makes environments; install it with: apt install python3-venv\n"
    )
    assert not (copy.top / ".venv").exists()


def test_it_installs_once_and_passes_the_arguments_on_from_any_folder(copy: Copy, tmp_path: Path) -> None:
    copy.with_python_and_uv()

    first = copy.run("manage", "sweep", "--now", "a b", cwd=str(tmp_path))
    second = copy.run("manage", "sweep")

    assert first.stdout == "Installing what Keepline needs into .venv ...\nsweep --now a b\n"
    assert second.stdout == "sweep\n"
    assert copy.installed() == ["base.txt"]


def test_an_installation_that_failed_is_done_again(copy: Copy) -> None:
    copy.with_python_and_uv()
    broken = Path(f"{copy.notes}.broken")
    broken.touch()

    failed = copy.run("manage", "sweep")
    broken.unlink()
    mended = copy.run("manage", "sweep")

    assert (failed.returncode, mended.returncode) == (1, 0)
    assert (
        failed.stderr
        == "The packages could not be installed; the lines above say why. Nothing was started.\n"
    )
    assert copy.installed() == ["base.txt", "base.txt"]


def test_changed_requirements_are_installed_and_so_are_the_old_ones_again(copy: Copy) -> None:
    copy.with_python_and_uv()
    base = copy.top / "requirements" / "base.txt"

    for text in ("base==1\n", "base==2\n", "base==1\n"):
        base.write_text(text)
        copy.run("manage", "sweep")

    assert copy.installed() == ["base.txt"] * 3


def test_a_broken_environment_is_made_anew(copy: Copy) -> None:
    copy.with_python_and_uv()
    copy.run("manage", "sweep")
    python = copy.top / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/gone")

    assert copy.run("manage", "sweep").stdout.endswith("sweep\n")


@pytest.mark.parametrize("environ", [{"DATABASE_URL": "postgres://h/db"}, {"CACHE_URL": "redis://h"}])
def test_postgresql_and_redis_get_their_packages(copy: Copy, environ: dict[str, str]) -> None:
    copy.with_python_and_uv().run("manage", "sweep", **environ)

    assert copy.installed() == ["scale.txt"]


def test_the_settings_file_counts_too(copy: Copy) -> None:
    (copy.top / ".env").write_text('DATABASE_URL="postgres://h/db"\n')

    copy.with_python_and_uv().run("manage", "sweep")

    assert copy.installed() == ["scale.txt"]


def test_an_environment_for_tests_serves_everything(copy: Copy) -> None:
    copy.with_python_and_uv().run("test")

    copy.run("manage", "sweep", DATABASE_URL="postgres://h/db")

    assert copy.installed() == ["dev.txt"]


# Stands for the program: says where its data is, then waits to be stopped.
PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(os.environ["DATA_DIR"], os.environ["PORT"], "EMAIL_URL" in os.environ, flush=True)
signal.pause()
"""


def test_a_demo_takes_its_data_with_it(copy: Copy, tmp_path: Path) -> None:
    copy.with_python_and_uv().run("manage", "sweep")
    (copy.top / "tracker").mkdir()
    (copy.top / "tracker" / "prepare.py").write_text("import os; os.makedirs(os.environ['DATA_DIR'])\n")
    (copy.top / "tracker" / "supervisor.py").write_text(PROGRAM)
    environ = {"PATH": str(copy.bin), "TMPDIR": str(tmp_path), "EMAIL_URL": "smtp://mail.example.com"}

    with subprocess.Popen([copy.top / "run", "demo"], env=environ, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline() == "demo\n"  # manage.py demo
        data_dir, port, has_mail_server = demo.stdout.readline().split()
        existed = Path(data_dir).is_dir()
        demo.terminate()
        rest = demo.stdout.read()

    assert (existed, int(port) > 0, has_mail_server) == (True, True, "False")
    assert (demo.returncode, rest) == (0, "The demo is over; its data is removed.\n")
    assert not Path(data_dir).parent.exists()


def test_an_unknown_command_is_refused(copy: Copy) -> None:
    seen = copy.run("tset")

    assert (seen.returncode, seen.stderr) == (
        1,
        "Unknown command 'tset'; there are: ./run, ./run test, ./run demo, ./run manage\n",
    )


def start(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start the real supervisor; here it must end by itself."""
    basics = {"PATH": os.environ["PATH"], "ENV_FILE": "-", "DATA_DIR": str(folder / "data")}
    return ended([sys.executable, "-m", "tracker.supervisor"], str(ROOT), basics | environ)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


def test_a_bad_variable_stops_the_start_with_its_name(tmp_path: Path) -> None:
    seen = start(tmp_path, EMAIL_URL="smtp+starttls://mail.example.com:465")

    assert seen.returncode == 2
    assert seen.stderr.startswith("EMAIL_URL: port 465 is encrypted from the start")
    assert len(seen.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_stops_the_start_before_anything_is_made(tmp_path: Path, taken_port: int) -> None:
    seen = start(tmp_path, PORT=str(taken_port))

    assert seen.returncode == 1
    assert seen.stderr == (
        f"PORT: {taken_port} on 127.0.0.1 is taken by another program; stop that one or choose another.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    seen = start(tmp_path, HOST="192.0.2.1")

    assert seen.returncode == 1
    assert seen.stderr.startswith("HOST: 192.0.2.1 is not an address of this machine")


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")

    seen = start(tmp_path, DATA_DIR=str(tmp_path / "data" / "deeper"), PORT=str(free_port()))

    assert seen.returncode == 2
    assert seen.stderr.startswith("DATA_DIR: ")
    assert len(seen.stderr.splitlines()) == 1


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])
