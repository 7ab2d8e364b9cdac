"""What keeping each card costs in a year, in words: four queries for any number of cards."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from cards.models import Action, ActionKind, Card, Charge, ChargeKind, Intent, Rule, User
from cards.queries.access import cards_of
from cards.queries.ledger import period_of, rule_of, voided_ids
from cards.queries.money import money_text
from cards.queries.numbers import show_number
from cards.queries.periods import period_text
from cards.rules.keeping import Cost, Drain, Sum, Way, sums_of, total, ways_of
from cards.rules.places import day_at

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One card, ready to print. `best` is empty where no way is known to cost something definite."""

    id: str
    label: str
    number: str
    operator: str
    best: str
    others: tuple[str, ...]
    charges: tuple[str, ...]
    paid: tuple[str, ...]
    stays: tuple[str, ...]
    has_rule: bool
    is_known: bool
    is_partly_known: bool  # a charge or a bill is, but not all of it
    is_hearsay: bool


@dataclass(frozen=True, slots=True)
class Total:
    paid: str
    stays: str


@dataclass(frozen=True, slots=True)
class Keeping:
    page: "Page[Card]"
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    known: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Costs:
    """One card's ways and charges, not yet in words."""

    rule: Rule | None
    ways: tuple[Way, ...]
    charges: tuple[Charge, ...]
    drains: tuple[Drain, ...]

    @property
    def best(self) -> Way | None:
        return next((way for way in self.ways if way.price is not None), None)

    @property
    def sums(self) -> tuple[Sum, ...]:
        return sums_of(self.best, self.drains)

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is missing: no bill of unknown amount, no way of unknown price alone."""
        has_gap = any(charge.amount is None for charge in self.charges)
        is_kept = self.best is not None if self.rule else bool(self.drains)
        return is_kept and not has_gap


def keeping(user: User, *, page: str, now: datetime) -> Keeping:
    """Return one page of the person's cards that are to be kept, and the totals of all of them."""
    found = cards_of(user).filter(archived_at=None, ended_as="", intent=Intent.KEEP)
    cards = list(found.order_by(Lower("label"), "pk"))
    rules, charges = rules_in_force(user, cards, now), _charges(user)
    costs = {card.pk: _costs(rules.get(card.pk), charges.get(card.pk, [])) for card in cards}
    shown = Paginator(cards, PAGE_SIZE).get_page(page)
    known = sum(cost.is_whole for cost in costs.values())
    sums = total(item for cost in costs.values() for item in cost.sums)
    return Keeping(
        page=shown,
        rows=tuple(_row(card, costs[card.pk]) for card in shown.object_list),
        totals=tuple(Total(*_words(item)) for item in sums),
        known=known,
        unknown=len(cards) - known,
    )


def rules_in_force(user: User, cards: Iterable[Card], now: datetime) -> dict[int, Rule]:
    """Return each card's rule in force, undone and proposed versions left out."""
    meant = Q(rule__isnull=False) | Q(voids__isnull=False)
    entries = list(
        Action.objects.filter(meant, card__owner=user).only("pk", "kind", "voids_id", "rule_id", "card_id")
    )
    voided = voided_ids(entries)
    undone = {entry.rule_id for entry in entries if entry.rule_id and entry.pk in voided}
    versions: dict[int, list[Rule]] = defaultdict(list)
    for rule in Rule.objects.filter(card__owner=user, is_proposed=False).order_by("applies_from", "pk"):
        if rule.pk not in undone:
            versions[rule.card_id].append(rule)
    days: dict[tuple[str, ...], date] = {}
    found = {}
    for card in cards:
        zones = tuple(card.zones)
        if zones not in days:
            days[zones] = day_at(now, zones)
        rows = versions.get(card.pk, [])
        in_force = [rule for rule in rows if rule.applies_from <= days[zones]] or rows[:1]
        if in_force:
            found[card.pk] = in_force[-1]
    return found


def _charges(user: User) -> dict[int, list[Charge]]:
    """Return the charges that still run and come again, by card."""
    found: dict[int, list[Charge]] = defaultdict(list)
    running = Charge.objects.filter(card__owner=user, ended_at=None, period_count__isnull=False)
    for charge in running.order_by("first_on", "pk"):
        found[charge.card_id].append(charge)
    return found


def _costs(rule: Rule | None, charges: list[Charge]) -> _Costs:
    drains = tuple(drain for drain in map(_drain, charges) if drain is not None)
    ways = ways_of(rule_of(rule), _named_costs(rule), drains) if rule is not None else ()
    return _Costs(rule=rule, ways=ways, charges=tuple(charges), drains=drains)


def _drain(charge: Charge) -> Drain | None:
    period = period_of(charge.period_count, charge.period_unit)
    if charge.amount is None or period is None:
        return None
    is_bill = charge.kind == ChargeKind.BILL
    return Drain(amount=charge.amount, currency=charge.currency, period=period, is_bill=is_bill)


def _named_costs(rule: Rule) -> list[Cost]:
    """Return the costs that a rule names. What can't be read is left out, as if it were not known."""
    found = []
    for cost in rule.costs:
        try:
            amount = Decimal(str(cost["amount"]))
        except (KeyError, InvalidOperation):
            continue
        if amount.is_finite() and amount >= 0 and cost.get("kind") and cost.get("currency"):
            found.append(Cost(kind=cost["kind"], amount=amount, currency=cost["currency"]))
    return found


def _row(card: Card, costs: _Costs) -> Row:
    best = costs.best
    sums = costs.sums
    words = [_words(item) for item in sums]
    return Row(
        id=card.public_id,
        label=card.label,
        number=show_number(card.number) if card.number else "",
        operator=str(card.operator or ""),
        best=_way_words(best) if best else "",
        others=tuple(_way_words(way) for way in costs.ways if way is not best),
        charges=tuple(_charge_words(charge) for charge in costs.charges),
        paid=tuple(paid for paid, _stays in words) or ((_("nothing"),) if costs.is_whole else ()),
        stays=tuple(stays for _paid, stays in words if stays),
        has_rule=costs.rule is not None,
        is_known=costs.is_whole,
        is_partly_known=not costs.is_whole and (bool(sums) or best is not None),
        is_hearsay=costs.rule is not None and costs.rule.confidence == "C",
    )


def _way_words(way: Way) -> str:
    """Return "Top-up of BHD 5.000 every 180 days"."""
    values = {
        "action": dict(ActionKind.choices).get(way.kind, way.kind),
        "price": money_text(way.price, way.currency) if way.price else "",
        "period": period_text(way.period.count, way.period.unit),
    }
    if way.price is None:
        return _("%(action)s every %(period)s: price not known") % values
    if not way.price:
        return _("%(action)s every %(period)s, free") % values
    return _("%(action)s for %(price)s every %(period)s") % values


def _charge_words(charge: Charge) -> str:
    values = {
        "name": charge.name,
        "price": money_text(charge.amount, charge.currency) if charge.amount is not None else "",
        "period": period_text(charge.period_count, charge.period_unit),
    }
    if charge.amount is None:
        return _("%(name)s every %(period)s: amount differs") % values
    return _("%(name)s: %(price)s every %(period)s") % values


def _words(item: Sum) -> tuple[str, str]:
    stays = money_text(item.stays, item.currency) if item.stays else ""
    return money_text(item.paid, item.currency), stays
