"""What must agree within an operator, beyond the form of single values."""

from cards.catalogue.choosing import Option, options
from cards.catalogue.errors import Spot
from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.rule import CatalogueRule, CatalogueTopUp, NoGrace
from cards.rules.periods import Period, Unit
from cards.rules.rulebook import check_rule
from cards.rules.words import gettext_noop

_Length = tuple[int, int, int]


def check_operator(operator: CatalogueOperator, spot: Spot) -> None:
    """CatalogueError where two values of the operator contradict each other."""
    if not operator.rules and operator.ask is None:
        raise spot.at("ask").error(gettext_noop("is missing: without a rule there must be a question to ask"))
    if any(day > 6 for day in operator.weekend):
        raise spot.at("weekend").error(gettext_noop("must hold weekdays from 0, Monday, to 6"))
    for number, rule in enumerate(operator.rules):
        _check_rule(rule, spot.at("rule").item(number))
    for number, topup in enumerate(operator.topups):
        _check_topup(topup, spot.at("topup").item(number))
    for number, promotion in enumerate(operator.promotions):
        starts, ends = promotion.starts_on, promotion.ends_on
        if starts is not None and ends is not None and ends < starts:
            place = spot.at("promotion").item(number).at("ends")
            raise place.error(gettext_noop("must not be before its start"))
    for option in options(operator):
        _check_option(option, spot)


def _check_option(option: Option, spot: Spot) -> None:
    """The rule and its top-ups together; each was checked alone."""
    currencies = {topup.currency for topup in option.topups}
    if option.governing is not None and option.governing.currency:
        currencies.add(option.governing.currency)
    if len(currencies) > 1:
        raise spot.at("topup").error(gettext_noop("top-ups of one rule must be in one currency"))
    try:
        rule = option.rule
        if rule is not None:
            check_rule(rule)
    except ValueError as error:
        raise spot.at("topup").error(str(error)) from error


def _check_rule(rule: CatalogueRule, spot: Spot) -> None:
    if not rule.counts:
        raise spot.at("counts").error(gettext_noop("must name at least one kind of action"))
    if not set(rule.minimum_for) <= set(rule.counts):
        raise spot.at("minimum_for").error(gettext_noop("must be among the kinds that count"))
    if rule.minimum is None and rule.minimum_for:
        raise spot.at("minimum").error(gettext_noop("is missing"))
    if rule.minimum is not None and not rule.currency:
        raise spot.at("currency").error(gettext_noop("is missing: a minimum amount needs one"))
    try:
        converted = rule.as_rule(period=Period(1, Unit.DAY))
        assert converted is not None
        check_rule(converted)
    except ValueError as error:
        raise spot.error(str(error)) from error
    _check_loss(rule, spot)
    _check_stages(rule, spot)


def _check_loss(rule: CatalogueRule, spot: Spot) -> None:
    """`loss_after` counts from the last action, `grace` from the end: they must come to the same."""
    if rule.loss_after is None:
        return
    if rule.period is None:
        raise spot.at("loss_after").error(gettext_noop("can't be known without the period"))
    if rule.grace is None:
        raise spot.at("grace").error(gettext_noop('is missing: the time from the end to the loss, or "none"'))
    grace = () if rule.grace is NoGrace.AT_ONCE else (rule.grace,)
    if _sum(rule.period, *grace) != _sum(rule.loss_after):
        raise spot.at("loss_after").error(gettext_noop("must be the period and the grace together"))


def _check_stages(rule: CatalogueRule, spot: Spot) -> None:
    if not rule.stages:
        return
    known = [stage.length for stage in rule.stages if stage.length is not None]
    if rule.grace is NoGrace.AT_ONCE:
        raise spot.at("stages").error(gettext_noop('there can be none where grace is "none"'))
    if len(known) < len(rule.stages):
        if rule.grace is not None:
            raise spot.at("grace").error(gettext_noop("must be unknown where the length of a stage is"))
    elif rule.grace is None or _sum(*known) != _sum(rule.grace):
        raise spot.at("grace").error(gettext_noop("must be as long as all stages together"))


def _check_topup(topup: CatalogueTopUp, spot: Spot) -> None:
    if topup.amount is not None and topup.amount_max is not None and topup.amount_max < topup.amount:
        raise spot.at("amount_max").error(gettext_noop("must not be below the amount"))


def _sum(*periods: Period) -> _Length:
    """(months, days, hours): 6 months are not 180 days, and nothing makes them equal."""
    months = days = hours = 0
    for period in periods:
        if period.is_calendar:
            months += period.months
        elif period.is_hours:
            hours += period.hours
        else:
            days += period.days
    return months, days, hours
