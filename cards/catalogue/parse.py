"""From a TOML text to an operator; strict: nothing unknown, nothing missing, nothing that disagrees."""

import re
import tomllib
from decimal import Decimal
from typing import Any

from cards.catalogue.checks import check_operator
from cards.catalogue.codecs import UNKNOWN
from cards.catalogue.errors import CatalogueError, Spot
from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.schema import ASK, LISTINGS, LISTS, OPERATOR, Table
from cards.rules.words import gettext_noop

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_KEY = 80
_LARGEST_TEXT = 200_000
_MOST_TABLES = 500


def parse_operator(text: str, *, key: str, file: str) -> CatalogueOperator:
    """The operator that `text` describes; `key` is the name of its file, `file` is for errors only.

    CatalogueError, naming file and field, for anything that is not as `docs/operators.md` says.
    """
    spot = Spot(file)
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY:
        raise spot.error(gettext_noop("the file's name must be small letters, digits and single hyphens"))
    if len(text) > _LARGEST_TEXT:
        raise spot.error(gettext_noop("the file is too large for one operator"))
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise spot.error(gettext_noop("is not TOML: %(problem)s"), problem=str(error)) from error
    parts: dict[str, Any] = {"key": key}
    for name, (attribute, table) in LISTINGS.items():
        parts[attribute] = _one(data.pop(name, UNKNOWN), table, spot.at(name))
    for name, (attribute, table) in LISTS.items():
        parts[attribute] = _several(data.pop(name, UNKNOWN), table, spot.at(name))
    parts["ask"] = _one(data.pop("ask", UNKNOWN), ASK, spot.at("ask"))
    operator: CatalogueOperator = OPERATOR.read(data, spot, **parts)
    check_operator(operator, spot)
    return operator


def _one(value: object, table: Table, spot: Spot) -> Any:
    return None if value == UNKNOWN else table.read(value, spot)


def _several(value: object, table: Table, spot: Spot) -> tuple[Any, ...]:
    if value == UNKNOWN:
        return ()
    if not isinstance(value, list) or not value:
        raise spot.error(gettext_noop('must be [[%(name)s]] tables or "unknown"'), name=spot.field)
    if len(value) > _MOST_TABLES:
        raise spot.error(gettext_noop("has too many entries"))
    return tuple(table.read(item, spot.item(number)) for number, item in enumerate(value))


__all__ = ["CatalogueError", "parse_operator"]
