"""What a start prepares, and that the next one leaves it alone until something has changed."""

import gettext
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tracker.prepare import compile_translations

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


class Folder:
    """A DATA_DIR and what lies in it."""

    def __init__(self, path: Path) -> None:
        self.path, self.database = path, path / "keepline.sqlite3"

    def prepare(self) -> None:
        environ = {"PATH": os.environ["PATH"], "ENV_FILE": "-", "DATA_DIR": str(self.path)}
        subprocess.run([sys.executable, "-m", "tracker.prepare"], cwd=ROOT, env=environ, check=True)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query).fetchall()

    def made_at(self) -> int:
        return (self.path / "prepared").stat().st_mtime_ns


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "data")
    folder.prepare()
    return folder


def test_tables_schedule_and_static_files_are_made(folder: Folder) -> None:
    assert folder.rows("SELECT func, minutes FROM django_q_schedule") == [("cards.tasks.minutely", 1)]
    assert folder.rows("SELECT count(*) FROM cache") == [(0,)]
    assert folder.rows("PRAGMA journal_mode") == [("wal",)]
    assert (folder.path / "static" / "staticfiles.json").exists()


def test_a_second_time_nothing_is_done(folder: Folder) -> None:
    before = folder.made_at()

    folder.prepare()

    assert folder.made_at() == before


def test_a_database_that_is_gone_is_made_again(folder: Folder) -> None:
    for path in folder.path.glob("keepline.sqlite3*"):
        path.unlink()

    folder.prepare()

    assert folder.rows("SELECT count(*) FROM cards_user") == [(0,)]


def test_an_older_database_put_in_place_is_brought_up_to_date(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.database)) as database, database:
        database.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        database.execute("DROP TABLE django_session")

    folder.prepare()

    assert folder.rows("SELECT count(*) FROM django_session") == [(0,)]


def test_an_operator_file_of_the_owner_is_read_at_the_next_start(folder: Folder) -> None:
    (count,) = folder.rows("SELECT count(*) FROM cards_operator WHERE owner_id IS NULL")[0]
    assert isinstance(count, int) and count >= 69
    file = folder.path / "operators" / "zz-own.toml"
    file.parent.mkdir()
    told = (ROOT / "cards" / "catalogue" / "operators" / "gb-giffgaff.toml").read_text()
    file.write_text(told.replace('name = "giffgaff"', 'name = "Own"', 1))
    (file.parent / "zz-broken.toml").write_text("name = ")

    folder.prepare()

    assert folder.rows("SELECT name FROM cards_operator WHERE key = 'zz-own'") == [("Own",)]
    before = folder.made_at()
    folder.prepare()
    assert folder.made_at() == before


def test_static_files_that_are_gone_are_made_again(folder: Folder) -> None:
    static = folder.path / "static"
    static.rename(folder.path / "elsewhere")

    folder.prepare()

    assert (static / "staticfiles.json").exists()


def test_translations_are_compiled_when_they_are_newer(tmp_path: Path) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    source.write_text(head + 'msgid "Card"\nmsgstr "卡"\n\n#, fuzzy\nmsgid "Run"\nmsgstr "跑"\n')
    compiled = source.with_suffix(".mo")

    assert compile_translations(tmp_path) == [compiled]
    assert compile_translations(tmp_path) == []

    with compiled.open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert [words.gettext(text) for text in ("Card", "Run")] == ["卡", "Run"]
