"""One thing of a person's, by its public id. Every look-up starts from the person; anything else is 404."""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404

from cards.models import (
    Action,
    BoundService,
    Card,
    CardDate,
    Charge,
    Device,
    Evidence,
    Run,
    Subscription,
    User,
    Watch,
)

Visitor = User | AnonymousUser
Row = TypeVar("Row", bound=Model)


def cards_of(user: Visitor) -> QuerySet[Card]:
    """Return the person's cards with what every page shows of them."""
    # Through the person's own manager: each card knows its owner without another query.
    return _person(user).cards.select_related("operator", "leading")


def card_of(user: Visitor, card_id: str) -> Card:
    """Return the person's card. Raise Http404 for a foreign or unknown id."""
    found = cards_of(user).select_related("operator", "leading", "device", "successor")
    card = found.filter(public_id=card_id).first()
    if card is None:
        raise Http404
    return card


def action_of(user: Visitor, action_id: str) -> Action:
    """Return an entry of the ledger of one of the person's cards, or raise Http404."""
    found = Action.objects.filter(card__owner=_person(user), public_id=action_id)
    return _first(found.select_related("card__operator", "card__owner", "subscription"))


def plan_of(user: Visitor, plan_id: str) -> Subscription:
    """Return a plan bought for one of the person's cards, or raise Http404."""
    found = Subscription.objects.filter(card__owner=_person(user), public_id=plan_id)
    return _first(found.select_related("card__operator", "card__owner"))


def charge_of(user: Visitor, charge_id: str) -> Charge:
    """Return a fixed charge of one of the person's cards, or raise Http404."""
    found = Charge.objects.filter(card__owner=_person(user), public_id=charge_id)
    return _first(found.select_related("card__operator", "card__owner"))


def service_of(user: Visitor, service_id: str) -> BoundService:
    """Return an account bound to the number of one of the person's cards, or raise Http404."""
    found = BoundService.objects.filter(card__owner=_person(user), public_id=service_id)
    return _first(found.select_related("card__operator", "card__owner"))


def device_of(user: Visitor, device_id: str) -> Device:
    """Return one of the person's devices, or raise Http404."""
    return _first(_person(user).devices.filter(public_id=device_id))


def date_of(user: Visitor, date_id: str) -> CardDate:
    """Return a date that stands by itself on one of the person's cards, or raise Http404."""
    found = CardDate.objects.filter(card__owner=_person(user), public_id=date_id)
    return _first(found.select_related("card__operator", "card__owner"))


def run_of(user: Visitor, run_id: str) -> Run:
    """Return a playbook that is carried out for one of the person's cards, or raise Http404."""
    found = Run.objects.filter(card__owner=_person(user), public_id=run_id)
    return _first(found.select_related("card__operator", "card__owner", "playbook", "version__playbook"))


def evidence_of(user: Visitor, evidence_id: str) -> Evidence:
    """Return a file that proves a step on one of the person's cards, or raise Http404."""
    found = Evidence.objects.filter(card__owner=_person(user), public_id=evidence_id)
    return _first(found.select_related("run", "card__operator", "card__owner"))


def watch_of(user: Visitor, watch_id: str) -> Watch:
    """Return one of the person's own clocks, or raise Http404."""
    found = Watch.objects.filter(user=_person(user), deadline__card__owner=_person(user), public_id=watch_id)
    return _first(found.select_related("user", "deadline__card__operator", "deadline__card__owner"))


def _person(user: Visitor) -> User:
    if not isinstance(user, User):
        raise Http404
    return user


def _first(found: QuerySet[Row]) -> Row:
    row = found.first()
    if row is None:
        raise Http404
    return row
