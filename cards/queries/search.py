"""Searches what a person wrote: notes, order and case numbers, payment methods, names of cards and files."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy

from cards.catalogue.asks import ASKS, Shape
from cards.models import Action, Card, User
from cards.queries.ledger import voided_ids

PAGE_SIZE = 50
# Each source is read up to the page: who has leafed so far types another word instead.
LAST_PAGE = 20
_BEFORE, _AFTER = 40, 120
# What a person typed into a step as words; days, choices and codes are not among it.
_TYPED = tuple(name for name, ask in ASKS.items() if ask.shape in (Shape.TEXT, Shape.LONG_TEXT))
# Beside it a tick keeps the item's name and its new place, and a reason which items were still open.
_BESIDE = {
    "name": gettext_lazy("name"),
    "moved_to": gettext_lazy("moved to"),
    "open": gettext_lazy("still open"),
}

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Where the words were found. `before` and `after` may be cut."""

    label: str
    before: str
    match: str
    after: str


@dataclass(frozen=True, slots=True)
class Result:
    """One thing found. `run_id`, `step`: of which run, if of one; `is_void`: an entry that was undone."""

    kind: str
    icon: str
    day: date
    at: datetime
    card: Card
    excerpt: Excerpt
    run_id: str = ""
    step: str = ""
    step_title: str = ""
    entry: int = 0
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, the newest first."""

    results: tuple[Result, ...]
    page: int
    has_more: bool

    @property
    def newer(self) -> int:
        return self.page - 1

    @property
    def older(self) -> int:
        return self.page + 1

    @property
    def is_cut(self) -> bool:
        """Tell whether more was found than is ever shown."""
        return self.has_more and self.page == LAST_PAGE


def page_number(text: str) -> int:
    """Return a page of the results; the first for anything senseless."""
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def search(person: User, text: str, *, page: int) -> Found:
    """Return one page of what the person's cards hold of `text`, in seven queries at most.

    Only of the person's own cards; secrets, which are encrypted, are never searched.
    """
    wanted, zone = page * PAGE_SIZE + 1, ZoneInfo(person.time_zone)
    words = _Words.of(text)
    results: list[Result] = []
    for source in (_cards, _actions, _records, _files, _services, _dates):
        results += source(person, words, wanted, zone)
    results.sort(key=lambda result: (result.day, result.at), reverse=True)
    shown = results[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Found(tuple(_marked(shown)), page, len(results) > page * PAGE_SIZE)


def _marked(results: Sequence[Result]) -> Iterator[Result]:
    """Mark the entries that were undone: one query where there is an entry at all."""
    cards = {result.card.pk for result in results if result.entry}
    undoing = Action.objects.filter(card__in=cards, voids__isnull=False).only("pk", "voids")
    void = voided_ids(undoing) if cards else frozenset[int]()
    for result in results:
        yield Result(
            **{name: getattr(result, name) for name in Result.__slots__} | {"is_void": result.entry in void}
        )


@dataclass(frozen=True, slots=True)
class _Words:
    """What is searched for. `digits`: of a number, however it is grouped; "" where it is none."""

    text: str
    digits: str
    pattern: re.Pattern[str]
    number: re.Pattern[str] | None

    @classmethod
    def of(cls, text: str) -> "_Words":
        digits = "".join(filter(str.isdecimal, text)) if not any(map(str.isalpha, text)) else ""
        digits = digits.removeprefix("00") if digits.isascii() else ""
        number = re.compile(r"\D*".join(digits)) if len(digits) > 1 else None
        return cls(
            text=text,
            digits=digits if number is not None else "",
            pattern=re.compile(re.escape(text), re.IGNORECASE),
            number=number,
        )

    def inside(self, *columns: str) -> Q:
        """Return the condition that one of the columns holds it, in whatever case."""
        found = Q()
        for column in columns:
            found |= self._inside(column)
        return found

    def _inside(self, column: str) -> Q:
        # SQLite compares without case in ASCII only; its regular expressions are Python's.
        if connection.vendor == "sqlite" and not self.text.isascii():
            return Q(**{f"{column}__iregex": re.escape(self.text)})
        return Q(**{f"{column}__icontains": self.text})

    def numbered(self, *columns: str) -> Q:
        """Return the same for columns that hold nothing but digits."""
        found = Q()
        for column in columns if self.digits else ():
            found |= Q(**{f"{column}__contains": self.digits})
        return found

    def excerpt(self, texts: Iterable[tuple[str, str]]) -> Excerpt:
        """Return the first text that holds it; else, where a database knows more of case, the first at all."""
        told = [(label, " ".join(text.split())) for label, text in texts if text]
        for label, text in told:
            for pattern in filter(None, (self.pattern, self.number)):
                hit = pattern.search(text)
                if hit is not None:
                    return _cut(label, text, hit.start(), hit.end())
        label, text = told[0] if told else ("", "")
        return _cut(label, text, 0, 0)


def _cut(label: str, text: str, start: int, end: int) -> Excerpt:
    before, after = text[:start], text[end:]
    if len(before) > _BEFORE:
        before = "…" + before[-_BEFORE:]
    if len(after) > _AFTER:
        after = after[:_AFTER] + "…"
    return Excerpt(label, before, text[start:end], after)
