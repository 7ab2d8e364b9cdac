"""Words that somebody searches for: the condition that finds them, and the piece of text around them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

_BEFORE, _AFTER = 40, 120


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where the words were found. `before` and `after` may be cut."""

    label: str
    before: str
    match: str
    after: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is searched for. `digits`: of a number, however it was grouped; "" where it can be none."""

    text: str
    digits: str
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, text: str) -> "Words":
        pattern = r"\s+".join(re.escape(part) for part in text.split())
        patterns = [re.compile(pattern, re.IGNORECASE)]
        # "0097336" and "+973 36" both find the number; words with a digit in them find no number.
        digits = "" if any(map(str.isalpha, text)) else "".join(filter(str.isdecimal, text))
        digits = digits.removeprefix("00") if digits.isascii() else ""
        if len(digits) < 2:
            return cls(text, "", tuple(patterns))
        return cls(text, digits, (*patterns, re.compile(r"\D*".join(digits))))

    def inside(self, *columns: str) -> Q:
        """Return the condition that one of the columns holds the words, in whatever case."""
        # SQLite compares without case in ASCII only; its regular expressions are Python's.
        if connection.vendor == "sqlite" and not self.text.isascii():
            return _any({f"{column}__iregex": re.escape(self.text) for column in columns})
        return _any({f"{column}__icontains": self.text for column in columns})

    def numbered(self, *columns: str) -> Q:
        """Return the same for columns that hold nothing but a number."""
        return _any({f"{column}__contains": self.digits for column in columns if self.digits})

    def excerpt(self, texts: Iterable[tuple[str, str]]) -> Excerpt:
        """Return the first of the texts, each with its label, that holds the words.

        The first one from its start where none does: a database may know more of case than Python.
        """
        told = [(label, " ".join(text.split())) for label, text in texts if text]
        for pattern in self.patterns:
            for label, text in told:
                hit = pattern.search(text)
                if hit is not None:
                    return _cut(label, text, *hit.span())
        label, text = told[0] if told else ("", "")
        return _cut(label, text, 0, 0)


def _any(lookups: dict[str, str]) -> Q:
    found = Q()
    for name, value in lookups.items():
        found |= Q((name, value))
    return found


def _cut(label: str, text: str, start: int, end: int) -> Excerpt:
    before, after = text[:start], text[end:]
    if len(before) > _BEFORE:
        before = "…" + before[-_BEFORE:]
    if len(after) > _AFTER:
        after = after[:_AFTER] + "…"
    return Excerpt(label, before, text[start:end], after)
