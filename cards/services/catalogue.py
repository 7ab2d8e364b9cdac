"""The catalogue's files into the database, at each start: what has not changed costs one query."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError

from cards.catalogue.errors import CatalogueError
from cards.catalogue.lines import line_of
from cards.catalogue.loading import BUILT_IN
from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.parse import parse_operator
from cards.models import Operator

from .catalogue_write import mark_vanished, write_operator
from .proposals import accept_proposed_rule, decline_proposed_rule, propose_changed_rules

__all__ = [
    "Loaded",
    "accept_proposed_rule",
    "decline_proposed_rule",
    "load_catalogue",
    "propose_changed_rules",
]

# Part of every digest: raise it when the same file is to give other rows than before.
LAYOUT = b"1\n"


@dataclass(slots=True)
class Loaded:
    """What a load did: names of operators written and vanished, sentences about files left out."""

    written: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    proposed: int = 0


def load_catalogue(*, folders: Sequence[Path], now: datetime) -> Loaded:
    """Write the built-in operators and those of `folders`; of one name the later folder's file counts.

    Idempotent. A file that can't be read is reported and left out: the earlier one of its name stays,
    or what was read from it before. An operator without a file stays for its cards, marked as gone.
    Operators that people typed are never touched.
    """
    done = Loaded()
    stored = {row.key: row for row in Operator.objects.filter(owner=None).exclude(key="").only(*_KNOWN)}
    files = _files([BUILT_IN, *folders])
    for key, paths in sorted(files.items()):
        _load_first(key, paths, stored.get(key), done, now)
    for key, row in stored.items():
        if key not in files and row.digest:
            mark_vanished(row)
            done.vanished.append(row.name)
    done.proposed = propose_changed_rules(now=now)
    return done


_KNOWN = ("key", "name", "country", "digest", "owner")


def _files(folders: Sequence[Path]) -> dict[str, list[Path]]:
    """Return the files of each key, the one that counts first."""
    found: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.stem, []).insert(0, path)
    return found


def _load_first(key: str, paths: Sequence[Path], row: Operator | None, done: Loaded, now: datetime) -> None:
    """Load the first of the files that can be read."""
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            done.problems.append(f"{path}: {error.strerror or error}")
            continue
        digest = hashlib.sha256(LAYOUT + content).hexdigest()
        if row is not None and row.digest == digest:
            return
        try:
            text, told = _parse(content, key, path)
            _check_free(told, row)
            write_operator(told, text=text, digest=digest, row=row, owner=None, now=now)
        except CatalogueError as error:
            done.problems.append(_sentence(path, content, error))
            continue
        except IntegrityError:
            # Another process starts at this moment and was first: it writes the same.
            done.problems.append(f"{path}: written by another process meanwhile")
            return
        done.written.append(told.name)
        return


def _parse(content: bytes, key: str, path: Path) -> tuple[str, CatalogueOperator]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CatalogueError(path.name, "", "can't be read as UTF-8 text") from error
    return text, parse_operator(text, key=key, file=path.name)


def _check_free(told: CatalogueOperator, row: Operator | None) -> None:
    """Leave alone what staff typed: two shared operators of one name and country can't be."""
    same = Operator.objects.filter(owner=None, name__iexact=told.name, country=told.country)
    other = next((found for found in same if found != row), None)
    if other is not None:
        whose = f"the file {other.key}.toml" if other.key else "one that staff typed"
        place = {"operator": told.name, "country": told.country, "whose": whose}
        raise CatalogueError(
            told.key, "name", "%(operator)s (%(country)s) is here already: %(whose)s", **place
        )


def _sentence(path: Path, content: bytes, error: CatalogueError) -> str:
    """Return "name.toml, line 12: rule[0].period: ..."."""
    line = line_of(content.decode("utf-8", "replace"), error)
    where = f"{path}, line {line}" if line else str(path)
    return ": ".join(_parts(where, error))


def _parts(where: str, error: CatalogueError) -> Iterator[str]:
    yield where
    if error.field:
        yield error.field
    yield error.message
