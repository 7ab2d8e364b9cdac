"""A validity rule as sentences."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, CountsFrom, ExtendMode, Rule
from cards.queries.money import money_text
from cards.queries.periods import period_text

AT_STAKE = {
    "credit": gettext_lazy("the credit"),
    "service": gettext_lazy("the service"),
    "number": gettext_lazy("the number"),
}


def kinds_text(kinds: Iterable[str]) -> str:
    """Return "Top-up, SMS sent"."""
    labels = dict(ActionKind.choices)
    return _(", ").join(str(labels.get(kind, kind)) for kind in kinds)


def rule_sentences(rule: Rule) -> list[str]:
    """Return what counts, what it gives, and what follows the end; one sentence each."""
    return [_grants(rule), *_stages(rule)]


def _grants(rule: Rule) -> str:
    values = {
        "actions": kinds_text(rule.counts),
        "period": period_text(rule.period_count, rule.period_unit),
        "minimum": money_text(rule.minimum, rule.currency) if rule.minimum is not None else "",
    }
    if rule.minimum:
        first = _("Counts: %(actions)s, from %(minimum)s on.") % values
    else:
        first = _("Counts: %(actions)s.") % values
    return f"{first} {_effect(rule) % values}"


def _effect(rule: Rule) -> str:
    if rule.mode == ExtendMode.ADD:
        return {
            CountsFrom.END.value: _("Each adds %(period)s to the current end."),
            CountsFrom.LATER.value: _("Each adds %(period)s to what is left."),
        }.get(rule.counts_from, _("Each adds %(period)s."))
    if rule.mode == ExtendMode.AT_LEAST:
        return _("Each gives at least %(period)s and never shortens.")
    return {
        CountsFrom.END.value: _("Each gives %(period)s from the current end."),
        CountsFrom.LATER.value: _("Each gives %(period)s from that day or the current end, the later."),
    }.get(rule.counts_from, _("Each gives %(period)s from that day."))


def _stages(rule: Rule) -> list[str]:
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
