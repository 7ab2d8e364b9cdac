"""A deadline as a person sees it: the same words on pages and in mails."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from django.utils.functional import cached_property  # the standard library's holds a lock each time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, to_locale

from cards.models import Card, Deadline, DeadlineKind, DeadlineState, Intent, User
from cards.rules.places import day_at, end_of_day
from cards.rules.stages import Stage, stage


@lru_cache(maxsize=4096)
def _day_text(day: date, locale: str) -> str:
    if locale.startswith("zh"):
        return str(format_date(day, "y年M月d日 EEE", locale="zh_Hans"))
    return str(format_date(day, "EEE, d MMM y", locale=locale))


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes: language and time zone."""

    language: str
    zone: str

    @classmethod
    def of(cls, user: User, language: str | None = None) -> "Reader":
        return cls(language=language or user.language, zone=user.time_zone)

    @property
    def locale(self) -> str:
        return to_locale(self.language)

    def day(self, day: date) -> str:
        """Return a day with its weekday: "Thu, 31 Dec 2026"."""
        return _day_text(day, self.locale)

    def moment(self, instant: datetime, zone: str | None = None) -> str:
        """Return an instant as a local day and hour of the reader, or of another zone."""
        there = ZoneInfo(zone or self.zone)
        day = self.day(instant.astimezone(there).date())
        return f"{day} {format_time(instant, 'HH:mm', tzinfo=there, locale=self.locale)}"

    def short_moment(self, instant: datetime) -> str:
        """Return "12 Dec 09:00" in the reader's zone."""
        form = "M月d日 HH:mm" if self.locale.startswith("zh") else "d MMM HH:mm"
        return format_datetime(instant, form, tzinfo=ZoneInfo(self.zone), locale=self.locale)


_STAGES = {
    Stage.FAR: gettext_lazy("far off"),
    Stage.SOON: gettext_lazy("soon"),
    Stage.DUE: gettext_lazy("act now"),
    Stage.OVER: gettext_lazy("over"),
    Stage.LOST: gettext_lazy("lost"),
    Stage.UNKNOWN: gettext_lazy("date unknown"),
    Stage.NONE: gettext_lazy("no date"),
}


CONSEQUENCES = {
    DeadlineKind.CREDIT_LOT: gettext_lazy("What is left of this credit is gone afterwards."),
    DeadlineKind.ZERO_BALANCE: gettext_lazy("The balance is zero: without a top-up the line ends."),
    DeadlineKind.BALANCE: gettext_lazy(
        "Estimated: afterwards the balance does not cover what is taken. Top up, or read it again."
    ),
    DeadlineKind.DATA: gettext_lazy("Estimated from the readings: afterwards no data is left in this plan."),
    DeadlineKind.INSTALL_BY: gettext_lazy("Afterwards this eSIM can't be installed any more."),
    DeadlineKind.FIRST_USE: gettext_lazy("Unused, its validity begins by itself on this day."),
    DeadlineKind.SUSPENSION: gettext_lazy("The line must be woken by then, or it can be lost."),
    DeadlineKind.CHARGE: gettext_lazy("Record it when it was taken: nothing is taken as done by itself."),
    DeadlineKind.BILL: gettext_lazy("Record it when you have paid."),
    DeadlineKind.WAIT: gettext_lazy(
        "Record it when it has come. If it has not, ask what has become of it, and record that you asked."
    ),
    DeadlineKind.VERIFY: gettext_lazy(
        "Look whether it is so, and record what you see: nothing counts as done before."
    ),
    DeadlineKind.LOOK: gettext_lazy("Have a look, and record what you see."),
    DeadlineKind.APPLY: gettext_lazy("Apply by then: later it does not end on the day you wish for."),
    DeadlineKind.CHECK_UP: gettext_lazy(
        "A look at the account now and then shows what goes wrong unnoticed."
    ),
}


def stage_text(stage_: Stage) -> str:
    """Return a stage in one or two words."""
    return str(_STAGES[stage_])


@dataclass(frozen=True)
class Sight:
    """One deadline at one moment, for one reader. Nothing in it changes, so nothing is worked out twice."""

    deadline: Deadline
    card: Card
    now: datetime
    reader: Reader

    @cached_property
    def stage(self) -> Stage:
        row = self.deadline
        return stage(now=self.now, act_by_at=row.act_by_at, ends_at=row.ends_at, lost_at=row.lost_at)

    @cached_property
    def stage_text(self) -> str:
        if self.deadline.state == DeadlineState.MET:
            return _("done")
        if self.deadline.state == DeadlineState.DROPPED:
            return _("closed")
        return stage_text(self.stage)

    @cached_property
    def title(self) -> str:
        kind = str(DeadlineKind(self.deadline.kind).label)  # get_kind_display says every kind first
        title = self.deadline.title or self._playbook_title
        if not title:
            return kind
        return _("%(kind)s: %(title)s") % {"kind": kind, "title": title}

    @property
    def _playbook_title(self) -> str:
        titles = self.deadline.titles
        return str(titles.get(self.reader.language[:2].lower()) or titles.get("en", "")) if titles else ""

    @cached_property
    def there_zone(self) -> str:
        """Return the zone of the card's place whose day ends first."""
        zones = self.card.zones
        day = self.deadline.ends_on
        return min(zones, key=lambda zone: end_of_day(day, [zone])) if day else zones[0]

    @cached_property
    def there_name(self) -> str:
        """Return that place as the reader calls it: the operator's country, else the zone's city."""
        code = self.card.operator.country if self.card.operator else ""
        country = Locale.parse(self.reader.locale).territories.get(code)
        zone, locale = self.there_zone, self.reader.locale
        return str(country or get_timezone_location(zone, locale=locale, return_city=True))

    @cached_property
    def days_left(self) -> int | None:
        """Return whole days at the operator's place; negative after the end."""
        if self.deadline.ends_on is None:
            return None
        return (self.deadline.ends_on - day_at(self.now, self.card.zones)).days

    @cached_property
    def has_come(self) -> bool:
        """Tell whether its day has begun at the operator's place: what happens on it can be confirmed."""
        return self.days_left is not None and self.days_left <= 0

    @cached_property
    def is_whole_day(self) -> bool:
        day = self.deadline.ends_on
        return day is not None and end_of_day(day, self.card.zones) == self.deadline.ends_at

    @cached_property
    def countdown(self) -> str:
        """Return what is left in words; hours on the last day of a clock that counts hours."""
        row = self.deadline
        if row.ends_at is None or self.days_left is None:
            return _("date unknown")
        if self.now >= row.ends_at:
            days = (self.now - row.ends_at) // timedelta(days=1)
            over = ngettext("over for %(days)d day", "over for %(days)d days", days)
            return over % {"days": days} if days else _("over since today")
        if not self.is_whole_day and row.ends_at - self.now < timedelta(days=2):
            hours = (row.ends_at - self.now) // timedelta(hours=1)
            text = ngettext("%(hours)d hour left", "%(hours)d hours left", hours)
            return text % {"hours": hours}
        if self.days_left == 0:
            return _("last day today")
        text = ngettext("%(days)d day left", "%(days)d days left", self.days_left)
        return text % {"days": self.days_left}

    @cached_property
    def tally(self) -> tuple[str, str]:
        """Return the countdown as a big number and the word under it; no number where none counts."""
        row = self.deadline
        if row.ends_at is None or self.days_left is None:
            return "", _("date unknown")
        if self.now >= row.ends_at:
            days = (self.now - row.ends_at) // timedelta(days=1)
            if not days:
                return "", _("over since today")
            return str(days), ngettext("day over", "days over", days)
        if not self.is_whole_day and row.ends_at - self.now < timedelta(days=2):
            hours = (row.ends_at - self.now) // timedelta(hours=1)
            return str(hours), ngettext("hour left", "hours left", hours)
        if self.days_left == 0:
            return "", _("last day today")
        return str(self.days_left), ngettext("day left", "days left", self.days_left)

    @cached_property
    def ends_there(self) -> str:
        """Return the end as the operator's place counts it."""
        row = self.deadline
        if row.ends_on is None or row.ends_at is None:
            return ""
        if self.is_whole_day:
            return self.reader.day(row.ends_on)
        return self.reader.moment(row.ends_at, self.there_zone)

    @cached_property
    def ends_here(self) -> str:
        """Return the same instant on the reader's own clock."""
        return self.reader.moment(self.deadline.ends_at) if self.deadline.ends_at else ""

    @cached_property
    def is_elsewhere(self) -> bool:
        """Tell whether the two clocks differ at that instant."""
        at = self.deadline.ends_at
        if at is None:
            return False
        here, there = (at.astimezone(ZoneInfo(z)) for z in (self.reader.zone, self.there_zone))
        return here.utcoffset() != there.utcoffset()

    @cached_property
    def safe_day(self) -> str:
        row = self.deadline
        is_apart = row.act_by_on is not None and row.act_by_on != row.ends_on
        return self.reader.day(row.act_by_on) if row.act_by_on and is_apart else ""

    @cached_property
    def is_safe_over(self) -> bool:
        at = self.deadline.act_by_at
        return at is not None and self.now >= at

    @cached_property
    def proposal(self) -> str:
        """Return why this date is what it is while a changed rule waits for its owner's choice."""
        day = self.deadline.proposed_on
        if day is None:
            return ""
        text = _(
            "The operator's rule has changed: under the new one this ends on %(day)s. "
            "Until you choose, reminders follow the earlier of both dates."
        )
        return text % {"day": self.reader.day(day)}

    @cached_property
    def consequence(self) -> str:
        """Return what follows when nothing is done, or what has followed."""
        row, card = self.deadline, self.card
        if row.kind == DeadlineKind.ASK_VALIDITY:
            return _("Nobody knows until when this number is safe. Ask the operator and record the date.")
        if row.kind == DeadlineKind.PLAN_END:
            return _("What is left of the plan ends with it.")
        if row.kind != DeadlineKind.LINE:
            return str(CONSEQUENCES.get(DeadlineKind(row.kind), ""))
        return _("You let this number lapse.") if card.intent == Intent.LAPSE else self._loss

    @property
    def _loss(self) -> str:
        row = self.deadline
        if row.lost_at is not None:
            last = row.lost_at - timedelta(seconds=1)
            day = self.reader.day(last.astimezone(ZoneInfo(self.there_zone)).date())
            if self.now >= row.lost_at:
                return _("The number could be saved until %(day)s.") % {"day": day}
            return _("Number lost after %(day)s.") % {"day": day}
        if self.is_over:
            return _("It is not known how long the number can still be saved. Act today.")
        return _("After this date the number can be lost.")

    @cached_property
    def is_over(self) -> bool:
        return self.deadline.ends_at is not None and self.now >= self.deadline.ends_at

    @cached_property
    def is_urgent(self) -> bool:
        return self.stage in (Stage.DUE, Stage.OVER)


def sight_of(deadline: Deadline, card: Card, *, now: datetime, reader: Reader) -> Sight:
    return Sight(deadline=deadline, card=card, now=now, reader=reader)
