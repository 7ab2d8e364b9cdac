"""What only some rules say, as sentences: amounts, first periods, caps, needs, costs."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, Rule
from cards.queries.money import money_text
from cards.queries.periods import period_text

NEEDS = {
    "inserted": gettext_lazy("the card in a phone"),
    "roaming": gettext_lazy("roaming"),
    "at-home": gettext_lazy("being in the operator's country"),
    "wifi-calling": gettext_lazy("Wi-Fi calling"),
    "vpn": gettext_lazy("a VPN"),
}
_MODES = {
    "add": gettext_lazy("added to what is left"),
    "reset": gettext_lazy("counted anew"),
    "at-least": gettext_lazy("at least"),
}


def extra_sentences(rule: Rule) -> Iterator[str]:
    """One sentence each; nothing for a plain rule."""
    for tier in rule.tiers:
        yield _tier(tier, rule)
    yield from _first(rule)
    if rule.cap_count:
        yield _("Never more than %(period)s ahead.") % {"period": period_text(rule.cap_count, rule.cap_unit)}
    if rule.zero_count:
        period = period_text(rule.zero_count, rule.zero_unit)
        yield _("With a balance of zero the line ends after %(period)s.") % {"period": period}
    if rule.needs:
        yield _("What it needs: %(needs)s.") % {"needs": needs_text(rule)}
    for cost in rule.costs:
        yield cost_text(cost)


def needs_text(rule: Rule) -> str:
    """Return "the card in a phone, roaming"."""
    return _(", ").join(str(NEEDS.get(need, need)) for need in rule.needs)


def cost_text(cost: dict[str, Any]) -> str:
    """Return "SMS sent costs GBP 0.30 (an SMS abroad)."."""
    values = {
        "action": _kind(cost["kind"]),
        "amount": money_text(Decimal(cost["amount"]), cost["currency"]),
        "what": cost.get("what", ""),
    }
    if values["what"]:
        return _("%(action)s costs %(amount)s (%(what)s).") % values
    return _("%(action)s costs %(amount)s.") % values


def _kind(kind: str) -> str:
    return str(dict(ActionKind.choices).get(kind, kind))


def _tier(tier: dict[str, Any], rule: Rule) -> str:
    minimum = Decimal(tier["minimum"])
    values = {
        "minimum": money_text(minimum, rule.currency),
        "period": period_text(tier["count"], tier["unit"]),
    }
    mode = tier.get("mode")
    if mode and mode != rule.mode and not tier.get("is_credit"):
        values["period"] = _("%(period)s, %(mode)s") % {**values, "mode": _MODES[mode]}
    if tier.get("is_credit"):
        return _("From %(minimum)s on: the credit lasts %(period)s; the line's date stays.") % values
    if minimum:
        return _("From %(minimum)s on: %(period)s.") % values
    return _("Any amount: %(period)s.") % values


def _first(rule: Rule) -> Iterator[str]:
    period = period_text(rule.first_count, rule.first_unit)
    if rule.is_started_by_action:
        if period:
            yield _("Nothing runs until the first action that counts; that one gives %(period)s.") % {
                "period": period
            }
        else:
            yield _("Nothing runs until the first action that counts.")
    elif period:
        yield _("Until the first action that counts: %(period)s from the card's start.") % {"period": period}
