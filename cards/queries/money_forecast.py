"""What the readings of a card let expect, in words: always marked as an estimate, with its method."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import DeadlineKind, Subscription
from cards.queries.balance import Balance, balances_of, data_levels
from cards.queries.cover import renews
from cards.queries.effects import Remark
from cards.queries.ledger import Facts, period_of
from cards.queries.money import money_text
from cards.queries.sight import Reader, Sight
from cards.rules.balance import Fee, tops_up_on
from cards.rules.usage import Level, RunOut, in_order, is_low, overage, run_out


def plan_ends(sights: Sequence[Sight]) -> dict[str, date]:
    """Return the days on which plans end, by their deadline's subject."""
    rows = [sight.deadline for sight in sights if sight.deadline.kind == DeadlineKind.PLAN_END]
    return {row.subject: row.ends_on for row in rows if row.ends_on is not None}


def open_plans(facts: Facts) -> list[Subscription]:
    return [row for row in facts.subscriptions if row.closed_at is None]


def use_sentences(facts: Facts, balance: Balance | None, reader: Reader) -> Iterator[str]:
    """Yield what is used a day, of the balance and of each plan's data, and how that was worked out."""
    use = balance.use if balance and balance.currency else None
    if balance and use:
        text = _(
            "From %(count)d balances between %(since)s and %(until)s: about %(amount)s a day "
            "beside what is recorded."
        )
        yield text % {
            "count": use.count,
            "since": reader.day(use.since),
            "until": reader.day(use.until),
            "amount": money_text(use.per_day, balance.currency),
        }
    for plan in open_plans(facts):
        levels = in_order(data_levels(facts, plan))
        if levels:
            values = {"plan": plan.name, "size": int(levels[-1].left), "day": reader.day(levels[-1].day)}
            yield _("%(plan)s: %(size)d MB left, read on %(day)s.") % values
        found = run_out(levels)
        if found is not None and found.use is not None:
            yield _lasts(plan, found, reader)


def _lasts(plan: Subscription, found: RunOut, reader: Reader) -> str:
    assert found.use is not None
    text = ngettext(
        "%(plan)s: from %(count)d reading between %(since)s and %(until)s: %(size)d MB a day, "
        "so the data lasts until about %(day)s.",
        "%(plan)s: from %(count)d readings between %(since)s and %(until)s: %(size)d MB a day, "
        "so the data lasts until about %(day)s.",
        found.use.count,
    )
    return text % {
        "plan": plan.name,
        "count": found.use.count,
        "since": reader.day(found.use.since),
        "until": reader.day(found.use.until),
        "size": round(found.use.per_day),
        "day": reader.day(found.on),
    }


def topup_expected(facts: Facts, sights: Sequence[Sight], reader: Reader, today: date) -> str:
    """Return on which day the operator is likely to top the card up; nothing where it does not, or never.

    Nothing counts as topped up until it is recorded: a day that is over asks for that.
    """
    below, balance = facts.card.topup_below, balances_of(facts).get(facts.card.topup_currency)
    if balance is None or below is None:
        return ""
    fees = (*balance.fees, *_renewals(facts, balance, plan_ends(sights)))
    on = tops_up_on(balance.now, below, fees, balance.use)
    if on is None:
        return ""
    text = (
        _("Estimated: the next automatic top-up comes about %(day)s.")
        if on > today
        else _("Estimated: the automatic top-up was due about %(day)s. Record it when it has come.")
    )
    return text % {"day": reader.day(on)}


def _renewals(facts: Facts, balance: Balance, ends: dict[str, date]) -> Iterator[Fee]:
    """Yield what plans that renew by themselves take from the balance."""
    for plan in open_plans(facts):
        end = ends.get(str(plan.pk))
        if end is None or plan.price is None or plan.currency != balance.currency or not renews(plan):
            continue
        period = period_of(plan.period_count, plan.period_unit)
        # Of a pass by the hour only the next turn: its later ones are no days from an anchor.
        turns = None if period is None or period.is_hours else period
        yield Fee(amount=plan.price, first_on=end, period=turns)


def data_remarks(facts: Facts, sights: Sequence[Sight], reader: Reader) -> Iterator[Remark]:
    """Yield what is odd about each plan's data: used up, low, or too little for the plan's time."""
    ends = plan_ends(sights)
    for plan in open_plans(facts):
        levels = in_order(data_levels(facts, plan))
        if not levels:
            continue
        if is_low(levels[-1].left, plan.alarm_mib):
            yield _low(plan, levels[-1], reader)
        short = overage(run_out(levels), ends.get(str(plan.pk)))
        if short is not None and short.lacks is not None:
            yield Remark("warning", _over(plan, short.days, short.lacks))


def _low(plan: Subscription, last: Level, reader: Reader) -> Remark:
    values = {"plan": plan.name, "size": int(last.left), "day": reader.day(last.day)}
    if last.left <= 0:
        text = _("%(plan)s: the data was used up on %(day)s; more of it may cost extra.")
        return Remark("error", text % values)
    return Remark("warning", _("%(plan)s: only %(size)d MB were left on %(day)s.") % values)


def _over(plan: Subscription, days: int, lacks: int) -> str:
    text = ngettext(
        "Estimated: at this pace the data of %(plan)s runs out %(days)d day before the plan ends "
        "(about %(size)d MB over).",
        "Estimated: at this pace the data of %(plan)s runs out %(days)d days before the plan ends "
        "(about %(size)d MB over).",
        days,
    )
    return text % {"plan": plan.name, "days": days, "size": lacks}
