"""A small operator file to break in one place at a time."""

from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.parse import parse_operator

SAMPLE = """\
name = "Example Mobile"
country = "GB"
site = "https://example.org"
hotline = "unknown"
source = "https://example.org/terms"
seen = 2026-08-01
confidence = "A"

[[rule]]
actions = ["top up at least EUR 5"]
counts = ["top-up"]
period = { count = 180, unit = "day" }
from = "action"
mode = "reset"
minimum = 5
currency = "EUR"
grace = { count = 90, unit = "day" }
loss_after = { count = 270, unit = "day" }
source = "https://example.org/terms"
seen = "unknown"
confidence = "A"

[[topup]]
amount = 20
amount_max = "unknown"
currency = "EUR"
period = { count = 365, unit = "day" }
clock = "line"
mode = "unknown"
source = "https://example.org/terms"
seen = "unknown"
confidence = "A"
"""


def parse(text: str, key: str = "example-mobile") -> CatalogueOperator:
    return parse_operator(text, key=key, file=f"{key}.toml")


def sample(*changes: tuple[str, str]) -> CatalogueOperator:
    """The sample with some texts replaced, each the first time it occurs."""
    text = SAMPLE
    for old, new in changes:
        assert old in text, f"the sample has no {old!r}"
        text = text.replace(old, new, 1)
    return parse(text)
