"""Operators: a shared one where there is one of that name, else the person's own."""

from dataclasses import dataclass, fields
from datetime import datetime

from babel.core import get_global
from django.db import transaction

from cards.models import Card, Operator, User

from .timetable import mark_stale, replan

FRIDAY_SATURDAY = frozenset({"BH", "KW", "SA", "QA", "OM", "JO", "EG", "DZ", "IQ", "SD", "YE", "LY"})


def zones_of(country: str) -> list[str]:
    """Return the time zones of a country (ISO 3166 code); the whole list where it has several."""
    zones = get_global("territory_zones").get(country.upper(), [])
    return list(zones)


def weekend_of(country: str) -> list[int]:
    """Return the weekend as weekday numbers, Monday 0: Friday-Saturday in Bahrain and Kuwait."""
    return [4, 5] if country.upper() in FRIDAY_SATURDAY else [5, 6]


@transaction.atomic
def operator_for(*, owner: User, name: str, country: str) -> Operator | None:
    """Return the operator of that name and country, made for the owner when nobody knows it."""
    name, country = name.strip(), country.upper()
    if not name and not country:
        return None
    known = Operator.objects.filter(name__iexact=name, country=country)
    for row in (known.filter(owner=owner).first(), known.filter(owner=None).first()):
        if row is not None:
            return row
    row, _made = Operator.objects.get_or_create(
        owner=owner,
        name=name or country,
        country=country,
        defaults={"time_zones": zones_of(country), "weekend": weekend_of(country)},
    )
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFacts:
    """What is known about an operator. `weekend`: weekday numbers, Monday 0."""

    name: str
    country: str = ""
    time_zones: tuple[str, ...] = ()
    weekend: tuple[int, ...] = ()
    site_url: str = ""
    hotline: str = ""


def save_shared_operator(*, operator: Operator | None, facts: OperatorFacts, now: datetime) -> Operator:
    """Store an operator that everybody may choose; None makes a new one.

    The dates of its cards follow. A card a transaction; what a crash leaves is marked stale and done
    by the next tick. Raise ValueError for a person's own operator and for
    one of the catalogue.
    """
    if operator is not None and operator.owner_id is not None:
        raise ValueError("a person's own operator is theirs to change")
    if operator is not None and operator.key:
        raise ValueError("what a file tells is changed in the file")
    with transaction.atomic():
        row = Operator() if operator is None else Operator.objects.select_for_update().get(pk=operator.pk)
        for item in fields(facts):
            value = getattr(facts, item.name)
            setattr(row, item.name, list(value) if isinstance(value, tuple) else value)
        row.save()
        mark_stale(Card.objects.filter(operator=row))
    replan(Card.objects.filter(operator=row), now)
    return row
