"""From the values of a catalogue's file to the columns of its rows, and back to a rule's facts."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cards.catalogue.choosing import Option, options
from cards.catalogue.errors import Spot
from cards.catalogue.operators import CatalogueOperator, CataloguePlan
from cards.catalogue.rule import CatalogueRule as ToldRule
from cards.catalogue.rule import NoGrace
from cards.catalogue.sourced import Sourced
from cards.models import CatalogueRule
from cards.rules.periods import Period, Unit
from cards.rules.rulebook import Rule
from cards.rules.words import gettext_noop

from .operators import weekend_of, zones_of
from .rules import RuleFacts

_LONGEST_KEY = 200
_LARGEST_COUNT = 32767
# Where it was read changes nothing that a card's holder has to decide about.
_UNDIGESTED = ("source", "seen_on")
_DATE_FIELDS = ("seen_on",)
# Stands for the length of the plan bought where the file names no period; it is never stored.
_OF_THE_PLAN = Period(1, Unit.DAY)
_TUPLES = ("counts", "tiers", "needs", "costs", "stages")


def source_columns(told: Sourced) -> dict[str, Any]:
    return {"source": told.source, "seen_on": told.seen, "confidence": told.confidence}


def operator_columns(told: CatalogueOperator) -> dict[str, Any]:
    """Return the columns of an Operator, except owner and digest."""
    return {
        **source_columns(told),
        "key": told.key,
        "name": told.name,
        "country": told.country,
        "aliases": list(told.aliases),
        "time_zones": list(told.time_zones) or zones_of(told.country),
        "weekend": list(told.weekend) or weekend_of(told.country),
        "site_url": told.site or "",
        "app": told.app or "",
        "hotline": told.hotline or "",
        "retired_on": told.retired_on,
        "number_prefixes": list(told.number_prefixes.values) if told.number_prefixes else [],
        "iccid_prefixes": list(told.iccid_prefixes.values) if told.iccid_prefixes else [],
        "facts": [
            {
                "label": fact.label,
                "value": fact.value,
                "source": fact.source,
                "seen": _iso(fact.seen),
                "confidence": fact.confidence,
            }
            for fact in told.facts
        ],
        "ask": {"en": told.ask.en, "zh": told.ask.zh} if told.ask else {},
        "note": told.note,
    }


def rule_rows(told: CatalogueOperator) -> dict[str, dict[str, Any]]:
    """Return the columns of each CatalogueRule, by its key. CatalogueError for what no column holds."""
    found: dict[str, dict[str, Any]] = {}
    for option in options(told):
        key = f"{option.subject}:{option.when}"
        if len(key) > _LONGEST_KEY:
            key = f"{option.subject}:{hashlib.sha256(option.when.encode()).hexdigest()}"
        data = _rule_data(told, option)
        found[key] = {
            **source_columns(option.origin),
            "title": option.when,
            "subject": str(option.subject),
            "data": data,
            "others": [_other(rule) for rule in option.others],
            "note": option.governing.note if option.governing else "",
            "digest": digest_of({name: data[name] for name in data if name not in _UNDIGESTED}),
            "is_current": True,
        }
    return found


def digest_of(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def facts_of(row: CatalogueRule, *, period: tuple[int, str] | None = None) -> RuleFacts:
    """Return what a card takes over, with the link to where it is from.

    `period` (count, unit) is the holder's, for a rule of which no source names one: the length of the
    plan bought. Raise ValueError without either.
    """
    data = dict(row.data)
    if not data.get("period_count"):
        if period is None:
            raise ValueError(gettext_noop("the catalogue knows no period for this rule"))
        data["period_count"], data["period_unit"] = period
    for name in _DATE_FIELDS:
        data[name] = date.fromisoformat(data[name]) if data.get(name) else None
    for name in _TUPLES:
        data[name] = tuple(data.get(name) or ())
    data["minimum"] = Decimal(data["minimum"]) if data.get("minimum") is not None else None
    return RuleFacts(**data, catalogue=row)


def _rule_data(told: CatalogueOperator, option: Option) -> dict[str, Any]:
    """Return the facts of a Rule as JSON takes them; without a period where no source names one."""
    governing, origin = option.governing, option.origin
    rule = option.rule_of(_OF_THE_PLAN)
    assert rule is not None
    data: dict[str, Any] = {
        **_rule_columns(told, rule),
        "needs": list(governing.needs or ()) if governing else [],
        "costs": [_cost(cost) for cost in governing.costs] if governing else [],
        "source": origin.source,
        "seen_on": _iso(origin.seen),
        "confidence": origin.confidence,
    }
    if option.rule is None:
        del data["period_count"], data["period_unit"]
    return data


def _rule_columns(told: CatalogueOperator, rule: Rule) -> dict[str, Any]:
    first, cap, zero = rule.first_period, rule.cap, rule.zero_after
    return {
        "counts": sorted(rule.counts),
        "period_count": _count(told, rule.period),
        "period_unit": str(rule.period.unit),
        "counts_from": str(rule.base),
        "mode": str(rule.mode),
        "minimum": _text(rule.minimum),
        "minima": {kind: _text(amount) for kind, amount in rule.minima},
        "currency": rule.currency,
        "tiers": [
            {
                "minimum": _text(tier.minimum),
                "count": _count(told, tier.period),
                "unit": str(tier.period.unit),
                "mode": str(tier.mode) if tier.mode else None,
                "is_credit": tier.is_credit,
            }
            for tier in rule.tiers
        ],
        "first_count": _count(told, first),
        "first_unit": str(first.unit) if first else "day",
        "is_started_by_action": rule.first_action_starts,
        "cap_count": _count(told, cap),
        "cap_unit": str(cap.unit) if cap else "day",
        "zero_count": _count(told, zero),
        "zero_unit": str(zero.unit) if zero else "day",
        "is_lost_at_end": rule.is_lost_at_end,
        "has_first_day": rule.counts_first_day,
        "stages": [
            {
                "name": stage.name,
                "count": _count(told, stage.length),
                "unit": str(stage.length.unit) if stage.length else "day",
                "consequence": stage.consequence,
            }
            for stage in rule.stages
        ],
    }


def plan_rows(told: CatalogueOperator) -> dict[str, dict[str, Any]]:
    """Return the columns of each Plan, by its key: the name, numbered where several bear it."""
    found: dict[str, dict[str, Any]] = {}
    for plan in told.plans:
        key, number = plan.name, 1
        while key in found:
            number += 1
            key = f"{plan.name} #{number}"
        found[key] = _plan(told, plan)
    return found


def _plan(told: CatalogueOperator, plan: CataloguePlan) -> dict[str, Any]:
    return {
        **source_columns(plan),
        "name": plan.name,
        "kind": plan.kind,
        "price": plan.price,
        "currency": plan.currency,
        "period_count": _count(told, plan.period),
        "period_unit": str(plan.period.unit) if plan.period else "day",
        "data_mib": plan.data_mib,
        "minutes": plan.minutes,
        "sms": plan.sms,
        "note": plan.note,
        "retired_at": None,
    }


def _other(rule: ToldRule) -> dict[str, Any]:
    """Return what another source says, in its own words, for showing only."""
    return {
        "actions": list(rule.actions),
        "count": rule.period.count if rule.period else None,
        "unit": str(rule.period.unit) if rule.period else "day",
        "is_lost_at_end": rule.grace is NoGrace.AT_ONCE,
        "grace_count": rule.grace.count if isinstance(rule.grace, Period) else None,
        "grace_unit": str(rule.grace.unit) if isinstance(rule.grace, Period) else "day",
        "minimum": _text(rule.minimum),
        "currency": rule.currency,
        "note": rule.note,
        "source": rule.source,
        "seen": _iso(rule.seen),
        "confidence": rule.confidence,
    }


def _cost(cost: Any) -> Mapping[str, str]:
    return {
        "kind": cost.kind,
        "amount": f"{cost.amount:f}",
        "currency": cost.currency,
        "what": cost.what,
    }


def _count(told: CatalogueOperator, period: Period | None) -> Any:
    if period is not None and period.count > _LARGEST_COUNT:
        # Of no other unit are there so many in the 100 years that a file may say.
        hours = gettext_noop("no period has more than %(count)d hours")
        days = gettext_noop("no period has more than %(count)d days")
        raise Spot(told.key).error(hours if period.is_hours else days, count=_LARGEST_COUNT)
    return period.count if period is not None else None


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
