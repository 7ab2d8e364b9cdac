"""Plan advice: an operator's plans as the rules take them, and what they say in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cards.models import UNLIMITED, Card, Operator, Plan, PlanKind, Subscription, User
from cards.queries.money import money_text
from cards.queries.offers import minutes_words, offers_seen_by, size_words, sms_words
from cards.rules import advice as rules
from cards.rules.advice import Cover, Limit, Purchase, Reason, Stuck, Trip
from cards.rules.periods import Period, Unit

MOST_PLANS = 40
MOST_ROWS = 1000
_NAMED = 8
_ENDED = {
    Limit.VALIDITY: gettext_lazy("its validity is over"),
    Limit.HOTSPOT: gettext_lazy("the next day needs hotspot"),
    Limit.DATA: gettext_lazy("the rest of its data does not last for the next day"),
    Limit.MINUTES: gettext_lazy("the rest of its minutes does not last for the next day"),
    Limit.SMS: gettext_lazy("the rest of its SMS does not last for the next day"),
}
_LACKS = {
    Limit.VALIDITY: gettext_lazy("validity"),
    Limit.HOTSPOT: gettext_lazy("hotspot"),
    Limit.DATA: gettext_lazy("data"),
    Limit.MINUTES: gettext_lazy("minutes"),
    Limit.SMS: gettext_lazy("SMS"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One purchase of the cover, ready to print."""

    offer: Plan
    count: int
    bought_on: date
    ends_on: date
    days: int
    price: str
    left: str
    ended: str
    in_use: Subscription | None  # the same plan, running on the card


@dataclass(frozen=True, slots=True)
class Answer:
    """What the plans of one currency give."""

    steps: tuple[Step, ...] = ()
    price: str = ""
    a_day: str = ""
    days: int = 0
    left: str = ""
    why: str = ""
    other: str = ""  # the runner-up, in words
    stuck: str = ""
    stuck_day: date | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """An operator's plans as far as advice can use them."""

    plans: tuple[Plan, ...]  # of one currency, at most `MOST_PLANS`
    currency: str
    other_currencies: tuple[tuple[str, int], ...]
    left_out: int  # more than `MOST_PLANS`
    unusable: tuple[str, ...]  # names of plans without price or validity, and of add-ons
    count: int


def offers_for(user: User, operator: Operator, *, currency: str) -> Offers:
    """Return the plans to choose from. One's own plan stands in for a shared one of the same name."""
    found = list(offers_seen_by(user).filter(operator=operator, retired_at=None).order_by("pk")[:MOST_ROWS])
    own = {offer.name.casefold() for offer in found if offer.owner_id is not None}
    found = [offer for offer in found if offer.owner_id is not None or offer.name.casefold() not in own]
    usable = [offer for offer in found if _rule_plan(offer) is not None]
    counts: dict[str, int] = {}
    for offer in usable:
        counts[offer.currency] = counts.get(offer.currency, 0) + 1
    chosen = (
        currency if currency in counts else max(counts, key=lambda code: (counts[code], code), default="")
    )
    plans = sorted((offer for offer in usable if offer.currency == chosen), key=_price_a_day)
    return Offers(
        # Among equally cheap ways the rules take the plan that is listed first: the longest is least trouble.
        plans=tuple(sorted(plans[:MOST_PLANS], key=lambda offer: (-_days(offer), offer.pk))),
        currency=chosen,
        other_currencies=tuple((code, count) for code, count in sorted(counts.items()) if code != chosen),
        left_out=max(0, len(plans) - MOST_PLANS),
        unusable=tuple(offer.name for offer in found if offer not in usable),
        count=len(found),
    )


def answer(trips: Sequence[Trip], offers: Offers, card: Card | None) -> Answer | None:
    """Return the cheapest cover in words, or where it is stuck. None where nothing can be said."""
    rows = {offer.pk: offer for offer in offers.plans}
    plans = [plan for plan in map(_rule_plan, offers.plans) if plan is not None]
    try:
        found = rules.advise(trips, plans)
    except ValueError:
        return None
    if found.stuck is not None:
        return Answer(stuck=_stuck(found.stuck, bool(plans)), stuck_day=found.stuck.day)
    best = found.best
    if best is None or found.reason is None:
        return None
    running = _running(card)
    return Answer(
        steps=tuple(_step(purchase, rows, running) for purchase in best.purchases),
        price=money_text(best.price, offers.currency),
        a_day=money_text(best.price_a_day, offers.currency),
        days=best.days,
        left=left_words(best.left, best.purchases),
        why=_why(found.reason, found.runner_up, found.saving, offers.currency),
        other=_other(found.runner_up, rows, offers.currency),
    )


def unknown_words(trips: Sequence[Trip], offers: Offers) -> str:
    """Return which plans have amounts that are not known and were asked for: they counted as none."""
    asked = {
        "data_mib": any(trip.data_mib.count for trip in trips),
        "minutes": any(trip.minutes.count for trip in trips),
        "sms": any(trip.sms.count for trip in trips),
        "has_hotspot": any(trip.needs_hotspot for trip in trips),
    }
    columns = [name for name, is_asked in asked.items() if is_asked]
    return names_words(o.name for o in offers.plans if any(getattr(o, name) is None for name in columns))


def names_words(names: Iterable[str]) -> str:
    """Return "Day, Week and 3 more"; nothing without a name."""
    found = list(names)
    text = _(", ").join(found[:_NAMED])
    rest = len(found) - _NAMED
    if rest <= 0:
        return text
    return ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", rest) % {
        "names": text,
        "count": rest,
    }


def left_words(left: rules.Amounts, purchases: Iterable[Purchase]) -> str:
    """Return what is paid and not used; amounts that no plan of these has are left out."""
    held = [purchase.plan.amounts for purchase in purchases]
    words = (size_words, minutes_words, sms_words)
    texts = []
    for number, (amount, say) in enumerate(zip(left, words, strict=True)):
        if amount < rules.UNLIMITED and any(plan[number] for plan in held):
            texts.append(say(amount))
    return _(", ").join(texts)


def _rule_plan(offer: Plan) -> rules.Plan | None:
    """Return a plan as the rules take it: what is not known counts as none. No add-on stands alone."""
    if offer.price is None or not offer.period_count or offer.kind == PlanKind.ADDON:
        return None
    try:
        return rules.Plan(
            id=offer.pk,
            price=offer.price,
            currency=offer.currency,
            period=Period(offer.period_count, Unit(offer.period_unit)),
            data_mib=_amount(offer.data_mib),
            minutes=_amount(offer.minutes),
            sms=_amount(offer.sms),
            has_hotspot=bool(offer.has_hotspot),
            throttled_after_mib=_amount(offer.data_mib) if offer.is_throttled else None,
        )
    except ValueError:
        return None


def _amount(count: int | None) -> int:
    return rules.UNLIMITED if count == UNLIMITED else count or 0


def _price_a_day(offer: Plan) -> tuple[Decimal, int]:
    return (offer.price or Decimal(0)) / Decimal(max(_days(offer), 1)), offer.pk


def _days(offer: Plan) -> float:
    return Period(offer.period_count or 1, Unit(offer.period_unit)).approx_days


def _running(card: Card | None) -> dict[int, Subscription]:
    if card is None:
        return {}
    rows = card.subscriptions.filter(closed_at=None, plan__isnull=False).order_by("pk")
    return {row.plan_id: row for row in rows if row.plan_id is not None}


def _step(purchase: Purchase, rows: dict[int, Plan], running: dict[int, Subscription]) -> Step:
    return Step(
        offer=rows[purchase.plan.id],
        count=purchase.count,
        bought_on=purchase.bought_on,
        ends_on=purchase.ends_on,
        days=purchase.days,
        price=money_text(purchase.price, purchase.plan.currency),
        left=left_words(purchase.left, [purchase]),
        ended=_(", ").join(str(_ENDED[limit]) for limit in purchase.ended_by),
        in_use=running.get(purchase.plan.id),
    )


def _why(reason: Reason, other: Cover | None, saving: Decimal, currency: str) -> str:
    if reason is Reason.ONLY or other is None:
        return _("No other of the known plans covers all of these days.")
    if reason is Reason.CHEAPER:
        text = _("The next best way, without one of these plans, costs %(amount)s more.")
        return text % {"amount": money_text(saving, currency)}
    if reason is Reason.FEWER:
        return _("Another way costs the same, but more plans have to be bought.")
    return _("Another way costs the same; this one merely comes first in the list.")


def _other(other: Cover | None, rows: dict[int, Plan], currency: str) -> str:
    if other is None:
        return ""
    plans = _(" + ").join(
        _("%(count)d × %(plan)s") % {"count": count, "plan": rows[plan.id].name}
        for plan, count in other.counts
    )
    return _("%(plans)s for %(price)s") % {"plans": plans, "price": money_text(other.price, currency)}


def _stuck(stuck: Stuck, has_plans: bool) -> str:
    """Return what keeps the first such day from being carried."""
    if not has_plans:
        return _("No plan with a price and a validity is known.")
    missing = _(", ").join(str(_LACKS[limit]) for limit in stuck.lacks)
    needs = _needs_words(stuck)
    text = ngettext(
        "That day needs %(needs)s. The plan that comes nearest lacks: %(missing)s.",
        "That day and others, %(count)d in all, can't be carried. It needs %(needs)s; the plan that comes "
        "nearest lacks: %(missing)s.",
        stuck.days,
    )
    return text % {"count": stuck.days, "needs": needs, "missing": missing}


def _needs_words(stuck: Stuck) -> str:
    words = (size_words, minutes_words, sms_words)
    texts = [say(amount) for amount, say in zip(stuck.needs, words, strict=True) if amount]
    if stuck.needs_hotspot:
        texts.append(_("hotspot"))
    return _(", ").join(texts) or _("a running plan")
