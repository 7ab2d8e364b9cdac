"""People, cards and what they did, made through the services."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.test import Client

from cards.accounts.owner import verify_address
from cards.models import Action, Card, Operator, Subscription, User, Watch
from cards.services.actions import ActionFacts, record_action
from cards.services.cards import CardFacts, add_card
from cards.services.operators import weekend_of, zones_of
from cards.services.rules import RuleFacts, set_rule
from cards.services.subscriptions import SubscriptionFacts, add_subscription

NOW = datetime(2026, 12, 1, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def utc(text: str) -> datetime:
    """Return "2026-12-17 01:00" as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_user(email: str = "alice@example.org", **fields: Any) -> User:
    defaults: dict[str, Any] = {"time_zone": "Asia/Shanghai", "remind_at": time(9), "currency": "EUR"}
    user = User.objects.create_user(email, PASSWORD, **{**defaults, **fields})
    verify_address(user)
    return user


def client_of(user: User) -> Client:
    """Return a browser that is signed in."""
    client = Client()
    client.force_login(user)
    return client


def make_operator(name: str = "Batelco", country: str = "BH", owner: User | None = None) -> Operator:
    return Operator.objects.create(
        name=name,
        country=country,
        owner=owner,
        time_zones=zones_of(country),
        weekend=weekend_of(country),
    )


def make_card(
    owner: User,
    *,
    now: datetime = NOW,
    expires_on: date | None = None,
    period: tuple[int, str] | None = None,
    counts: tuple[str, ...] = ("top-up",),
    stages: tuple[dict[str, Any], ...] = (),
    zone: str | None = None,
    **facts: Any,
) -> Card:
    """Add a card through the services, with a rule and a reading where they are given."""
    if zone is not None:
        facts["operator"] = Operator.objects.create(
            owner=owner, name=f"Operator in {zone}", time_zones=[zone]
        )
    values = {"label": "Bahrain", "purposes": ("data",), **facts}
    card = add_card(owner=owner, facts=CardFacts(**values), by=owner, now=now)
    if period is not None:
        rule = RuleFacts(counts=counts, period_count=period[0], period_unit=period[1], stages=stages)
        set_rule(card=card, facts=rule, applies_from=date(2020, 1, 1), by=owner, now=now)
    if expires_on is not None:
        act(card, "reading", on=now.date(), now=now, expires_on=expires_on)
    return Card.objects.get(pk=card.pk)


def act(card: Card, kind: str, *, on: date, now: datetime = NOW, **facts: Any) -> Action:
    """Record an action by the card's owner."""
    return record_action(
        card=card, facts=ActionFacts(kind=kind, acted_on=on, **facts), by=card.owner, now=now
    )


def make_plan(card: Card, *, on: date, now: datetime = NOW, **facts: Any) -> Subscription:
    values = {"name": "Pass", "starts_on": on, "period_count": 7, "period_unit": "day", **facts}
    return add_subscription(card=card, facts=SubscriptionFacts(**values), by=card.owner, now=now)


def watch_of(card: Card, kind: str = "line") -> Watch:
    return Watch.objects.select_related("deadline", "user").get(
        deadline__card=card, deadline__kind=kind, user=card.owner
    )
