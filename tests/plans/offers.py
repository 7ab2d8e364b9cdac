"""Plans on offer, made through the services, and what a page of ten rows posts."""

from decimal import Decimal
from typing import Any

from cards.models import Operator, Plan, User
from cards.services.offers import OfferFacts, add_offers

ROW = ("name", "price", "currency", "period", "size", "minutes", "sms", "hotspot")


def make_offer(
    operator: Operator,
    owner: User | None,
    name: str = "Week",
    price: str = "3",
    currency: str = "BHD",
    **facts: Any,
) -> Plan:
    values = {"period_count": 7, "period_unit": "day", "data_mib": 10240, **facts}
    if owner is None:
        return Plan.objects.create(
            operator=operator, name=name, price=Decimal(price), currency=currency, kind="weekly", **values
        )
    offer = OfferFacts(name=name, price=Decimal(price), currency=currency, **values)
    return add_offers(operator=operator, offers=[offer], by=owner)[0]


def rows(*typed: tuple[str, ...], **batch: str) -> dict[str, str]:
    """Return what the page posts; the rows that are not given are empty, their currency proposed."""
    data = {"paste": "", "source": "", "seen_on": "2026-12-01", **batch}
    for number in range(10):
        cells = typed[number] if number < len(typed) else ("", "", "BHD")
        for name, text in zip(ROW, (*cells, *[""] * (len(ROW) - len(cells))), strict=True):
            data[f"r{number}-{name}"] = text
    return data
