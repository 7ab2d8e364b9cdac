"""Letters to an operator, as texts with gaps, in the languages that operators read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from cards.catalogue.errors import CatalogueError

FOLDER = Path(__file__).resolve().parent / "letters"
LANGUAGES = ("en", "zh", "ar")
RIGHT_TO_LEFT = frozenset({"ar"})
# What stands in a text's head: `name: text`, one a line.
HEAD = frozenset(
    {
        "subject", "name", "number", "iccid", "operator", "reason", "case", "account", "wished", "soonest",
        "refund_balance", "refund_unknown", "refund_deposit",
    }
)  # fmt: skip
GAPS = HEAD - {"subject", "wished", "soonest", "refund_balance", "refund_unknown", "refund_deposit"}
KNOWN = GAPS | {"date", "day", "end", "balance", "refund"}
# Stands between the head and the letter itself.
_LINE = "\n---\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in one language. `words`: the texts of its head, what stands in a gap among them."""

    language: str
    words: Mapping[str, str]
    body: str

    @property
    def is_right_to_left(self) -> bool:
        return self.language in RIGHT_TO_LEFT

    def word(self, name: str, **values: str) -> str:
        """One text of the head, with these values in it."""
        return Template(self.words[name]).substitute(values)

    def text(self, values: Mapping[str, str]) -> str:
        """The letter with these values in it; KeyError for one that it needs and that is not there."""
        return Template(self.body).substitute(values)


@cache
def letter_in(language: str, name: str = "cancel") -> Letter:
    """The built-in letter. CatalogueError where its text is not as the others are."""
    file = f"{name}.{language}.txt"
    head, line, body = (FOLDER / file).read_text(encoding="utf-8").partition(_LINE)
    words = {}
    for row in head.splitlines():
        key, _colon, text = row.partition(": ")
        words[key] = text
    if not line or set(words) != HEAD:
        raise CatalogueError(
            file, "head", "must name %(words)s, and then a line ---", words=", ".join(sorted(HEAD))
        )
    for text in (*words.values(), body):
        template = Template(text)
        if not template.is_valid() or not set(template.get_identifiers()) <= KNOWN:
            raise CatalogueError(file, "text", "has a gap that nothing fills: %(text)s", text=text[:60])
    return Letter(language, words, body.strip())
