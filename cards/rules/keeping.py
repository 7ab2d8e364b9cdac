"""What keeping a line costs in a year: each way that its rule offers, and its fixed charges.

The reckoning, exactly: a way costs its price as often as its period fits into 365.25 days, on the
long average; nobody pays a third of a top-up, but over the years it comes to that. A top-up is not
gone: it stays as credit, and fees are taken from it first. What is not known is None, never zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cards.rules.periods import Period
from cards.rules.rulebook import Rule

TOP_UP = "top-up"
# Paid with an amount that the person chooses: a tier's minimum is what it takes.
PAID = frozenset({TOP_UP, "renewal", "plan-bought"})
# Receiving costs nothing; that it may while roaming is for the rule's costs to say.
FREE = frozenset({"call-received", "message-read"})
_DAYS_A_YEAR = Decimal("365.25")
_MILL = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one action of a kind costs."""

    kind: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """A fixed charge: `is_bill` where it is paid by itself, else it is taken from the balance."""

    amount: Decimal
    currency: str
    period: Period
    is_bill: bool

    @property
    def a_year(self) -> Decimal:
        return _a_year(self.amount, self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One kind of action that keeps the line, every `period`. `price` None: not known."""

    kind: str
    period: Period
    price: Decimal | None
    currency: str

    @property
    def stays(self) -> bool:
        """Whether what is paid stays on the card as credit."""
        return self.kind == TOP_UP

    @property
    def a_year(self) -> Decimal | None:
        return None if self.price is None else _a_year(self.price, self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What is paid in a year in one currency, and how much of it stays as credit."""

    currency: str
    paid: Decimal
    stays: Decimal = Decimal(0)


def ways_of(rule: Rule, costs: Sequence[Cost], drains: Sequence[Drain] = ()) -> tuple[Way, ...]:
    """Every way to keep the line, the one with the least to pay in a year first, unknown ones last.

    Amounts of several currencies are never compared: those in the currency of the first charge, else
    of the rule, else of the first cost come first.
    """
    known = [*(drain.currency for drain in drains), rule.currency, *(cost.currency for cost in costs)]
    main = next((code for code in known if code), "")
    found = [way for kind in sorted(rule.counts) for way in _ways(rule, kind, costs)]
    return tuple(sorted(found, key=lambda way: _order(way, main, drains)))


def sums_of(way: Way | None, drains: Sequence[Drain]) -> tuple[Sum, ...]:
    """What the way and the charges come to in a year, by currency; a way of unknown price adds nothing."""
    codes = {drain.currency for drain in drains}
    if way is not None and way.price:
        codes.add(way.currency)
    return tuple(_sum(code, way, drains) for code in sorted(codes))


def total(sums: Iterable[Sum]) -> tuple[Sum, ...]:
    """Add up sums by currency, in order of the codes."""
    found: dict[str, Sum] = {}
    for item in sums:
        before = found.get(item.currency, Sum(currency=item.currency, paid=Decimal(0)))
        found[item.currency] = Sum(
            currency=item.currency, paid=before.paid + item.paid, stays=before.stays + item.stays
        )
    return tuple(found[code] for code in sorted(found))


def _ways(rule: Rule, kind: str, costs: Sequence[Cost]) -> list[Way]:
    named = [cost for cost in costs if cost.kind == kind]
    tiers = rule.line_tiers
    if tiers and kind in PAID:
        return [
            Way(kind=kind, period=tier.period, price=tier.minimum, currency=rule.currency) for tier in tiers
        ]
    minimum = rule.minimum_of(kind)
    prices = [(cost.amount, cost.currency) for cost in named]
    if minimum is not None and kind in FREE:
        # Asked for an amount that receiving never has: such a rule can't be told to be free.
        return [Way(kind=kind, period=rule.period, price=None, currency="")]
    if minimum is not None:
        # A cost below the minimum would not count.
        prices = [
            (max(amount, minimum) if currency == rule.currency else amount, currency)
            for amount, currency in prices
        ] or [(minimum, rule.currency)]
    if not prices:
        free = Decimal(0) if kind in FREE else None
        return [Way(kind=kind, period=rule.period, price=free, currency="")]
    return [
        Way(kind=kind, period=rule.period, price=amount, currency=currency)
        for amount, currency in dict.fromkeys(prices)
    ]


def _order(way: Way, main: str, drains: Sequence[Drain]) -> tuple[bool, bool, Decimal, str, float]:
    paid = sum((item.paid for item in sums_of(way, drains) if item.currency == way.currency), Decimal(0))
    is_elsewhere = bool(way.price) and way.currency != main
    return (
        way.price is None,
        is_elsewhere,
        paid if way.price else Decimal(0),
        way.kind,
        -way.period.approx_days,
    )


def _sum(currency: str, way: Way | None, drains: Sequence[Drain]) -> Sum:
    mine = [drain for drain in drains if drain.currency == currency]
    bills = sum((drain.a_year for drain in mine if drain.is_bill), Decimal(0))
    fees = sum((drain.a_year for drain in mine if not drain.is_bill), Decimal(0))
    if way is None or way.a_year is None or way.currency != currency:
        return Sum(currency=currency, paid=bills + fees)
    if not way.stays:
        return Sum(currency=currency, paid=bills + fees + way.a_year)
    # Fees eat the credit first; where they are more, more has to be topped up.
    return Sum(
        currency=currency, paid=bills + max(fees, way.a_year), stays=max(way.a_year - fees, Decimal(0))
    )


def _a_year(amount: Decimal, period: Period) -> Decimal:
    times = _DAYS_A_YEAR / Decimal(str(period.approx_days))
    return (amount * times).quantize(_MILL, ROUND_HALF_UP)
