"""The list of cards: search, stage, sort, pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cards.models import Card, User
from cards.queries.access import cards_of
from cards.queries.numbers import show_number
from cards.queries.sight import Reader, sight_of, stage_text
from cards.queries.stages import has_stage, stage_counts, stage_counts_of
from cards.queries.start import by_urgency
from cards.rules.stages import Stage

PAGE_SIZE = 50
LONGEST_SEARCH = 100
# What a row shows; the other columns, some of them long or JSON, stay in the database.
SEEN = (
    "public_id", "label", "number", "owner", "operator__name", "operator__country",
    "operator__time_zones", "leading__kind", "leading__title", "leading__state", "leading__ends_on",
    "leading__ends_at", "leading__act_by_at", "leading__lost_at",
)  # fmt: skip
SORTS = {
    "urgency": _("Most urgent first"),
    "label": _("Label"),
    "operator": _("Operator"),
    "added": _("Newest first"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; anything senseless in it is left out."""

    search: str = ""
    stage: Stage | None = None
    sort: str = "urgency"
    is_archive: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Wish":
        typed = "".join(filter(str.isprintable, query.get("q", "")))
        stage, sort = query.get("stage", ""), query.get("sort", "")
        return cls(
            search=typed.strip()[:LONGEST_SEARCH],
            stage=Stage(stage) if stage in set(Stage) else None,
            sort=sort if sort in SORTS else "urgency",
            is_archive=query.get("archived") == "1",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.stage)

    def query(self, stage: Stage | None) -> str:
        """Return the encoded query string for this wish with another stage."""
        pairs = {
            "q": self.search,
            "stage": stage.value if stage else "",
            "sort": self.sort if self.sort != "urgency" else "",
            "archived": "1" if self.is_archive else "",
        }
        return urlencode({name: value for name, value in pairs.items() if value})


@dataclass(frozen=True, slots=True)
class Chip:
    """One stage to filter by."""

    stage: Stage | None  # None: all of them
    text: str
    count: int
    query: str
    is_current: bool


class Row(TypedDict):
    """One card, ready to print. A dict, because fifty of anything slower fill half of the page's time."""

    id: str
    label: str
    number: str
    operator: str
    day: str
    countdown: str
    stage: str
    stage_text: str


@dataclass(frozen=True, slots=True)
class CardList:
    wish: Wish
    page: "Page[Card]"
    rows: tuple[Row, ...]
    chips: tuple[Chip, ...]

    @property
    def query(self) -> str:
        return self.wish.query(self.wish.stage)


def card_list(user: User, wish: Wish, *, page: str, now: datetime) -> CardList:
    """Return one page of the person's cards: two queries at any size."""
    found = _searched(cards_of(user).filter(archived_at__isnull=not wish.is_archive), wish.search)
    counts = (
        stage_counts(found, now=now)
        if wish.search
        else stage_counts_of(user, is_archive=wish.is_archive, now=now)
    )
    if wish.stage is not None:
        found = found.filter(has_stage(wish.stage, now=now))
    paginator = Paginator(_sorted(found, wish.sort, now).only(*SEEN), PAGE_SIZE)
    paginator.count = counts[wish.stage] if wish.stage else sum(counts.values())  # counted already
    shown = paginator.get_page(page)
    reader = Reader.of(user)
    return CardList(
        wish=wish,
        page=shown,
        rows=tuple(_row(card, now, reader) for card in shown.object_list),
        chips=chips(counts, wish),
    )


def chips(counts: dict[Stage, int], wish: Wish | None = None) -> tuple[Chip, ...]:
    """Return "all" and each stage that holds a card, or that is asked for."""
    wish = wish or Wish()
    everything = Chip(None, str(_("all")), sum(counts.values()), wish.query(None), wish.stage is None)
    return (
        everything,
        *(
            Chip(stage, stage_text(stage), count, wish.query(stage), stage == wish.stage)
            for stage, count in counts.items()
            if count or stage == wish.stage
        ),
    )


def _searched(cards: QuerySet[Card], text: str) -> QuerySet[Card]:
    if not text:
        return cards
    found = Q(label__icontains=text) | Q(operator__name__icontains=text) | Q(seller__icontains=text)
    digits = "".join(filter(str.isdecimal, text))
    # "+973 3612" and "3612" both find the number; a label with a digit in it does not find them all.
    if len(digits) >= 2 and not any(map(str.isalpha, text)):
        found |= Q(number__contains=digits.removeprefix("00"))
    return cards.filter(found)


def _sorted(cards: QuerySet[Card], sort: str, now: datetime) -> QuerySet[Card]:
    if sort == "label":
        return cards.order_by(Lower("label"), "pk")
    if sort == "operator":
        return cards.order_by(Lower("operator__name").asc(nulls_last=True), Lower("label"), "pk")
    if sort == "added":
        return cards.order_by(F("created_at").desc(), "-pk")
    return by_urgency(cards, now=now)


def _row(card: Card, now: datetime, reader: Reader) -> Row:
    row = card.leading
    sight = sight_of(row, card, now=now, reader=reader) if row else None
    return Row(
        id=card.public_id,
        label=card.label,
        number=show_number(card.number) if card.number else "",
        operator=str(card.operator or ""),
        day=reader.day(row.ends_on) if row and row.ends_on else "",
        countdown=(sight.countdown if row and row.ends_on else sight.title) if sight else "",
        stage=(sight.stage if sight else Stage.NONE).value,
        stage_text=sight.stage_text if sight else stage_text(Stage.NONE),
    )
