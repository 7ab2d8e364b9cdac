"""A card's timeline: its ledger and what the system saw and did, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from cards.models import (
    Action,
    ActionKind,
    Card,
    CardDateKind,
    CardSecrets,
    DeadlineKind,
    Event,
    EventKind,
    Intent,
    RecordKind,
    Run,
    StepRecord,
)
from cards.queries.ledger import first_meant, voided_ids
from cards.queries.money import money_text
from cards.queries.rule_words import rule_sentences
from cards.queries.run_words import in_words, record_words
from cards.queries.sight import Reader
from cards.queries.slots import slot_text
from cards.rules.stages import Stage

PAGE_SIZE = 30
LAST_PAGE = 200
ICONS = {
    ActionKind.TOP_UP: "wallet2", ActionKind.RENEWAL: "arrow-repeat", ActionKind.PLAN_BOUGHT: "credit-card",
    ActionKind.SMS: "chat-text", ActionKind.MMS: "chat-text", ActionKind.CALL: "telephone",
    ActionKind.DATA: "wifi", ActionKind.CHARGEABLE: "wifi", ActionKind.CALL_RECEIVED: "inbox",
    ActionKind.MESSAGE_READ: "inbox", ActionKind.READING: "calendar-check",
    ActionKind.NOTE: "journal-text", ActionKind.RULE_CHANGED: "list-ul", ActionKind.LOST: "sim-slash",
    ActionKind.CANCELLED: "sim-slash", ActionKind.FEE: "receipt", ActionKind.REFUND: "receipt",
    ActionKind.VOID: "arrow-counterclockwise",
    EventKind.CARD_ADDED: "sim", EventKind.CARD_CHANGED: "pencil", EventKind.CARD_ARCHIVED: "archive",
    EventKind.REMINDER_SENT: "envelope-check", EventKind.REMINDER_FAILED: "exclamation-triangle",
    EventKind.DATE_REACHED: "calendar-event", EventKind.NUMBER_LOST: "x-circle",
    EventKind.SECRETS_CHANGED: "key", EventKind.SECRETS_SHOWN: "eye", EventKind.SERVICE_CHANGED: "key",
    EventKind.SERVICE_REMOVED: "key", EventKind.WATCH_CHANGED: "bell",
    EventKind.RULE_PROPOSED: "list-ul", EventKind.RULE_DECLINED: "list-ul",
    EventKind.RUN_OPENED: "list-ul", EventKind.RUN_DONE: "check-circle", EventKind.RUN_REOPENED: "list-ul",
    EventKind.RUN_ABANDONED: "x-lg", EventKind.EVIDENCE_ADDED: "upload", EventKind.EVIDENCE_REMOVED: "trash",
    RecordKind.DONE: "check-lg", RecordKind.NOT_YET: "hourglass-split", RecordKind.CHASED: "telephone",
    RecordKind.LOOKED: "eye", RecordKind.NOTED: "journal-text", RecordKind.OVERDUE: "hourglass-split",
    RecordKind.REMINDED: "envelope-check", RecordKind.REACHED: "calendar-event",
}  # fmt: skip
_STAGES = {
    EventKind.REMINDER_FAILED: Stage.OVER,
    EventKind.DATE_REACHED: Stage.OVER,
    EventKind.NUMBER_LOST: Stage.LOST,
    EventKind.REMINDER_SENT: Stage.SOON,
    EventKind.RULE_PROPOSED: Stage.SOON,
}
# Of the records of steps these are small print: the step's own page has them.
_SMALL = (RecordKind.TICKED, RecordKind.UNTICKED, RecordKind.OVERRIDDEN)
# What the ledger writes by itself is taken back, not corrected.
_UNCORRECTABLE = {ActionKind.VOID, ActionKind.RULE_CHANGED}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the timeline: an action, an event or what was done in a step. `run_id`: of which run."""

    day: date
    at: datetime
    has_hour: bool
    title: str
    details: tuple[str, ...]
    icon: str
    stage: Stage
    who: str
    action: Action | None = None
    is_void: bool = False
    run_id: str = ""
    step: str = ""

    @property
    def can_undo(self) -> bool:
        return self.action is not None and not self.is_void

    @property
    def can_correct(self) -> bool:
        return self.can_undo and self.action is not None and self.action.kind not in _UNCORRECTABLE


@dataclass(frozen=True, slots=True)
class Timeline:
    items: tuple[Item, ...]
    page: int
    has_more: bool

    @property
    def newer(self) -> int:
        return self.page - 1

    @property
    def older(self) -> int:
        return self.page + 1


@dataclass(frozen=True, slots=True)
class Undone:
    """Which entries are without effect, and which rules went with them."""

    entries: frozenset[int]
    rules: frozenset[int]


def undone_of(card: Card) -> Undone:
    """Read what is voided, in one query over the entries that void or that changed the rule."""
    rows = list(
        card.actions.filter(Q(voids__isnull=False) | Q(rule__isnull=False)).only(
            "pk", "card", "voids", "rule"
        )
    )
    entries = voided_ids(rows)
    rules = frozenset(row.rule_id for row in rows if row.rule_id is not None and row.pk in entries)
    return Undone(entries, rules)


def page_number(text: str) -> int:
    """Return a page of the timeline; the first for anything senseless."""
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def timeline(card: Card, undone: Undone, *, page: int, reader: Reader, runs: Sequence[Run] = ()) -> Timeline:
    """Return one page of the timeline, in three queries; in four with `runs`, the card's own."""
    wanted = page * PAGE_SIZE + 1
    actions = (
        # A reading beside an action is shown with it, and its undoing with the action's.
        card.actions.filter(companion_of=None)
        .exclude(kind=ActionKind.VOID, voids__companion_of__isnull=False)
        .select_related("by", "voids__voids", "subscription", "rule")
        .prefetch_related("companions")
        .order_by("-acted_on", "-pk")[:wanted]
    )
    events = card.events.select_related("by").order_by("-happened_at", "-pk")[:wanted]
    items = [_of_action(row, undone, reader) for row in actions]
    by_id = {run.public_id: run for run in runs}
    items += [_of_event(row, reader, by_id) for row in events]
    if runs:
        records = StepRecord.objects.filter(run__in=runs).exclude(kind__in=_SMALL)
        titles = {run.pk: run for run in runs}
        newest = records.order_by("-recorded_on", "-pk")[:wanted]
        items += [_of_record(row, titles[row.run_id], reader) for row in newest]
    items.sort(key=lambda item: (item.day, item.at), reverse=True)
    start = (page - 1) * PAGE_SIZE
    return Timeline(tuple(items[start : start + PAGE_SIZE]), page, len(items) > start + PAGE_SIZE)


def _of_action(row: Action, undone: Undone, reader: Reader) -> Item:
    is_undoing = row.kind == ActionKind.VOID and row.voids is not None
    at = row.acted_at or row.recorded_at
    return Item(
        # An undoing stands where it was done, not where the undone entry stands.
        day=row.recorded_at.astimezone(ZoneInfo(reader.zone)).date() if is_undoing else row.acted_on,
        at=at,
        has_hour=row.acted_at is not None or is_undoing,
        title=_title(row),
        details=tuple(filter(None, _action_details(row, reader))),
        icon=ICONS.get(ActionKind(row.kind), "check-lg"),
        stage=Stage.NONE if is_undoing or row.pk in undone.entries else Stage.FAR,
        who=_("staff") if row.is_by_staff else "",
        action=row,
        is_void=row.pk in undone.entries,
    )


def _title(row: Action) -> str:
    kind = str(row.get_kind_display())
    if row.voids is None:
        return kind
    if row.kind == ActionKind.VOID:
        entry, is_undone = first_meant(row)
        text = _("Undone: %(entry)s") if is_undone else _("Counts again: %(entry)s")
        return text % {"entry": entry.get_kind_display()}
    return _("%(entry)s (corrected)") % {"entry": kind}


def _action_details(row: Action, reader: Reader) -> Iterable[str]:
    if row.kind == ActionKind.VOID and row.voids is not None:
        yield reader.day(row.voids.acted_on)
    if row.subscription is not None:
        yield row.subscription.name
    yield money_text(row.amount, row.currency)
    for expires_on in (row.expires_on, *(reading.expires_on for reading in row.companions.all())):
        if expires_on is not None:
            yield _("new expiry %(day)s") % {"day": reader.day(expires_on)}
    if row.balance is not None:
        currency = row.currency
        amount = money_text(row.balance, currency) if currency else f"{row.balance.normalize():f}"
        yield _("balance %(amount)s") % {"amount": amount}
    if row.data_left_mib is not None:
        yield _("%(count)d MiB left") % {"count": row.data_left_mib}
    yield row.method
    if row.order_number:
        yield _("order %(number)s") % {"number": row.order_number}
    if row.rule is not None:
        yield rule_sentences(row.rule)[0]
    yield row.note


def _of_record(row: StepRecord, run: Run, reader: Reader) -> Item:
    kind, definition = RecordKind(row.kind), run.version.definition
    details = (str(kind.label), record_words(kind, row.values, reader), row.note)
    return Item(
        day=row.recorded_at.astimezone(ZoneInfo(reader.zone)).date(),
        at=row.recorded_at,
        has_hour=True,
        title=in_words(definition.step(row.step).title),
        details=tuple(filter(None, details)),
        icon=ICONS.get(kind, "list-ul"),
        stage=Stage.FAR if kind == RecordKind.DONE else Stage.NONE,
        who=_("by the system") if row.by_id is None else "",
        run_id=run.public_id,
        step=row.step,
    )


def _of_event(row: Event, reader: Reader, runs: dict[str, Run]) -> Item:
    kind = EventKind(row.kind)
    run = runs.get(row.details.get("run", ""))
    title = in_words(run.version.definition.title) if run is not None else ""
    return Item(
        day=row.happened_at.astimezone(ZoneInfo(reader.zone)).date(),
        at=row.happened_at,
        has_hour=True,
        title=str(kind.label),
        details=tuple(filter(None, (title, *_event_details(row, reader)))),
        icon=ICONS.get(kind, "info-circle"),
        stage=_STAGES.get(kind, Stage.NONE),
        who=_("by the system") if row.by_id is None else "",
        run_id=run.public_id if run is not None else "",
    )


def _event_details(row: Event, reader: Reader) -> Iterable[str]:
    details: dict[str, Any] = row.details
    if details.get("deadline"):
        yield str(dict(DeadlineKind.choices).get(details["deadline"], details["deadline"]))
    if details.get("date"):
        yield str(dict(CardDateKind.choices).get(details["date"], details["date"]))
    yield from (str(details[name]) for name in ("plan", "charge") if details.get(name))
    if details.get("on", "None") != "None":
        yield reader.day(date.fromisoformat(details["on"]))
    if details.get("slot"):
        yield slot_text(str(details["slot"]), reader)
    if details.get("intent"):
        yield str(dict(Intent.choices).get(details["intent"], details["intent"]))
    if details.get("fields"):
        told = (*Card._meta.fields, *CardSecrets._meta.fields)
        names = {field.name: str(field.verbose_name) for field in told} | {"numbers": _("further numbers")}
        yield _(", ").join(names.get(name, name) for name in details["fields"])
    if details.get("change"):
        yield _(", ").join(_change_text(name) for name in details["change"])
    if details.get("error"):
        yield str(details["error"])


def _change_text(name: str) -> str:
    texts = {
        "seen_at": _("seen"),
        "snoozed_until": _("snoozed"),
        "is_muted": _("muted"),
        "leads": _("own leads"),
    }
    return texts.get(name, name)
