"""The supervisor with real processes: what it starts, starts again, gives up on, and never leaves behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15


class Scene:
    """A running toy supervisor and the process ids that its children noted."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.slow.toys", name, str(folder)], cwd=ROOT, stdout=out, stderr=out
            )

    def pid(self, name: str, number: int = 1) -> int:
        """Wait for the `number`-th child of that name and give its process id."""
        path = self.folder / f"{name}.{number}"
        wait_until(path.exists, f"{path.name} never came")
        return int(path.read_text())

    def pids(self) -> list[int]:
        return [int(path.read_text()) for path in self.folder.glob("[a-z]*.[0-9]*")]

    def beat(self, word: str) -> None:
        draft = self.folder / ".beat"
        draft.write_text(word)
        draft.rename(self.folder / "beat")

    def ends_with(self) -> int:
        return self.process.wait(PATIENCE)


def wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        # A zombie has ended; it only waits to be collected by whoever adopted it.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def all_gone(pids: list[int]) -> bool:
    return not any(is_alive(pid) for pid in pids)


@pytest.fixture
def open_scene(tmp_path: Path) -> Iterator[Callable[[str], Scene]]:
    scenes: list[Scene] = []

    def start(name: str) -> Scene:
        scenes.append(Scene(name, tmp_path))
        return scenes[-1]

    yield start
    for scene in scenes:
        if scene.process.poll() is None:
            scene.process.kill()
            scene.process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything_and_is_no_error(open_scene: Callable[[str], Scene], number: int) -> None:
    scene = open_scene("steady")
    scene.pid("web"), scene.pid("cluster"), scene.pid("once")

    scene.process.send_signal(number)

    assert scene.ends_with() == 0
    assert all_gone(scene.pids())


def test_each_child_leads_a_session_of_its_own(open_scene: Callable[[str], Scene]) -> None:
    scene = open_scene("steady")
    web, cluster = scene.pid("web"), scene.pid("cluster")

    assert [os.getsid(web), os.getsid(cluster)] == [web, cluster]


def test_a_killed_child_is_started_again_and_its_old_group_is_gone(
    open_scene: Callable[[str], Scene],
) -> None:
    scene = open_scene("steady")
    first, grandchild, web = scene.pid("cluster"), scene.pid("cluster-grandchild"), scene.pid("web")

    os.kill(first, signal.SIGKILL)

    second = scene.pid("cluster", 2)
    assert second != first
    assert all_gone([first, grandchild])
    assert is_alive(web)


def test_a_child_that_runs_once_is_not_started_again(open_scene: Callable[[str], Scene]) -> None:
    scene = open_scene("steady")
    scene.pid("once")
    os.kill(scene.pid("web"), signal.SIGKILL)
    scene.pid("web", 2)

    assert [path.name for path in scene.folder.glob("once.*")] == ["once.1"]


def test_a_child_that_keeps_ending_stops_everything_with_a_sentence(
    open_scene: Callable[[str], Scene],
) -> None:
    scene = open_scene("leaving")

    assert scene.ends_with() == 1
    assert (
        "leaver ended 4 times within 20 s, the last time with status 0; stopping" in scene.output.read_text()
    )
    assert len(list(scene.folder.glob("leaver.*"))) == 4
    assert all_gone(scene.pids())


def test_a_child_that_does_not_listen_is_killed_after_the_limit(open_scene: Callable[[str], Scene]) -> None:
    scene = open_scene("deaf")
    scene.pid("deaf")

    scene.process.terminate()

    assert scene.ends_with() == 0
    assert all_gone(scene.pids())


def test_nothing_outlives_a_killed_supervisor(open_scene: Callable[[str], Scene]) -> None:
    scene = open_scene("steady")
    scene.pid("web"), scene.pid("cluster")

    scene.process.kill()
    scene.process.wait()

    wait_until(lambda: all_gone(scene.pids()), "a child lived on")


def test_an_old_heartbeat_restarts_the_cluster_and_nothing_else(open_scene: Callable[[str], Scene]) -> None:
    scene = open_scene("watched")
    first, web = scene.pid("cluster"), scene.pid("web")
    scene.pid("look-fresh")
    assert is_alive(first)

    scene.beat("old")

    second = scene.pid("cluster", 2)
    scene.beat("fresh")
    assert all_gone([first])
    assert [is_alive(second), is_alive(web)] == [True, True]
    assert "the heartbeat is old; starting cluster again" in scene.output.read_text()


def test_a_frozen_cluster_is_replaced(open_scene: Callable[[str], Scene]) -> None:
    scene = open_scene("watched")
    first = scene.pid("cluster")
    os.kill(first, signal.SIGSTOP)

    scene.beat("old")

    scene.pid("cluster", 2)
    assert all_gone([first])


def test_the_heartbeat_is_not_judged_before_the_grace_is_over(open_scene: Callable[[str], Scene]) -> None:
    begun = time.monotonic()
    scene = open_scene("watched")
    scene.beat("old")

    scene.pid("cluster", 2)

    assert time.monotonic() - begun > 0.5


@pytest.mark.parametrize("word", ["raise", "hang"])
def test_a_heartbeat_that_cannot_be_read_changes_nothing(
    open_scene: Callable[[str], Scene], word: str
) -> None:
    scene = open_scene("watched")
    scene.beat(word)

    scene.pid(f"look-{word}", 2)
    scene.beat("fresh")
    scene.pid("look-fresh")

    assert is_alive(scene.pid("cluster"))
    assert not (scene.folder / "cluster.2").exists()
