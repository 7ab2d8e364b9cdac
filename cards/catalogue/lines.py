"""In which line of a file an error lies, for whoever has to mend it."""

import re

from cards.catalogue.errors import CatalogueError

_TABLE = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)\s*\]\]?\s*(#.*)?$")
_ITEM = re.compile(r"([a-z_]+)\[(\d+)\]")
_SAID = re.compile(r"\(at line (\d+), column \d+\)")
_AT_END = "(at end of document)"


def line_of(text: str, error: CatalogueError) -> int | None:
    """The line, from 1, of the error's field, of its table where the field is missing; None: of no line."""
    said = _SAID.search(error.message)
    if said:
        return int(said[1])
    if _AT_END in error.message:
        return len(text.splitlines()) or None
    if not error.field:
        return None
    head, *rest = error.field.split(".")
    item = _ITEM.fullmatch(head)
    lines = text.splitlines()
    if item is None and not rest:
        return _key_in(lines, 0, head) or _table_line(lines, head, 0)
    table, number = (item[1], int(item[2])) if item else (head, 0)
    start = _table_line(lines, table, number)
    if start is None:
        return None
    return (_key_in(lines, start, rest[0].partition("[")[0]) if rest else None) or start


def _table_line(lines: list[str], name: str, number: int) -> int | None:
    heads = [line for line, text in enumerate(lines, 1) if _name(text) == name]
    return heads[number] if number < len(heads) else None


def _key_in(lines: list[str], start: int, key: str) -> int | None:
    """The line of `key` before the next table begins; `start` lines are skipped."""
    for line, text in enumerate(lines[start:], start + 1):
        if _name(text) is not None:
            return None
        if re.match(rf"\s*{re.escape(key)}\s*=", text):
            return line
    return None


def _name(text: str) -> str | None:
    found = _TABLE.match(text)
    return found[1] if found else None
