"""Pasted text as rows of a table of plans."""

import csv
import re

from .fields import currency_choices
from .offer_cells import DATA_UNITS, PERIOD_UNITS, tidy, yes_no
from .offers import COLUMNS, with_currency

# Headings of tables, in plain letters; what stands behind "(" in them is left out.
_HEADINGS = {
    "name": ("name", "plan", "plans", "offer", "pass", "package", "套餐", "名称", "套餐名称"),
    "price": ("price", "cost", "fee", "amount", "价格", "价钱", "资费", "费用", "金额"),
    "currency": ("currency", "cur", "货币", "币种"),
    "period": ("validity", "valid for", "valid", "period", "days", "duration", "有效期", "天数", "时长"),
    "size": ("data", "gb", "internet", "data allowance", "流量", "数据"),
    "minutes": ("minutes", "min", "mins", "calls", "voice", "分钟", "通话", "语音"),
    "sms": ("sms", "texts", "messages", "短信"),
    "hotspot": ("hotspot", "tethering", "热点", "热点共享"),
}
_UNIT_WORDS = frozenset(DATA_UNITS) | frozenset(PERIOD_UNITS)
_COLUMN_OF = {word: column for column, words in _HEADINGS.items() for word in words}


class Pasted:
    """Pasted text as rows of named cells: tabs, semicolons or commas, with or without headings."""

    def __init__(self, text: str) -> None:
        self.lines = [line for line in text.splitlines() if line.strip()]
        first = self.lines[0]
        self.delimiter = next((mark for mark in "\t;" if any(mark in line for line in self.lines)), ",")
        columns, self.unused = _headings(self._split(first))
        self.heading = [first] if columns else []
        self._unit_of = _units(self._split(first), columns) if columns else {}
        self.columns = columns or list(COLUMNS)
        body = self.lines[len(self.heading) :]
        self.rows: list[dict[str, str]] = []
        self._sources: list[str] = []
        self.too_wide: list[str] = []
        for line in body:
            cells = self._split(line)
            if not columns:
                cells = _with_place_for_currency(cells)
            if any(cell.strip() for cell in cells[len(self.columns) :]):
                self.too_wide.append(line)
                continue
            self.rows.append(_named(self.columns, cells, self._unit_of))
            self._sources.append(line)

    def text_from(self, number: int) -> str:
        """Return the lines that did not become rows, with the headings above them."""
        left = [*self.too_wide, *self._sources[number:]]
        return "\n".join([*self.heading, *left]) if left else ""

    def _split(self, line: str) -> list[str]:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=self.delimiter))]
        except (csv.Error, StopIteration):
            return [cell.strip() for cell in line.split(self.delimiter)]


def _headings(cells: list[str]) -> tuple[list[str], list[str]]:
    """Return the column of each cell ("" where it is none of ours) and the headings that are not used."""
    found = [_column(cell) for cell in cells]
    if sum(map(bool, found)) < 2:
        return [], []
    columns = ["" if name in found[:place] else name for place, name in enumerate(found)]
    return columns, [cell for cell, name in zip(cells, columns, strict=True) if not name and cell]


def _column(cell: str) -> str:
    """Return the column that a heading names: "Price (BHD)", "Price BHD" and "price" are the same."""
    name = tidy(cell).partition("(")[0].strip()
    if name in _COLUMN_OF:
        return _COLUMN_OF[name]
    first, _space, unit = name.rpartition(" ")
    return (
        _COLUMN_OF.get(first, "") if unit in _UNIT_WORDS or unit.upper() in dict(currency_choices()) else ""
    )


def _units(headings: list[str], columns: list[str]) -> dict[str, str]:
    """Return what a bare number in a column means by its heading: {"size": "MB", "price": "BHD"}."""
    units = {}
    codes = dict(currency_choices())
    for cell, column in zip(headings, columns, strict=True):
        for word in re.findall(r"[^\W\d_]+", tidy(cell)):
            known = {
                "size": word in DATA_UNITS,
                "period": word in PERIOD_UNITS,
                "price": len(word) == 3 and word.upper() in codes,
            }
            if known.get(column):
                units[column] = word if column == "period" else word.upper()
    return units


def _with_place_for_currency(cells: list[str]) -> list[str]:
    """Without headings the third cell is a currency; "BHD 5.5" before it leaves none to be."""
    if len(cells) > 2 and not re.fullmatch(r"([A-Za-z]{3})?", cells[2]):
        return [*cells[:2], "", *cells[2:]]
    return cells


def _named(columns: list[str], cells: list[str], units: dict[str, str]) -> dict[str, str]:
    row = {name: text for name, text in zip(columns, cells, strict=False) if name}
    for name, unit in units.items():
        if re.fullmatch(r"[0-9][0-9.,' ]*", row.get(name, "")):
            row[name] = f"{row[name]} {unit}"
    if "hotspot" in row:
        row["hotspot"] = yes_no(row["hotspot"])
    return with_currency(row)
