"""Plans on offer: a person's own, and those that staff keeps for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cards.models import Operator, Plan, PlanKind, User
from cards.rules.periods import Period, Unit

_KIND_OF_UNIT = {
    Unit.WEEK: PlanKind.WEEKLY,
    Unit.MONTH: PlanKind.MONTHLY,
    Unit.QUARTER: PlanKind.QUARTERLY,
    Unit.YEAR: PlanKind.YEARLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """What is known about an offer; None: not known. Amounts may be `UNLIMITED`."""

    name: str
    kind: str = ""  # empty: what its validity says
    price: Decimal | None = None
    currency: str = ""
    period_count: int | None = None
    period_unit: str = "day"
    data_mib: int | None = None
    minutes: int | None = None
    sms: int | None = None
    has_hotspot: bool | None = None
    is_throttled: bool = False
    note: str = ""
    source: str = ""
    seen_on: date | None = None

    def onto(self, row: Plan) -> Plan:
        for item in fields(self):
            setattr(row, item.name, getattr(self, item.name))
        row.kind = self.kind or kind_of(self.period_count, self.period_unit)
        if self.price is None:
            row.currency = ""
        return row


def kind_of(count: int | None, unit: str) -> str:
    """Return what a plan of that validity is called: 30 days are a month pass, 7 a week's."""
    if not count:
        return PlanKind.OTHER.value
    length = Period(count, Unit(unit))
    days = length.approx_days
    if length.is_calendar or length.unit is Unit.WEEK:
        return _KIND_OF_UNIT[length.unit].value if count == 1 else PlanKind.OTHER.value
    spans = ((1, 1, PlanKind.DAILY), (7, 7, PlanKind.WEEKLY), (28, 31, PlanKind.MONTHLY))
    longer = ((84, 93, PlanKind.QUARTERLY), (360, 366, PlanKind.YEARLY))
    return next((kind.value for least, most, kind in (*spans, *longer) if least <= days <= most), "other")


def add_offers(
    *, operator: Operator, offers: Sequence[OfferFacts], by: User, is_shared: bool = False
) -> list[Plan]:
    """Add plans to what is known of an operator, all or none of them.

    Raise PermissionError for shared ones by somebody who is not staff, or at a private operator.
    """
    _check(operator, None if is_shared else by, by)
    with transaction.atomic():
        owner = None if is_shared else by
        return [_saved(facts.onto(Plan(operator=operator, owner=owner))) for facts in offers]


def edit_offer(*, offer: Plan, facts: OfferFacts, by: User) -> None:
    """Replace what is known of a plan. What was bought keeps its snapshot. PermissionError as above."""
    _check(offer.operator, offer.owner, by, offer)
    with transaction.atomic():
        _saved(facts.onto(Plan.objects.select_for_update().get(pk=offer.pk)))


def retire_offer(*, offer: Plan, by: User, now: datetime) -> None:
    """Say that a plan is no longer sold: advice leaves it out. Idempotent."""
    _check(offer.operator, offer.owner, by, offer)
    Plan.objects.filter(pk=offer.pk, retired_at=None).update(retired_at=now)


def restore_offer(*, offer: Plan, by: User) -> None:
    """Say that a plan is sold again. Idempotent."""
    _check(offer.operator, offer.owner, by, offer)
    Plan.objects.filter(pk=offer.pk).update(retired_at=None)


def _saved(row: Plan) -> Plan:
    row.save()
    return row


def _check(operator: Operator, owner: User | None, by: User, offer: Plan | None = None) -> None:
    if operator.owner_id not in (None, by.pk):
        raise PermissionError("another person's operator")
    if owner is None and (not by.is_staff or operator.owner_id is not None):
        raise PermissionError("shared plans are for staff, at shared operators")
    if owner is not None and owner.pk != by.pk:
        raise PermissionError("another person's plan")
    if offer is not None and offer.owner_id is None and offer.key:
        raise PermissionError("the catalogue's files keep this plan")
