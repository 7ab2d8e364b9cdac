"""A run told through the services: one person, one card, a travelling clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cards.models import Action, Card, Deadline, Run, RunState
from cards.queries.ledger import load_facts
from cards.queries.runs import Standing, standings
from cards.runs.doing import chase, do_step, look_again, reopen_step, say_not_yet, skip_step
from cards.runs.expecting import Shortfall
from cards.runs.homes import Typed
from cards.runs.starting import start_run
from cards.services.timetable import refresh
from tests.factories import NOW


@dataclass
class Play:
    """Every method that changes something checks that a second refresh changes nothing."""

    card: Card
    run: Run
    now: datetime

    @classmethod
    def of(cls, card: Card, key: str, now: datetime = NOW, **facts: Any) -> "Play":
        return cls(card, start_run(card=card, key=key, by=card.owner, now=now, **facts), now)

    @property
    def who(self) -> dict[str, Any]:
        return {"run": self.run, "by": self.card.owner, "now": self.now}

    def later(self, **length: int) -> "Play":
        self.now += timedelta(**length)
        return self

    def does(
        self, key: str, *, note: str = "", is_accepted: bool = False, paid_as: str = "", **values: Any
    ) -> tuple[Shortfall, ...]:
        self.now += timedelta(minutes=1)  # a reading of the same instant would stand behind a payment
        typed = Typed(values=values, note=note, paid_as=paid_as)
        missing = do_step(key=key, typed=typed, is_accepted=is_accepted, **self.who)
        self._holds()
        return missing

    def does_all(self, *keys: str) -> None:
        for key in keys:
            self.does(key)

    def skips(self, key: str, reason: str = "not for me") -> None:
        skip_step(key=key, reason=reason, **self.who)
        self._holds()

    def reopens(self, key: str) -> None:
        reopen_step(key=key, note="", **self.who)
        self._holds()

    def not_yet(self, key: str) -> None:
        say_not_yet(key=key, note="", **self.who)
        self._holds()

    def looks(self, key: str) -> None:
        look_again(key=key, note="", **self.who)
        self._holds()

    def chases(self, key: str, promised_on: Any = None) -> None:
        chase(key=key, promised_on=promised_on, note="", **self.who)
        self._holds()

    @property
    def standing(self) -> Standing:
        self.run = Run.objects.select_related("version__playbook", "playbook", "card").get(pk=self.run.pk)
        facts = load_facts(Card.objects.get(pk=self.card.pk))
        return standings([self.run], facts.actions, facts.voided)[0]

    @property
    def current(self) -> str:
        at = self.standing.progress.current
        return at.step.key if at is not None else ""

    def state(self, key: str) -> str:
        return str(self.standing.progress.at(key).state)

    @property
    def is_done(self) -> bool:
        self.run.refresh_from_db()
        return self.run.state == RunState.DONE

    def ends(self, kind: str) -> str:
        """Return the only open date of a kind, or "none"."""
        rows = Deadline.objects.filter(card=self.card, kind=kind, state="open")
        return str(rows.get().ends_on) if rows else "none"

    def written(self, kind: str) -> list[Action]:
        return list(Action.objects.filter(card=self.card, kind=kind).order_by("pk"))

    def _holds(self) -> None:
        card = Card.objects.get(pk=self.card.pk)
        assert refresh(card, self.now).changed == []
