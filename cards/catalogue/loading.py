"""Reads the catalogue's folders: the built-in one, then those of the machine's owner."""

from functools import cache
from pathlib import Path
from types import MappingProxyType

from cards.catalogue.errors import CatalogueError
from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.parse import parse_operator

BUILT_IN = Path(__file__).resolve().parent / "operators"


def load_operators(
    *folders: Path, errors: list[CatalogueError] | None = None
) -> dict[str, CatalogueOperator]:
    """The operators of the built-in folder and of `folders`, by key; a later file replaces an earlier one.

    A folder that is not there is empty. CatalogueError for the first broken file; with `errors`
    given they are put there instead, and the file is left out (an earlier one of its key stays).
    """
    found = dict(_built_in())
    for folder in folders:
        found |= _read(folder, errors)
    return dict(sorted(found.items()))


def read_operator(path: Path) -> CatalogueOperator:
    """The operator of one file. CatalogueError also where it can't be read at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path.name, "", "can't be read as UTF-8 text") from error
    return parse_operator(text, key=path.stem, file=path.name)


@cache
def _built_in() -> MappingProxyType[str, CatalogueOperator]:
    # The program's own files never change while it runs.
    return MappingProxyType(_read(BUILT_IN, None))


def _read(folder: Path, errors: list[CatalogueError] | None) -> dict[str, CatalogueOperator]:
    found: dict[str, CatalogueOperator] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            operator = read_operator(path)
        except CatalogueError as error:
            if errors is None:
                raise
            errors.append(error)
        else:
            found[operator.key] = operator
    return found
