"""What a playbook is: an ordered list of steps, each with what it asks, waits for and proves."""

from dataclasses import dataclass
from enum import StrEnum

from cards.rules.periods import Period


class StepKind(StrEnum):
    """do: tick; read: type in what the operator shows; pay: record a payment; verify: compare;
    each: one tick for every item of a list; wait: until an answer or the end; start: another playbook."""

    DO = "do"
    READ = "read"
    PAY = "pay"
    VERIFY = "verify"
    EACH = "each"
    WAIT = "wait"
    START = "start"


class Case(StrEnum):
    """In which case only a step is needed."""

    NOT_ARRIVED = "not-arrived"
    OWED = "owed"
    DEPOSIT_DUE = "deposit-due"
    REFUND_DUE = "refund-due"
    WINDOW_OVER = "window-over"


class WaitUnit(StrEnum):
    DAY = "day"
    WORKING_DAY = "working-day"


@dataclass(frozen=True, slots=True)
class Words:
    """The same text in the languages of a file."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long an answer takes.

    `most` None: as long as support named in an earlier step, and `ask_after` while that is unknown; or
    `until`, the day of that ask. `is_assumed`: our own guess, neither the guide's nor the operator's.
    """

    least: int | None = None
    most: int | None = None
    ask_after: int | None = None
    until: str = ""
    unit: WaitUnit = WaitUnit.DAY
    is_assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """During a wait, something to look at every so often."""

    what: str
    every: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. Its key never changes; one that was split names the first part in `part_of`."""

    key: str
    kind: StepKind
    title: Words
    hint: Words | None = None
    warning: Words | None = None
    part_of: str = ""
    asks: tuple[str, ...] = ()
    is_optional: bool = False
    has_evidence: bool = False
    case: Case | None = None
    # What a payment of this step is in the ledger.
    records: str = ""
    # Of `each`: which list of the card, and whether a tick means that the item was moved away.
    items: str = ""
    is_moving: bool = False
    starts: tuple[str, ...] = ()
    # It is about the card that takes this one's place: what is typed, and what is started, is that card's.
    is_for_successor: bool = False
    wait: Wait | None = None
    look: Look | None = None
    recheck: Period | None = None
    again: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """`purposes` and `forms`: for which cards it is meant; empty: for any. `every`: done again and again."""

    key: str
    guide: str
    title: Words
    why: Words | None = None
    purposes: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    every: Period | None = None
    steps: tuple[Step, ...] = ()

    def step(self, key: str) -> Step:
        """The step of that key; KeyError when there is none."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    @property
    def outlasts_card(self) -> bool:
        """Whether it goes on when its card is gone: it ends the card, or moves what hangs on the number."""
        return any(step.is_moving or "applied_on" in step.asks for step in self.steps)

    def fits(self, purposes: list[str], form: str) -> bool:
        """Whether it is meant for a card with these purposes and of this form."""
        is_meant = not self.purposes or bool(set(self.purposes) & set(purposes))
        return is_meant and (not self.forms or form in self.forms)
