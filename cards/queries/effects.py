"""What a change would do to the deadlines, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Card, Deadline, DeadlineKind
from cards.queries.sight import Reader, Sight, sight_of
from cards.rules.ledger import Outcome

Pair = tuple[Deadline | None, Deadline | None]


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence; `level` is success, info, warning or error."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One deadline before and after; None: it is not there then."""

    before: Sight | None
    after: Sight | None

    @property
    def title(self) -> str:
        sight = self.after or self.before
        return sight.title if sight else ""

    @property
    def is_question(self) -> bool:
        sight = self.after or self.before
        return sight is not None and sight.deadline.kind == DeadlineKind.ASK_VALIDITY

    @property
    def is_shortened(self) -> bool:
        before = self.before.deadline.ends_at if self.before else None
        after = self.after.deadline.ends_at if self.after else None
        return before is not None and after is not None and after < before

    @property
    def difference(self) -> str:
        """Return "12 days earlier than before"; nothing unless both days are known."""
        before = self.before.deadline.ends_on if self.before else None
        after = self.after.deadline.ends_on if self.after else None
        if before is None or after is None or before == after:
            return ""
        days = abs((after - before).days)
        if after < before:
            text = ngettext("%(days)d day earlier than before", "%(days)d days earlier than before", days)
        else:
            text = ngettext("%(days)d day later than before", "%(days)d days later than before", days)
        return text % {"days": days}

    @property
    def sentence(self) -> str:
        """Return "Line validity: Mon, 31 May 2027" for a message after saving; nothing for a question."""
        if self.after is None or not self.after.ends_there:
            return ""
        return _("%(deadline)s: %(day)s.") % {"deadline": self.title, "day": self.after.ends_there}


@dataclass(frozen=True, slots=True)
class EffectView:
    """All that a form says about its effect before it is saved."""

    rows: tuple[EffectRow, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def is_shortened(self) -> bool:
        return any(row.is_shortened for row in self.rows)

    @property
    def summary(self) -> str:
        return " ".join(row.sentence for row in self.rows if row.sentence)


def effect_view(
    pairs: Iterable[Pair],
    card: Card,
    *,
    now: datetime,
    reader: Reader,
    remarks: Iterable[Remark] = (),
) -> EffectView:
    """Return the deadlines before and after; the line's first."""
    rows = [EffectRow(_sight(was, card, now, reader), _sight(will, card, now, reader)) for was, will in pairs]
    rows.sort(key=lambda row: row.is_question)
    said = list(remarks)
    if not rows:
        said.append(Remark("info", _("No deadline changes.")))
    return EffectView(tuple(rows), tuple(said))


def _sight(row: Deadline | None, card: Card, now: datetime, reader: Reader) -> Sight | None:
    return sight_of(row, card, now=now, reader=reader) if row is not None else None


def outcome_remark(outcome: Outcome | None, *, has_rule: bool, moves: bool) -> Remark | None:
    """Say whether an entry counts for the line, and why not."""
    if outcome is None:
        return None
    if outcome is Outcome.OTHER_KIND and not has_rule:
        return Remark("info", _("This card has no rule yet, so an action alone moves no date."))
    if outcome is Outcome.COUNTED and not moves:
        text = _(
            "This counts, but the date stays: it was read off on that day or later, and it stands. "
            "If you did this after reading it, type the new expiry too."
        )
        return Remark("info", text)
    return {
        Outcome.COUNTED: Remark("success", _("This counts: it keeps the card alive.")),
        Outcome.READ: Remark("success", _("The operator's own date is taken over.")),
        Outcome.UNCONFIRMED: Remark("warning", unconfirmed_text()),
        Outcome.REOPENED: Remark("success", _("The line is taken as restored; record its new date as well.")),
        Outcome.TOO_SMALL: Remark(
            "warning", _("This does not count: the rule asks for a larger amount than is given here.")
        ),
        Outcome.OTHER_KIND: Remark(
            "warning", _("This does not count: the rule does not name this kind of action.")
        ),
        Outcome.OTHER_CURRENCY: Remark(
            "warning", _("This does not count: the rule's minimum is in another currency.")
        ),
        Outcome.OTHER_CLOCK: Remark(
            "warning",
            _("This prolongs the credit only: by the rule this amount does not move the line's date."),
        ),
        Outcome.SHORTENED: Remark(
            "warning", _("The line's date moves back by the days of validity that went to the other line.")
        ),
        Outcome.AFTER_LOSS: Remark(
            "error", _("This changes nothing: by then the line was lost. Record “Restored” if it came back.")
        ),
        Outcome.NO_EFFECT: Remark("info", _("This is kept in the history but moves no date.")),
    }[outcome]


def unconfirmed_text() -> str:
    return _(
        "This date is later than the rule allows. It is kept, but reminders follow the earlier date "
        "until it is recorded a second time."
    )
