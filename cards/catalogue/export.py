"""From an operator to a TOML text that parses into an equal one."""

import hashlib

from cards.catalogue.codecs import UNKNOWN, quoted
from cards.catalogue.operators import CatalogueCode, CatalogueOperator
from cards.catalogue.rule import CatalogueRule
from cards.catalogue.schema import ASK, CODE, LISTINGS, LISTS, OPERATOR, RULE, TELLING


def export_operator(operator: CatalogueOperator) -> str:
    """The file's text; its name is to be the operator's key. What is unknown is said to be."""
    lines = OPERATOR.lines(operator)
    tables: list[str] = []
    if operator.ask is not None:
        tables += ["", "[ask]", *ASK.lines(operator.ask)]
    for name, (attribute, table) in LISTINGS.items():
        listing = getattr(operator, attribute)
        if listing is None:
            lines.append(f"{name} = {quoted(UNKNOWN)}")
        else:
            tables += ["", f"[{name}]", *table.lines(listing)]
    for name, (attribute, table) in LISTS.items():
        items = getattr(operator, attribute)
        if not items and name in TELLING:
            lines.append(f"{name} = {quoted(UNKNOWN)}")
        for item in items:
            tables += ["", f"[[{name}]]", *table.lines(item)]
    return "\n".join([*lines, *tables]) + "\n"


def mark_of(part: CatalogueRule | CatalogueCode) -> str:
    """Return a short name of a rule or a code that changes with its content; for addresses."""
    table = RULE if isinstance(part, CatalogueRule) else CODE
    return hashlib.sha256("\n".join(table.lines(part)).encode()).hexdigest()[:16]
