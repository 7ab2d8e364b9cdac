"""From the ledger and the rule's versions to the end of a line's validity.

`play` always starts from the beginning, so that a voided entry takes its effect with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cards.rules.ledger import Entry, Outcome, in_order
from cards.rules.line import Line
from cards.rules.rulebook import (
    From,
    Mode,
    Rule,
    Rulebook,
    Tier,
    Version,
    check_rule,
    renewal_rule,
)
from cards.rules.safe_dates import act_by, margin_days, subscription_end
from cards.rules.stages import AfterEnd, AfterStage

__all__ = [
    "AfterStage",
    "Entry",
    "From",
    "Mode",
    "Outcome",
    "Rule",
    "Tier",
    "Validity",
    "Version",
    "act_by",
    "check_rule",
    "margin_days",
    "play",
    "renewal_rule",
    "subscription_end",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The result of a ledger; every field can be recomputed from the facts.

    `known_at` is when this date became known (None: it stood before any entry), `period` the
    nominal length of the current period, `started_on` the day it was counted from. `last_alive_on`
    is the last day an entry shows the line alive, whether it counts or not. `unconfirmed_on` is a
    reading later than the rule allows; the earlier date rules until a second reading agrees.
    `save_until_on` and `lost_on` are None where unknown or only hearsay.
    """

    ends_on: date | None
    ends_at: datetime | None
    known_at: datetime | None
    period: timedelta | None
    is_hearsay: bool
    decided_by: int | None
    started_on: date | None
    last_counted_on: date | None
    last_alive_on: date | None
    unconfirmed_on: date | None
    lost_on: date | None
    save_until_on: date | None
    after: AfterEnd
    outcomes: Mapping[int, Outcome]


def play(
    entries: Iterable[Entry],
    versions: Sequence[Version],
    *,
    zones: Sequence[str],
    started_on: date | None = None,
    fixed: date | None = None,
) -> Validity:
    """Play all effective entries, in any order, and return what they come to.

    `zones` are the operator's. `started_on` is the card's start (activated, else first used,
    else bought) and gives the first period; `fixed` is a date fixed with the card, which stands
    until an entry moves it and takes the place of the first period. Without versions only
    readings set the end. ValueError without a zone.
    """
    line = Line(Rulebook(versions), tuple(zones))
    if fixed is not None:
        line.begin_fixed(fixed, started_on)
    elif started_on is not None:
        line.begin(started_on)
    outcomes = {entry.id: line.take(day, entry) for day, entry in in_order(entries, zones)}
    return _result(line, outcomes)


def _result(line: Line, outcomes: Mapping[int, Outcome]) -> Validity:
    end, after = line.end, line.after()
    return Validity(
        ends_on=None if end is None else end.on,
        ends_at=None if end is None else end.instant(line.zones),
        known_at=line.known_at,
        period=line.length,
        is_hearsay=line.is_hearsay,
        decided_by=line.by,
        started_on=None if end is None else end.base,
        last_counted_on=line.counted_on,
        last_alive_on=line.alive_on,
        unconfirmed_on=line.pending,
        lost_on=after.lost_on,
        save_until_on=after.save_until_on,
        after=after,
        outcomes=outcomes,
    )
