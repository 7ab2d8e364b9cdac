"""One deadline as it should be stored, and how its dates hang together."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cards.models import Card, DeadlineState
from cards.rules.places import end_of_day
from cards.rules.timetable import After


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The columns that `timetable` compares with what is stored."""

    kind: str
    subject: str = ""
    title: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    state: str = DeadlineState.OPEN
    ends_on: date | None = None
    ends_at: datetime | None = None
    act_by_on: date | None = None
    act_by_at: datetime | None = None
    save_until_at: datetime | None = None
    lost_at: datetime | None = None
    known_at: datetime
    period_seconds: int | None = None
    after: str = After.NOTHING
    is_hearsay: bool = False
    is_estimated: bool = False
    is_covered: bool = False
    unconfirmed_on: date | None = None
    proposed_on: date | None = None
    is_place_assumed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.subject


def on_day(  # noqa: PLR0913 - each names one column
    card: Card,
    kind: str,
    day: date,
    *,
    known_at: datetime,
    since: date | None = None,
    subject: str = "",
    title: str = "",
    titles: dict[str, str] | None = None,
    state: str = DeadlineState.OPEN,
    after: str = After.ONCE,
    is_estimated: bool = False,
    is_covered: bool = False,
) -> Wanted:
    """Return a deadline without a margin: the end of a day at the card's place.

    `since`: the day its time began; leads are not longer than half of that.
    """
    ends_at = end_of_day(day, card.zones)
    return Wanted(
        kind=kind,
        subject=subject,
        title=title,
        titles=titles or {},
        state=state,
        ends_on=day,
        ends_at=ends_at,
        act_by_on=day,
        act_by_at=ends_at,
        known_at=known_at,
        period_seconds=None if since is None else seconds(timedelta(days=max((day - since).days, 1))),
        after=after,
        is_estimated=is_estimated,
        is_covered=is_covered,
        is_place_assumed=card.is_place_assumed,
    )


def safe_date(ends_on: date | None, margin: int) -> date | None:
    return ends_on - timedelta(days=margin) if ends_on else None


def seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())
