"""The whole program with a real mail server: a due reminder goes out, whoever is killed meanwhile."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mail_server import MailServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
# The worst case: the scheduler's first look, a minute to the next, a heartbeat that grows old, a new cluster.
PATIENCE = 330


@dataclass
class SlowMailServer(MailServer):
    """Takes its time with the first mail, until `may_go_on`."""

    is_reached: bool = False
    may_go_on: bool = True
    keys: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.is_reached = True
        while not self.may_go_on:
            await asyncio.sleep(0.02)
        answer = await super().handle_DATA(server, session, envelope)
        self.keys.append(self.mails[-1]["Message-ID"])
        return answer


class Program:
    """Keepline in a folder of its own, sending to the server that is given."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        self.environ = {
            "PATH": os.environ["PATH"],
            "ENV_FILE": "-",
            "DATA_DIR": str(folder),
            "PORT": str(port),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        }
        self.process = subprocess.Popen(self._command("quick"), cwd=ROOT, env=self.environ)
        wait_until(self.has_beaten, "the first tick never came", 60)
        wait_until(lambda: len(self.cluster()) == 5, "the cluster never came", 60)

    def add_due_card(self) -> None:
        subprocess.run(self._command("due"), cwd=ROOT, env=self.environ, check=True)

    def has_beaten(self) -> bool:
        path = self.folder / "keepline.sqlite3"
        if not path.exists():
            return False
        with closing(sqlite3.connect(path, timeout=20)) as database:
            try:
                return bool(database.execute("SELECT 1 FROM cards_heartbeat WHERE name = 'tick'").fetchone())
            except sqlite3.OperationalError:
                return False  # no tables yet

    def let_leases_pass(self) -> None:
        """Do what five minutes do: a dead sender's messages are free again."""
        with closing(sqlite3.connect(self.folder / "keepline.sqlite3", timeout=20)) as database, database:
            database.execute(
                "UPDATE cards_message SET leased_until = '2020-01-01' WHERE leased_until NOT NULL"
            )

    def cluster(self) -> list[int]:
        """Process ids of main process, sentinel, worker, monitor, pusher: the order in which they start."""
        mains = [pid for pid in children(self.process.pid) if name_of(pid).startswith("keepline-clust")]
        if not mains or not (sentinels := children(mains[0])):
            return []
        return [mains[0], sentinels[0], *children(sentinels[0])]

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)

    @staticmethod
    def _command(module: str) -> list[str]:
        return [sys.executable, "-m", f"tests.slow.{module}"]


def children(parent: int) -> list[int]:
    """Process ids of the direct children, oldest first."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append((int(fields[19]), int(path.parent.name)))
    return [pid for _, pid in sorted(found)]


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def wait_until(condition: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[SlowMailServer]:
    with SlowMailServer() as server:
        yield server


@pytest.fixture
def program(tmp_path: Path, server: SlowMailServer) -> Iterator[Program]:
    program = Program(tmp_path / "data", server)
    yield program
    if program.process.poll() is None:
        program.process.kill()
        program.process.wait()


def test_the_scheduler_sends_a_due_reminder_once(program: Program, server: SlowMailServer) -> None:
    program.add_due_card()

    wait_until(lambda: bool(server.keys), "no reminder came")

    assert program.stop() == 0
    assert [mail["To"] for mail in server.mails] == ["alice@example.org"]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["main process", "sentinel", "worker"])
def test_killed_while_it_sends_it_sends_again_under_the_same_id(
    program: Program, server: SlowMailServer, place: int
) -> None:
    server.may_go_on = False
    program.add_due_card()
    wait_until(lambda: server.is_reached, "no reminder came")

    os.kill(program.cluster()[place], signal.SIGKILL)
    server.may_go_on = True
    if place == 2:  # in the other cases the supervisor knows that the sender is dead, and frees them itself
        program.let_leases_pass()

    wait_until(lambda: bool(server.to("alice@example.org")), "the reminder was lost")
    assert program.stop() == 0
    assert len(set(server.keys)) == 1


@pytest.mark.parametrize("place", [0, 2], ids=["main process", "worker"])
def test_killed_while_it_waits_it_comes_back(program: Program, server: SlowMailServer, place: int) -> None:
    os.kill(program.cluster()[place], signal.SIGKILL)
    program.add_due_card()

    wait_until(lambda: bool(server.keys), "no reminder came")

    assert program.stop() == 0
    assert len(server.keys) == 1
