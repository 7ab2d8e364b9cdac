"""A validity rule as sentences."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

from cards.models import ActionKind, CountsFrom, ExtendMode, Rule
from cards.queries.ledger import rule_of
from cards.queries.money import money_text
from cards.queries.periods import period_text
from cards.queries.rule_extras import extra_sentences
from cards.rules.reckoning import Grant, reckon

AT_STAKE = {
    "credit": gettext_lazy("the credit"),
    "service": gettext_lazy("the service"),
    "number": gettext_lazy("the number"),
}
# What counts, inside a sentence; a kind that is not here goes by its own name.
_PHRASES = {
    ActionKind.TOP_UP: gettext_lazy("a top-up"),
    ActionKind.RENEWAL: gettext_lazy("a renewal"),
    ActionKind.PLAN_BOUGHT: gettext_lazy("a plan bought"),
    ActionKind.SMS: gettext_lazy("an SMS sent"),
    ActionKind.MMS: gettext_lazy("an MMS sent"),
    ActionKind.CALL: gettext_lazy("a call made"),
    ActionKind.DATA: gettext_lazy("data used"),
    ActionKind.CHARGEABLE: gettext_lazy("any other charged use"),
    ActionKind.CALL_RECEIVED: gettext_lazy("a call received"),
    ActionKind.MESSAGE_READ: gettext_lazy("a message received and read"),
    ActionKind.CREDIT_SENT: gettext_lazy("credit sent"),
    ActionKind.CREDIT_RECEIVED: gettext_lazy("credit received"),
    ActionKind.FEE: gettext_lazy("a fee paid"),
    ActionKind.ACTIVATED: gettext_lazy("the activation"),
    ActionKind.FIRST_USED: gettext_lazy("the first use"),
}
# A year without 29 February, so that the example is what most years give.
_EXAMPLE = date(2027, 3, 1)


def kinds_text(kinds: Iterable[str]) -> str:
    """Return "Top-up, SMS sent"."""
    labels = dict(ActionKind.choices)
    return _(", ").join(str(labels.get(kind, kind)) for kind in kinds)


def rule_sentences(rule: Rule) -> list[str]:
    """Return what counts, what it gives, and what follows the end; one sentence each."""
    return [_grants(rule), *extra_sentences(rule), *end_sentences(rule)]


def counts_text(rule: Rule) -> str:
    """Return "Counts: Top-up, from BHD 5.000 on." for a rule of which no period is known."""
    if not rule.minimum:
        return _("Counts: %(actions)s.") % {"actions": kinds_text(rule.counts)}
    values = {"actions": kinds_text(rule.counts), "minimum": money_text(rule.minimum, rule.currency)}
    return _("Counts: %(actions)s, from %(minimum)s on.") % values


def _grants(rule: Rule) -> str:
    period = period_text(rule.period_count, rule.period_unit)
    if _hangs_on_the_amount(rule):
        period = _("a time that depends on the amount")
    values = {"actions": capfirst(_actions(rule)), "period": period}
    return _first_day(rule, _effect(rule) % values, period)


def _actions(rule: Rule) -> str:
    """Return "a top-up from BHD 5.000 on or an SMS sent": kinds of one minimum stand together."""
    by_minimum: dict[Decimal | None, list[str]] = {}
    for kind in rule.counts:
        told = rule.minima.get(kind, rule.minimum)
        by_minimum.setdefault(Decimal(told) or None if told is not None else None, []).append(kind)
    groups = []
    for minimum, kinds in by_minimum.items():
        actions = _either([str(_PHRASES.get(ActionKind(kind), ActionKind(kind).label)) for kind in kinds])
        if minimum is not None:
            values = {"actions": actions, "minimum": money_text(minimum, rule.currency)}
            actions = _("%(actions)s from %(minimum)s on") % values
        groups.append(actions)
    return _either(groups)


def _either(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return _("%(most)s or %(last)s") % {"most": _(", ").join(texts[:-1]), "last": texts[-1]}


def _hangs_on_the_amount(rule: Rule) -> bool:
    """Tell whether every action that counts has an amount, and amounts have periods of their own."""
    is_tiered = any(not tier.get("is_credit") for tier in rule.tiers)
    return is_tiered and set(rule.counts) <= {ActionKind.TOP_UP.value}


def _effect(rule: Rule) -> str:
    base = str(rule.counts_from)
    if rule.mode == ExtendMode.ADD:
        if base == CountsFrom.END:
            return _("%(actions)s adds %(period)s to the current end")
        return _("%(actions)s adds %(period)s to what is left")
    if rule.mode == ExtendMode.AT_LEAST:
        return {
            CountsFrom.END.value: _("%(actions)s gives %(period)s from the current end and never shortens"),
            CountsFrom.LATER.value: _(
                "%(actions)s gives %(period)s from that day or the current end, the later, and never shortens"
            ),
        }.get(base, _("%(actions)s gives at least %(period)s from that day and never shortens"))
    return {
        CountsFrom.END.value: _("%(actions)s gives %(period)s from the current end"),
        CountsFrom.LATER.value: _("%(actions)s gives %(period)s from that day or the current end, the later"),
    }.get(base, _("%(actions)s gives %(period)s from that day"))


def _first_day(rule: Rule, grant: str, period: str) -> str:
    """Close the sentence with how the first day is counted, where days are counted from an action."""
    is_from_action = rule.counts_from != CountsFrom.END
    if rule.period_unit == "hour" or not (is_from_action or rule.has_first_day):
        return _("%(rule)s.") % {"rule": grant}
    values = {"rule": grant, "period": period, "first": _day_text(_EXAMPLE)}
    last = None if _hangs_on_the_amount(rule) else _example(rule)
    if last is None:
        if rule.has_first_day:
            return _("%(rule)s; the day itself is the first day.") % values
        return _("%(rule)s; the day itself is not counted.") % values
    values["last"] = _day_text(last)
    if rule.has_first_day:
        return _("%(rule)s; the day itself is the first day (%(first)s and %(period)s is %(last)s).") % values
    return _("%(rule)s; the day itself is not counted (%(first)s and %(period)s is %(last)s).") % values


def _example(rule: Rule) -> date | None:
    """Return the last good day of a card kept alive on 1 March; None where another year would mislead."""
    told = rule_of(rule)
    end = reckon(None, Grant(told, told.period, told.mode), _EXAMPLE, None, ["UTC"]).on
    return end if end.year == _EXAMPLE.year else None


def _day_text(day: date) -> str:
    locale = to_locale(get_language() or "en")
    return format_date(day, "M月d日" if locale.startswith("zh") else "d MMMM", locale=locale)


def end_sentences(rule: Rule) -> list[str]:
    """Return what follows the end; that it is not known is a sentence too."""
    if rule.is_lost_at_end:
        return [_("After the end the number is lost at once.")]
    if not rule.stages:
        return [_("What follows the end is not known: the number may be lost at once.")]
    sentences = []
    for stage in rule.stages:
        length = period_text(stage.get("count"), stage.get("unit") or "day")
        sentences.append(
            _("After the end: %(name)s, %(length)s; at stake: %(stake)s.")
            % {
                "name": stage.get("name") or _("next stage"),
                "length": length or _("of unknown length"),
                "stake": AT_STAKE.get(stage.get("consequence", ""), stage.get("consequence", "")),
            }
        )
    return sentences
