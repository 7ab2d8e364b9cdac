"""What the balance does not cover: a fee or a renewal, said before its day on pages and in mails alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from cards.models import (
    Action,
    Card,
    Charge,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Subscription,
    SubscriptionIntent,
)
from cards.queries.balance import Balance, balances_of, has_cover, tops_up_itself
from cards.queries.ledger import Facts, voided_ids
from cards.queries.money import money_text
from cards.queries.sight import Reader

# On these days something is taken; "balance" speaks of the first of them that it does not cover.
TAKING = (DeadlineKind.CHARGE, DeadlineKind.PLAN_END)
KINDS = frozenset({*TAKING, DeadlineKind.BALANCE})


@dataclass(frozen=True, slots=True)
class Lack:
    """What is taken on a day and not covered. `is_estimated`: the balance of that day is no reading."""

    name: str
    amount: Decimal
    currency: str
    on: date
    is_estimated: bool

    def text(self, reader: Reader) -> str:
        """Return it in words, in the active language."""
        text = (
            _("Estimated: the balance does not cover %(name)s: %(amount)s on %(day)s.")
            if self.is_estimated
            else _("The balance does not cover %(name)s: %(amount)s on %(day)s.")
        )
        values = {"name": self.name, "amount": money_text(self.amount, self.currency)}
        return text % {**values, "day": reader.day(self.on)}


@dataclass(frozen=True, slots=True)
class Owed:
    """The charges and plans that deadlines name, by their tables' ids."""

    charges: Mapping[int, Charge]
    plans: Mapping[int, Subscription]

    def price_of(self, row: Deadline) -> tuple[str, Decimal, str] | None:
        """Return name, amount and currency of what is taken that day; None: nothing, or nobody knows."""
        if not row.subject:
            return None
        if row.kind == DeadlineKind.CHARGE:
            charge = self.charges.get(int(row.subject))
            if charge is None or charge.amount is None:
                return None
            return charge.name, charge.amount, charge.currency
        plan = self.plans.get(int(row.subject)) if row.kind == DeadlineKind.PLAN_END else None
        if plan is None or plan.price is None or not renews(plan):
            return None
        return plan.name, plan.price, plan.currency


def renews(plan: Subscription) -> bool:
    """Tell whether the operator renews a plan by itself, and its holder means it to."""
    return plan.is_auto_renewing and plan.intent == SubscriptionIntent.RENEW and plan.closed_at is None


def subjects_of(rows: Iterable[Deadline], *kinds: str) -> set[int]:
    """Return the ids that deadlines of these kinds name."""
    return {int(row.subject) for row in rows if row.kind in kinds and row.subject}


def lack_of(
    row: Deadline, owed: Owed, facts: Facts, balances: Mapping[str, Balance], now: datetime
) -> Lack | None:
    """Return what is not covered on this day; None: it is, it is over, or nobody knows. No query.

    `balances`: by currency; that of another says nothing.
    """
    price = owed.price_of(row)
    if price is None or row.ends_on is None or row.ends_at is None or row.ends_at <= now:
        return None
    name, amount, currency = price
    balance = balances.get(currency)
    is_covered = has_cover(balance, amount, currency)
    if balance is None or is_covered is None or _is_topped_up(facts, balance):
        return None
    # Enough for this one alone, and yet not after all that is taken before it.
    comes_short = row.kind == DeadlineKind.CHARGE and not row.is_covered
    if is_covered and not comes_short:
        return None
    return Lack(name, amount, currency, row.ends_on, is_estimated=is_covered or balance.now.is_estimated)


def _is_topped_up(facts: Facts, balance: Balance) -> bool:
    """Tell whether an automatic top-up is to be counted on: below its mark it evidently did not come."""
    below = facts.card.topup_below
    return below is not None and tops_up_itself(facts, balance) and balance.now.amount >= below


def lacks_in(rows: Iterable[Deadline], *, now: datetime) -> dict[int, Lack]:
    """Return `lacks` for deadlines of anybody: four queries where one of them is about money, else none."""
    rows = [row for row in rows if row.kind in KINDS]
    if not rows:
        return {}
    cards = {row.card_id for row in rows}
    due = list(Deadline.objects.filter(card__in=cards, kind__in=TAKING, state=DeadlineState.OPEN))
    owed = Owed(
        charges=Charge.objects.in_bulk(subjects_of(due, DeadlineKind.CHARGE)),
        plans=Subscription.objects.in_bulk(subjects_of(due, DeadlineKind.PLAN_END)),
    )
    return lacks(rows, due, owed, now=now)


def lacks(rows: Iterable[Deadline], due: Iterable[Deadline], owed: Owed, *, now: datetime) -> dict[int, Lack]:
    """Return what is not covered, by the key of the deadline that says so; at most one query.

    `due`: the open fees and plan ends of the same cards; `rows` come with their cards.
    """
    taken: dict[int, list[Deadline]] = defaultdict(list)
    for row in due:
        if owed.price_of(row) is not None:
            taken[row.card_id].append(row)
    speaking = [row for row in rows if row.kind in KINDS and row.card_id in taken]
    facts = _facts_of({row.card_id: row.card for row in speaking})
    balances = {card: balances_of(known) for card, known in facts.items()}
    found: dict[int, Lack] = {}
    for row in speaking:
        known, read = facts[row.card_id], balances[row.card_id]
        asked = taken[row.card_id] if row.kind == DeadlineKind.BALANCE else [row]
        short = [lack for one in asked if (lack := lack_of(one, owed, known, read, now))]
        if short:
            found[row.pk] = min(short, key=lambda lack: lack.on)
    return found


def _facts_of(cards: Mapping[int, Card]) -> dict[int, Facts]:
    """Return of some cards those entries alone that can move a balance; one query."""
    if not cards:
        return {}
    moving = Q(balance__isnull=False) | Q(amount__isnull=False) | Q(voids__isnull=False)
    by_card: dict[int, list[Action]] = {card: [] for card in cards}
    for action in Action.objects.filter(moving, card__in=cards).select_related("charge").order_by("pk"):
        by_card[action.card_id].append(action)
    return {card: _facts(cards[card], actions) for card, actions in by_card.items()}


def _facts(card: Card, actions: list[Action]) -> Facts:
    return Facts(
        card=card,
        actions=tuple(actions),
        voided=voided_ids(actions),
        rules=(),
        subscriptions=(),
        dates=(),
        charges=tuple({action.charge.pk: action.charge for action in actions if action.charge}.values()),
    )
