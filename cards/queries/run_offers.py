"""Which playbook a card needs now, and which one is under way already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, FilteredRelation, OuterRef, Q

from cards.catalogue.playbooks import parse_playbook
from cards.models import (
    Action,
    ActionKind,
    Card,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Intent,
    Playbook,
    Purpose,
    Rule,
    RunState,
)
from cards.queries.ledger import USES
from cards.queries.run_words import in_words
from cards.rules.places import day_at
from cards.rules.playbook import Playbook as Definition
from cards.rules.playbook import Words
from cards.rules.stages import Stage, stage

# Deadlines that runs themselves make; a refund is one of them where its subject names a step.
RUN_KINDS = frozenset(
    {
        DeadlineKind.WAIT, DeadlineKind.VERIFY, DeadlineKind.LOOK, DeadlineKind.APPLY, DeadlineKind.CHECK_UP,
    }
)  # fmt: skip
NUMBER_GONE = "number-gone"
_KEYS = {
    DeadlineKind.CREDIT_LOT: "top-up",
    DeadlineKind.ZERO_BALANCE: "top-up",
    DeadlineKind.BALANCE: "top-up",
    DeadlineKind.INSTALL_BY: "activate-esim",
    DeadlineKind.FIRST_USE: "activate-esim",
    DeadlineKind.SUSPENSION: "restore-suspended",
}
_OF_PLANS = (DeadlineKind.PLAN_END, DeadlineKind.DATA)


@dataclass(frozen=True, slots=True)
class Offer:
    """A playbook for one card. `run_id`: it is under way; "" if not.

    `is_of_run`: the run made the deadline, so going on there is all there is to do about it. `step`: the
    key of the step that the deadline is about, "" where it is about the run or not of one.
    """

    key: str
    words: Words
    card_id: str
    run_id: str = ""
    is_of_run: bool = False
    step: str = ""

    @property
    def query(self) -> str:
        """Return what leads to the step, behind the address of the run."""
        return step_address(self.step)

    @property
    def title(self) -> str:
        """Return its title in the language that is active."""
        return in_words(self.words)


def run_pk(deadline: Deadline) -> int | None:
    """Return which run a deadline belongs to; None for one that no run made."""
    if deadline.kind in RUN_KINDS:
        return int(deadline.subject.partition(":")[0])
    number, colon, _step = deadline.subject.partition(":")
    return int(number) if deadline.kind == DeadlineKind.REFUND and colon else None


def step_of(deadline: Deadline, playbook: Definition) -> str:
    """Return the key of the step that a run's deadline is about; "" where it is about the whole run."""
    number = deadline.subject.partition(":")[2]
    return playbook.steps[int(number)].key if number else ""


def step_address(key: str) -> str:
    """Return what leads to a step, behind the address of its run."""
    return f"?step={key}" if key else ""


def fitting(card: Card, kind: str, stage_: Stage, counts: Iterable[str] = ()) -> str:
    """Return the key of the playbook that a deadline of the card calls for now; "" where none does.

    `counts`: the actions that prolong the line by the rule in force.
    """
    if card.ended_as:
        return NUMBER_GONE if card.ended_as == ActionKind.LOST else ""
    if card.intent == Intent.CANCELLING:
        is_roaming = Purpose.ROAMING in card.purposes
        return "cancel-roaming" if is_roaming else "cancel-number-keeping"
    if card.intent == Intent.LAPSE:
        return ""
    if kind == DeadlineKind.LINE:
        return _of_line(card, stage_, frozenset(counts))
    if kind in _OF_PLANS:
        return _renewal(card)
    return _KEYS.get(DeadlineKind(kind), "") if kind else ""


def _of_line(card: Card, stage_: Stage, counts: frozenset[str]) -> str:
    if stage_ is Stage.LOST:
        return NUMBER_GONE
    if stage_ is Stage.OVER:
        return "restore-suspended"
    if counts and counts <= USES:
        return "keep-alive-by-use"
    return "renew-number-keeping" if Purpose.NUMBER_KEEPING in card.purposes else _renewal(card)


def _renewal(card: Card) -> str:
    return "renew-data-card" if Purpose.DATA in card.purposes else "top-up"


def offers_on(
    wanted: Sequence[tuple[Card, Deadline | None]],
    *,
    now: datetime,
    counts: Mapping[int, Sequence[str]] | None = None,
) -> list[Offer | None]:
    """Return what each deadline of a card calls for, or the run that made it; two queries for all of them.

    `counts`: what prolongs each card's line by its rule, where that is known already. None where nothing
    fits, or staff have retired what would. A card without a deadline is asked about by None: it can be
    lost.
    """
    if not wanted:
        return []
    if counts is None:
        counts = _counts([card for card, row in wanted if row is not None and _is_before_end(row, now)], now)
    keys = [_key(card, row, counts, now) for card, row in wanted]
    shelf = _shelf({card.pk for card, _row in wanted}, {key for key in keys if key})
    return [
        shelf.of_run(card, run, row) if row is not None and (run := run_pk(row)) else shelf.of_key(card, key)
        for (card, row), key in zip(wanted, keys, strict=True)
    ]


def awaited_refund(card: Card, now: datetime) -> Offer | None:
    """Return the step in which a refund of the card is waited for."""
    rows = card.deadlines.filter(kind=DeadlineKind.REFUND, state=DeadlineState.OPEN)
    of_runs = [(card, row) for row in rows if run_pk(row)]
    return offers_on(of_runs[:1], now=now)[0] if of_runs else None


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The playbooks that can be started, and the open runs of some cards."""

    texts: dict[str, str]
    by_key: dict[tuple[int, str], tuple[str, str]]
    by_run: dict[int, tuple[str, str, str]]

    def of_key(self, card: Card, key: str) -> Offer | None:
        run_id, text = self.by_key.get((card.pk, key), ("", self.texts.get(key, "")))
        return self._offer(card, key, text, run_id) if text else None

    def of_run(self, card: Card, run: int, row: Deadline) -> Offer | None:
        found = self.by_run.get(run)
        if not found:
            return None
        step = step_of(row, parse_playbook(found[1], key=found[0]))
        return replace(self._offer(card, *found), is_of_run=True, step=step)

    def _offer(self, card: Card, key: str, text: str, run_id: str) -> Offer:
        words = parse_playbook(text, key=key).title
        return Offer(key=key, words=words, card_id=card.public_id, run_id=run_id)


def _shelf(cards: set[int], keys: set[str]) -> _Shelf:
    """Read the playbooks of some keys and the open runs of the cards, in one query."""
    opened = FilteredRelation("runs", condition=Q(runs__state=RunState.OPEN, runs__card__in=cards))
    rows = Playbook.objects.annotate(opened=opened).filter(Q(key__in=keys) | Q(opened__isnull=False))
    shelf = _Shelf({}, {}, {})
    for key, retired_at, text, run, card, run_id, own_text in rows.values_list(
        "key", "retired_at", "current__text",
        "opened__pk", "opened__card_id", "opened__public_id", "opened__version__text",
    ):  # fmt: skip
        if retired_at is None and text:
            shelf.texts[key] = text
        if run is not None:
            shelf.by_key[card, key] = run_id, own_text
            shelf.by_run[run] = key, own_text, run_id
    return shelf


def _key(card: Card, row: Deadline | None, counts: Mapping[int, Sequence[str]], now: datetime) -> str:
    if row is None:
        return fitting(card, "", Stage.NONE)
    at = stage(now=now, act_by_at=row.act_by_at, ends_at=row.ends_at, lost_at=row.lost_at)
    return fitting(card, row.kind, at, counts.get(card.pk, ()))


def _is_before_end(row: Deadline, now: datetime) -> bool:
    return row.kind == DeadlineKind.LINE and (row.ends_at is None or now < row.ends_at)


def _counts(cards: Sequence[Card], now: datetime) -> dict[int, list[str]]:
    """Return what prolongs each card's line by its rule of today; before the first version by that."""
    if not cards:
        return {}
    void = Action.objects.filter(voids=OuterRef("pk")).filter(
        ~Exists(Action.objects.filter(voids=OuterRef("pk")))
    )
    undone = Action.objects.filter(Exists(void), rule=OuterRef("pk"))
    rules = Rule.objects.filter(~Exists(undone), card__in=cards, is_proposed=False)
    today: dict[int, date] = {card.pk: day_at(now, card.zones) for card in cards}
    found: dict[int, list[str]] = {}
    rows = rules.order_by("applies_from", "pk").values_list("card_id", "applies_from", "counts")
    for card, applies_from, counts in rows:
        if card not in found or applies_from <= today[card]:
            found[card] = counts
    return found
