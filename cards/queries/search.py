"""Searches what a person wrote: notes, order and case numbers, payment methods, names of cards and files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.catalogue.asks import ASKS, Shape
from cards.models import Action, BoundService, Card, CardDate, Evidence, Run, StepRecord, User
from cards.queries.excerpts import Excerpt, Words
from cards.queries.ledger import voided_ids
from cards.queries.numbers import show_number
from cards.queries.run_words import in_words, label_of
from cards.queries.timeline import ICONS

PAGE_SIZE = 50
# Each source is read up to the page: whoever has leafed so far had better type another word.
LAST_PAGE = 20
# What a person typed into a step as words; days, choices and codes are not among it. Beside it a tick keeps
# the item's name and its new place, and a step that was finished all the same what was still open.
_TYPED = tuple(name for name, ask in ASKS.items() if ask.shape in (Shape.TEXT, Shape.LONG_TEXT))
_BESIDE = {
    "name": gettext_lazy("service"),
    "moved_to": gettext_lazy("moved to"),
    "open": gettext_lazy("still open"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was found. `run_id`, `step`: where in which run; `entry`: the ledger's, 0 for none."""

    kind: str
    title: str
    icon: str
    day: date
    at: datetime
    card: Card
    excerpt: Excerpt
    run_id: str = ""
    step: str = ""
    entry: int = 0
    has_day: bool = True
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
        """Tell whether there is more than is ever shown."""
        return self.has_more and self.page == LAST_PAGE


@dataclass(frozen=True, slots=True)
class _Search:
    """`most`: how many of each kind are read."""

    person: User
    words: Words
    most: int

    def day(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.person.time_zone)).date()


def page_number(text: str) -> int:
    """Return a page of the results; the first for anything senseless."""
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def search(person: User, text: str, *, page: int) -> Found:
    """Return one page of what the person's own cards hold of `text`, in seven queries at most.

    What is encrypted is never searched.
    """
    wanted = _Search(person, Words.of(text), page * PAGE_SIZE + 1)
    results: list[Result] = []
    for source in (_cards, _actions, _records, _files, _services, _dates):
        results += source(wanted)
    results.sort(key=lambda result: (result.day, result.at), reverse=True)
    shown = results[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Found(tuple(_marked(shown)), page, len(results) > page * PAGE_SIZE)


def _marked(results: Sequence[Result]) -> Iterable[Result]:
    """Mark the entries that were undone; one query where there is an entry at all."""
    cards = {result.card.pk for result in results if result.entry}
    if not cards:
        return results
    void = voided_ids(Action.objects.filter(card__in=cards, voids__isnull=False).only("pk", "voids"))
    return [replace(result, is_void=result.entry in void) for result in results]


def _cards(wanted: _Search) -> Iterator[Result]:
    words = wanted.words
    found = words.inside("label", "note", "seller") | words.numbered("number", "iccid")
    for row in wanted.person.cards.filter(found).order_by("-created_at", "-pk")[: wanted.most]:
        texts = (
            (_("Label"), row.label),
            (_("Note"), row.note),
            (_("Seller"), row.seller),
            (_("Phone number"), show_number(row.number) if row.number else ""),
            ("ICCID", row.iccid),
        )
        yield Result(
            kind=_("Card"),
            title=row.label,
            icon="sim",
            day=wanted.day(row.created_at),
            at=row.created_at,
            card=row,
            excerpt=words.excerpt(texts),
        )


def _actions(wanted: _Search) -> Iterator[Result]:
    rows = Action.objects.filter(
        wanted.words.inside("note", "order_number", "method"), card__owner=wanted.person
    ).select_related("card")
    for row in rows.order_by("-acted_on", "-recorded_at", "-pk")[: wanted.most]:
        texts = (
            (_("Note"), row.note),
            (label_of("order_number"), row.order_number),
            (label_of("method"), row.method),
        )
        yield Result(
            kind=_("History"),
            title=str(row.get_kind_display()),
            icon=ICONS.get(row.kind, "clock-history"),  # type: ignore[call-overload]
            day=row.acted_on,
            at=row.recorded_at,
            card=row.card,
            excerpt=wanted.words.excerpt(texts),
            entry=row.pk,
        )


def _records(wanted: _Search) -> Iterator[Result]:
    # Each value by its name: the whole as text would hold the names too, and on SQLite no "ä" but "\u00e4".
    names = (*_TYPED, *_BESIDE)
    rows = (
        StepRecord.objects.filter(run__card__owner=wanted.person)
        .alias(**{f"typed_{name}": KT(f"values__{name}") for name in names})
        .filter(wanted.words.inside("note", *(f"typed_{name}" for name in names)))
        .select_related("run__card", "run__version__playbook")
    )
    labels = {name: label_of(name) for name in _TYPED} | {name: str(label) for name, label in _BESIDE.items()}
    for row in rows.order_by("-recorded_on", "-recorded_at", "-pk")[: wanted.most]:
        values = [(label, str(row.values.get(name) or "")) for name, label in labels.items()]
        yield Result(
            kind=_("Step"),
            title=_title(row.run, row.step),
            icon="list-ul",
            day=row.recorded_on,
            at=row.recorded_at,
            card=row.run.card,
            excerpt=wanted.words.excerpt([(_("Note"), row.note), *values]),
            run_id=row.run.public_id,
            step=row.step,
        )


def _files(wanted: _Search) -> Iterator[Result]:
    rows = Evidence.objects.filter(wanted.words.inside("name"), card__owner=wanted.person)
    rows = rows.select_related("card", "run__version__playbook")
    for row in rows.order_by("-added_at", "-pk")[: wanted.most]:
        yield Result(
            kind=_("File"),
            title=_title(row.run, row.step),
            icon="upload",
            day=wanted.day(row.added_at),
            at=row.added_at,
            card=row.card,
            excerpt=wanted.words.excerpt([(_("Name"), row.name)]),
            run_id=row.run.public_id,
            step=row.step,
        )


def _services(wanted: _Search) -> Iterator[Result]:
    """A service bears no day; it stands with the others by the day of its card."""
    rows = BoundService.objects.filter(
        wanted.words.inside("name", "note", "moved_to"), card__owner=wanted.person
    ).select_related("card")
    for row in rows.order_by("-card__created_at", "-pk")[: wanted.most]:
        texts = ((_("Name"), row.name), (_("Note"), row.note), (_("Moved to"), row.moved_to))
        yield Result(
            kind=_("Bound service"),
            title=row.name,
            icon="key",
            day=wanted.day(row.card.created_at),
            at=row.card.created_at,
            card=row.card,
            excerpt=wanted.words.excerpt(texts),
            has_day=False,
        )


def _dates(wanted: _Search) -> Iterator[Result]:
    rows = CardDate.objects.filter(wanted.words.inside("note"), card__owner=wanted.person)
    for row in rows.select_related("card").order_by("-due_on", "-recorded_at", "-pk")[: wanted.most]:
        yield Result(
            kind=_("Date"),
            title=str(row.get_kind_display()),
            icon="calendar-event",
            day=row.due_on,
            at=row.recorded_at,
            card=row.card,
            excerpt=wanted.words.excerpt([(_("Note"), row.note)]),
        )


def _title(run: Run, step: str) -> str:
    playbook = run.version.definition
    return f"{in_words(playbook.title)}: {in_words(playbook.step(step).title)}"
