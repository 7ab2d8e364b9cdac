"""A card's life told through the services: each turn at its own instant, its dates read from the database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cards.models import Action, Card, CatalogueRule, Deadline, Operator, User
from cards.services.actions import ActionFacts, record_action, void_action
from cards.services.cards import CardFacts, add_card
from cards.services.catalogue import load_catalogue
from cards.services.catalogue_rows import facts_of
from cards.services.preview import preview_action
from cards.services.rules import set_rule
from cards.services.timetable import refresh
from cards.tasks import tick
from tests.factories import make_user, utc


def day(text: str) -> date:
    return date.fromisoformat(text)


@dataclass
class Life:
    """One card. Every method that changes something checks that a second refresh changes nothing."""

    card: Card
    now: datetime
    entries: list[Action] = field(default_factory=list)

    @property
    def owner(self) -> User:
        return self.card.owner

    def at(self, moment: str) -> "Life":
        """Let time pass, by one tick."""
        now = utc(moment if " " in moment else f"{moment} 12:00")
        assert now >= self.now, "a life is told forwards"
        self.now = now
        tick(now)
        self._holds()
        return self

    def does(self, kind: str, on: str, by: User | None = None, **facts: Any) -> Action:
        action = record_action(
            card=self.card,
            facts=ActionFacts(kind=kind, acted_on=day(on), **facts),
            by=by or self.owner,
            now=self.now,
        )
        self._holds()
        return action

    def undoes(self, action: Action) -> None:
        void_action(action=action, by=self.owner, now=self.now)
        self._holds()

    def outcome(self, kind: str, on: str, **facts: Any) -> str:
        """Return what the form's preview says of an entry before it is saved."""
        preview = preview_action(
            card=self.card, facts=ActionFacts(kind=kind, acted_on=day(on), **facts), now=self.now
        )
        return str(preview.outcome)

    def deadline(self, kind: str = "line", subject: str | None = None) -> Deadline:
        rows = Deadline.objects.filter(card=self.card, kind=kind)
        return rows.get() if subject is None else rows.get(subject=subject)

    def ends(self, kind: str = "line", subject: str | None = None) -> str:
        """Return "2026-08-28" of an open deadline, else its state."""
        row = Deadline.objects.filter(card=self.card, kind=kind)
        row = row if subject is None else row.filter(subject=subject)
        found = row.first()
        if found is None:
            return "none"
        return str(found.ends_on) if found.state == "open" else str(found.state)

    def dates(self, kind: str) -> list[str]:
        """Return the open dates of a kind, the earliest first."""
        rows = Deadline.objects.filter(card=self.card, kind=kind, state="open").order_by("ends_on")
        return [str(row.ends_on) for row in rows]

    def events(self, kind: str) -> int:
        return self.card.events.filter(kind=kind).count()

    def _holds(self) -> None:
        assert refresh(self.card, self.now).changed == []


def begin(
    operator_key: str, *, now: str, rule: str | None = "", owner: User | None = None, **facts: Any
) -> Life:
    """Add a card of an operator of the catalogue; `rule` names which cards its rule is for, None: none."""
    at = utc(now if " " in now else f"{now} 12:00")
    load_catalogue(folders=(), now=at)
    operator = Operator.objects.get(key=operator_key)
    owner = owner or make_user()
    values = {"label": operator.name, "purposes": ("number-keeping",), "operator": operator, **facts}
    card = add_card(owner=owner, facts=CardFacts(**values), by=owner, now=at)
    if rule is not None:
        chosen = CatalogueRule.objects.filter(operator=operator, title=rule)[0]
        set_rule(card=card, facts=facts_of(chosen), applies_from=day("2020-01-01"), by=owner, now=at)
    return Life(Card.objects.get(pk=card.pk), at)
