"""The state of one line's validity while its ledger is played, entry by entry."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from cards.rules.ledger import CREDIT_SENT, READING, RESTORED, SHOWS_LIFE, Entry, Outcome
from cards.rules.reckoning import End, Grant, fixed_end, reckon, shortened
from cards.rules.rulebook import Rule, Rulebook, Version
from cards.rules.stages import NOTHING_KNOWN, AfterEnd, AfterStage, after_end


class Line:
    """The state; `begin` or `begin_fixed` at most once, then `take` every entry in order."""

    __slots__ = (
        "_book",
        "_is_from_start",
        "alive_on",
        "by",
        "counted_on",
        "end",
        "is_hearsay",
        "known_at",
        "length",
        "pending",
        "zones",
    )

    def __init__(self, book: Rulebook, zones: tuple[str, ...]) -> None:
        self._book = book
        self.zones = zones
        self.end: End | None = None
        self.by: int | None = None
        self.known_at: datetime | None = None
        self.length: timedelta | None = None
        self.is_hearsay = False
        # Reckoned from the card's start alone.
        self._is_from_start = False
        self.pending: date | None = None
        self.counted_on: date | None = None
        self.alive_on: date | None = None

    def begin_fixed(self, on: date, started_on: date | None) -> None:
        """A date fixed with the card, by a person: firm, known before every entry."""
        version = self._book.on(on)
        self.end = fixed_end(on, started_on or on)
        self.length = None if version is None else version.rule.period.length

    def begin(self, started_on: date) -> None:
        """The first period, from the card's start, if the rule in force then states one.

        A rule that states none gives no date before the first counting action: a card activated
        years ago with nothing recorded has an unknown date, not one long past.
        """
        version = self._book.on(started_on)
        rule = None if version is None else version.rule
        if version is None or rule is None or rule.first_action_starts:
            return
        period = rule.first_period
        if period is None:
            return
        grant = Grant(rule, period, rule.mode)
        self.end = reckon(None, grant, started_on, None, self.zones)
        self.known_at = version.recorded_at
        self.length = period.length
        self.is_hearsay = rule.is_hearsay
        self._is_from_start = True

    def take(self, day: date, entry: Entry) -> Outcome:
        """Play one entry dated `day` at the operator's place."""
        if entry.kind == READING:
            return self._read(day, entry)
        if entry.kind == CREDIT_SENT and entry.days_given is not None:
            return self._give(day, entry, entry.days_given)
        version = self._book.on(day)
        has_reopened = entry.kind == RESTORED and self._is_lost(day)
        if has_reopened:
            self._reopen()
        if version is None or entry.kind not in version.rule.counts:
            if entry.kind in SHOWS_LIFE and not self._is_lost(day):
                self.alive_on = day
            return Outcome.REOPENED if has_reopened else Outcome.OTHER_KIND
        # A loss reckoned from the card's start alone is no known one: an entry that shows the
        # line alive later proves that the ledger is incomplete.
        if not self._is_from_start and self._is_lost(day):
            return Outcome.AFTER_LOSS
        self.alive_on = day
        return self._weigh(day, entry, version)

    def _weigh(self, day: date, entry: Entry, version: Version) -> Outcome:
        rule = version.rule
        grant = granted(rule, entry)
        if isinstance(grant, Outcome):
            return grant
        if self.end is None and self.counted_on is None and rule.first_action_starts:
            grant = Grant(rule, rule.first_period or grant.period, grant.mode)
        self.counted_on = day
        return self._count(day, entry, version, grant)

    def _count(self, day: date, entry: Entry, version: Version, grant: Grant) -> Outcome:
        rule, end = version.rule, self.end
        new = reckon(end, grant, day, entry.at, self.zones)
        known_at: datetime | None = max(entry.recorded_at, version.recorded_at)
        is_hearsay = rule.is_hearsay
        if end is not None:
            is_later = new.is_after(end, self.zones)
            is_earlier = not is_later and end.is_after(new, self.zones)
            blocked = is_later and rule.is_hearsay and not self.is_hearsay
            if new is end or blocked:
                return Outcome.NO_EFFECT
            if not is_later and not is_earlier:
                known_at = _earlier(known_at, self.known_at)
            elif new.follows and known_at is not None and self.known_at is not None:
                known_at = max(known_at, self.known_at)
            is_hearsay = rule.is_hearsay or (new.follows and self.is_hearsay)
        self.is_hearsay = is_hearsay
        self._fix(new, entry.id, known_at, grant.period.length)
        return Outcome.COUNTED

    def _give(self, day: date, entry: Entry, days: int) -> Outcome:
        """Validity that went to another line with credit."""
        if self._is_lost(day):
            return Outcome.AFTER_LOSS
        self.alive_on = day
        if self.end is None:
            return Outcome.NO_EFFECT
        end = shortened(self.end, days, day, self.zones)
        if end is self.end:
            return Outcome.NO_EFFECT
        known_at = entry.recorded_at if self.known_at is None else max(entry.recorded_at, self.known_at)
        is_from_start = self._is_from_start
        self._fix(end, entry.id, known_at, self.length)
        # An incomplete ledger stays one: what was given away came from the same start.
        self._is_from_start = is_from_start
        return Outcome.SHORTENED

    def _read(self, day: date, entry: Entry) -> Outcome:
        on = entry.expires_on
        if on is None:
            return Outcome.NO_EFFECT
        if self._is_lost(day):
            if on < day:
                return Outcome.AFTER_LOSS
            # The operator's own date shows the line alive, whatever was reckoned.
            self._reopen()
        version = self._book.on(day)
        rule = None if version is None else version.rule
        if self.pending is not None and on >= self.pending:
            self._settle(self.pending, day, entry, rule)
        if on >= day:
            self.alive_on = day
        allowed = self._allowed(day, rule)
        if allowed is None or on <= allowed:
            self._settle(on, day, entry, rule)
            return Outcome.READ
        # The earlier date rules: the current end, unless it is only reckoned from the card's
        # start and this very reading disproves it.
        if self.end is None or (self._is_from_start and self.end.on < day):
            self._settle(allowed, day, entry, rule)
        self.pending = on
        return Outcome.UNCONFIRMED

    def _allowed(self, day: date, rule: Rule | None) -> date | None:
        """The latest end that one action on `day` could give; None where no A or B rule says."""
        if rule is None or rule.is_hearsay:
            return None
        grants = [Grant(rule, rule.period, rule.mode)]
        grants.extend(Grant(rule, tier.period, tier.mode or rule.mode) for tier in rule.line_tiers)
        if rule.first_period is not None:
            grants.append(Grant(rule, rule.first_period, rule.mode))
        allowed = max(reckon(None, grant, day, None, self.zones).on for grant in grants)
        if self.end is None:
            return allowed
        further = max(reckon(self.end, grant, day, None, self.zones).on for grant in grants)
        return max(allowed, further, self.end.on)

    def _settle(self, on: date, day: date, entry: Entry, rule: Rule | None) -> None:
        """Let a reading fix the end at `on`."""
        known_at: datetime | None = entry.recorded_at
        end = fixed_end(on, day)
        if self.end is not None and self.end.on == on:
            known_at = _earlier(known_at, self.known_at)
            if self.end.at is not None:
                # The reading names the day, the ledger already knows the hour.
                end = end._replace(at=self.end.at)
        self.pending = None
        self.is_hearsay = False
        self._fix(end, entry.id, known_at, None if rule is None else rule.period.length)

    def _fix(self, end: End, by: int, known_at: datetime | None, length: timedelta | None) -> None:
        self.end = end
        self.by = by
        self.known_at = known_at
        self.length = length
        self._is_from_start = False
        if self.pending is not None and self.pending <= end.on:
            self.pending = None

    def after(self) -> AfterEnd:
        """What follows the current end by the rule then in force; hearsay lengths are unknown."""
        version = None if self.end is None else self._book.on(self.end.on)
        if self.end is None or version is None:
            return NOTHING_KNOWN
        rule = version.rule
        if rule.is_hearsay:
            stages = tuple(AfterStage(one.name, None, one.consequence) for one in rule.stages)
            return after_end(self.end.on, stages)
        return after_end(self.end.on, rule.stages, is_lost_at_end=rule.is_lost_at_end)

    def _is_lost(self, day: date) -> bool:
        if self.end is None or day <= self.end.on:
            return False
        lost_on = self.after().lost_on
        return lost_on is not None and day >= lost_on

    def _reopen(self) -> None:
        """Forget the end: what comes next counts from itself."""
        self.end = self.by = self.known_at = self.length = self.pending = None
        self.is_hearsay = self._is_from_start = False


def granted(rule: Rule, entry: Entry) -> Grant | Outcome:
    """What an entry of a counting kind is given by its amount, or why it does not count.

    A rule whose tiers all name the credit's clock gives the line its own period for any amount.
    """
    minimum, has_tiers = rule.minimum_of(entry.kind), bool(rule.line_tiers)
    if minimum is None and not has_tiers:
        return Grant(rule, rule.period, rule.mode)
    if entry.amount is None or (entry.currency == rule.currency and entry.amount < (minimum or 0)):
        return Outcome.TOO_SMALL
    if entry.currency != rule.currency:
        return Outcome.OTHER_CURRENCY
    return _by_tier(rule, entry.amount) if has_tiers else Grant(rule, rule.period, rule.mode)


def _by_tier(rule: Rule, amount: Decimal) -> Grant | Outcome:
    tier = rule.tier_of(amount)
    if tier is None:
        return Outcome.TOO_SMALL
    return Outcome.OTHER_CLOCK if tier.is_credit else Grant(rule, tier.period, tier.mode or rule.mode)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier instant; None stands before every entry."""
    return None if one is None or other is None else min(one, other)
