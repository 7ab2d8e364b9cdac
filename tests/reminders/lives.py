"""A random life of one card: what people do to it, in any order, while time passes and mail fails."""

import random
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from cards.models import Action, Card, CardDate, Charge, Operator, Rule, Subscription, User, Watch
from cards.services.actions import ActionFacts, correct_action, void_action
from cards.services.cards import CardFacts, archive_card, edit_card, restore_card, set_intent
from cards.services.charges import ChargeFacts, add_charge, end_charge
from cards.services.dates import add_date, delete_date, edit_date, meet_date
from cards.services.operators import OperatorFacts, save_shared_operator
from cards.services.people import Preferences, save_preferences
from cards.services.rules import RuleFacts, set_rule
from cards.services.subscriptions import (
    SubscriptionFacts,
    close_subscription,
    edit_subscription,
    reopen_subscription,
)
from cards.services.watches import mark_seen, mute, set_leads, snooze, unmark
from tests.factories import act, make_card, make_plan

DAY = timedelta(days=1)
ZONES = ("Asia/Shanghai", "Pacific/Tongatapu", "Pacific/Pago_Pago", "America/New_York", "Europe/London")
KINDS = (
    "top-up", "top-up", "renewal", "sms", "cancelled", "lost", "restored", "note", "credit-received",
    "credit-sent", "suspended", "installed", "first-used",
)  # fmt: skip
STAGES = ((), (("Grace", 20),), (("Grace", 10), ("Frozen", 30)), (("Grace", None),))
TIERS = tuple(
    {"minimum": minimum, "count": count, "unit": "day", "mode": mode, "is_credit": is_credit}
    for minimum, count, mode, is_credit in (
        ("5", 10, None, False),
        ("10", 40, "at-least", False),
        ("25", 90, None, True),
    )
)
MORE: tuple[dict[str, Any], ...] = (
    {}, {}, {"tiers": TIERS, "currency": "EUR"}, {"minima": {"top-up": "10"}, "currency": "EUR"},
    {"first_count": 10, "first_unit": "day"}, {"zero_count": 45, "zero_unit": "day"},
    {"cap_count": 100, "cap_unit": "day"}, {"is_started_by_action": True},
)  # fmt: skip


class Life:
    """One card with everything on it; `step` does one thing at `now` and says what."""

    def __init__(self, seed: int, owner: User, now: datetime) -> None:
        self.dice, self.owner, self.now = random.Random(seed), owner, now
        self.operator = Operator.objects.create(name=f"Shared {seed}", time_zones=[self.dice.choice(ZONES)])
        self.card = make_card(
            owner, operator=self.operator, purposes=("number-keeping",), period=(90, "day"), now=now
        )
        self.deeds: tuple[Callable[[], Any], ...] = (
            self.record, self.record, self.read, self.read, self.undo, self.correct, self.rule,
            self.plan, self.change_plan, self.date, self.change_date, self.edit, self.archive,
            self.intend, self.watch, self.watch, self.prefer, self.move_operator, self.measure, self.measure,
            self.charge, self.charge,
        )  # fmt: skip

    def look(self) -> None:
        """Read the card as it is now."""
        self.card = Card.objects.select_related("owner").get(pk=self.card.pk)
        self.owner = self.card.owner

    def step(self) -> str:
        deed = self.dice.choice(self.deeds)
        deed()
        return deed.__name__

    @property
    def by(self) -> dict[str, Any]:
        return {"by": self.owner, "now": self.now}

    def day(self, low: int, high: int) -> Any:
        return (self.now + self.dice.randint(low, high) * DAY).date()

    def some(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else None

    def record(self) -> None:
        plan = self.some(self.card.subscriptions) if self.dice.random() < 0.3 else None
        kind = self.dice.choice(("renewal", "first-used")) if plan else self.dice.choice(KINDS)
        more: dict[str, Any] = {}
        if kind in ("top-up", "credit-received", "suspended") and self.dice.random() < 0.6:
            more["until_on"] = self.day(1, 60)
        if kind == "credit-sent":
            more["days_given"] = self.dice.choice((1, 5, 40))
        if kind in ("top-up", "note"):
            amount = Decimal(self.dice.choice(("5", "10", "0", "25")))
            more.update({"amount" if kind == "top-up" else "balance": amount, "currency": "EUR"})
        act(self.card, kind, on=self.day(-30, 0), now=self.now, subscription=plan, **more)

    def measure(self) -> None:
        """Read a balance, or what is left of a plan's data."""
        plan = self.some(self.card.subscriptions) if self.dice.random() < 0.6 else None
        facts: dict[str, Any] = {"data_left_mib": self.dice.choice((0, 90, 500, 2000, 9000))}
        if plan is None:
            facts = {"balance": Decimal(self.dice.choice(("-1", "0", "3.5", "40"))), "currency": "EUR"}
        act(self.card, "reading", on=self.day(-20, 0), now=self.now, subscription=plan, **facts)

    def charge(self) -> None:
        row: Charge | None = self.some(self.card.charges)
        chance = self.dice.random()
        if row is None or chance < 0.3:
            facts = ChargeFacts(
                kind=self.dice.choice(("fee", "bill")),
                name="Fee",
                amount=Decimal(4),
                currency="EUR",
                first_on=self.day(-20, 30),
                period_count=self.dice.choice((None, 1)),
                period_unit=self.dice.choice(("month", "week", "day")),
            )
            add_charge(card=self.card, facts=facts, **self.by)
        elif chance < 0.8:
            act(self.card, "fee", on=self.day(-2, 0), now=self.now, charge=row)
        else:
            end_charge(charge=row, **self.by)

    def read(self) -> None:
        act(self.card, "reading", on=self.day(-3, 0), now=self.now, expires_on=self.day(-40, 60))

    def undo(self) -> None:
        gone = Action.objects.filter(voids__isnull=False).values("voids")
        action = self.some(self.card.actions.exclude(pk__in=gone))
        if action:
            void_action(action=action, **self.by)

    def correct(self) -> None:
        gone = Action.objects.filter(voids__isnull=False).values("voids")
        action = self.some(self.card.actions.filter(kind="reading", subscription=None).exclude(pk__in=gone))
        if action:
            facts = ActionFacts(kind="reading", acted_on=action.acted_on, expires_on=self.day(-5, 50))
            correct_action(action=action, facts=facts, **self.by)

    def rule(self) -> None:
        stages = [
            {"name": name, "count": count, "unit": "day", "consequence": "number"}
            for name, count in self.dice.choice(STAGES)
        ]
        facts = RuleFacts(
            counts=("top-up", "renewal"),
            period_count=self.dice.choice((2, 10, 30, 90, 180)),
            period_unit="day",
            counts_from=self.dice.choice(("action", "end", "later")),
            stages=tuple(stages),
            **self.dice.choice(MORE),
            confidence=self.dice.choice("AABC"),
        )
        set_rule(card=self.card, facts=facts, applies_from=self.day(-200, 5), **self.by)
        assert Rule.objects.filter(card=self.card).exists()

    def plan(self) -> None:
        unit, count = self.dice.choice((("day", 7), ("day", 30), ("hour", 24), ("hour", 5), ("month", 1)))
        intent = self.dice.choice(("renew", "let-end"))
        start = self.day(-8, 3)
        first_use = self.dice.choice((None, None, start, start + 20 * DAY))
        make_plan(
            self.card, on=start, now=self.now, period_count=count, period_unit=unit, intent=intent,
            first_use_by_on=first_use,
        )  # fmt: skip

    def change_plan(self) -> None:
        plan: Subscription | None = self.some(self.card.subscriptions)
        if plan is None:
            return
        if self.dice.random() < 0.4:
            values = {item.name: getattr(plan, item.name) for item in fields(SubscriptionFacts)}
            facts = SubscriptionFacts(**{**values, "starts_on": self.day(-10, 5)})
            edit_subscription(subscription=plan, facts=facts, **self.by)
        elif plan.closed_at:
            reopen_subscription(subscription=plan, **self.by)
        else:
            close_subscription(subscription=plan, **self.by)

    def date(self) -> None:
        kind = self.dice.choice(("refund", "own", "promotion", "notice", "identity"))
        add_date(card=self.card, kind=kind, due_on=self.day(-20, 40), note="", **self.by)

    def change_date(self) -> None:
        row: CardDate | None = self.some(self.card.dates)
        if row is None:
            return
        if self.dice.random() < 0.2:
            delete_date(row=row, **self.by)
        elif self.dice.random() < 0.4:
            edit_date(row=row, kind=row.kind, due_on=self.day(-5, 30), note="moved", **self.by)
        else:
            meet_date(row=row, is_met=row.met_at is None, **self.by)

    def edit(self) -> None:
        values = {item.name: getattr(self.card, item.name) for item in fields(CardFacts)}
        values["margin_days"] = self.dice.choice((None, 0, 3, 14))
        values["purposes"] = self.dice.choice((("number-keeping",), ("data",)))
        values["operator"] = self.dice.choice((None, self.operator))
        values["install_by_on"] = self.dice.choice((None, self.day(-5, 40)))
        values["first_use_by_on"] = self.dice.choice((None, self.day(-5, 40)))
        edit_card(card=self.card, facts=CardFacts(**values), **self.by)

    def archive(self) -> None:
        (restore_card if self.card.archived_at else archive_card)(card=self.card, **self.by)

    def intend(self) -> None:
        set_intent(card=self.card, intent=self.dice.choice(("keep", "lapse", "cancelling")), **self.by)

    def watch(self) -> None:
        watch: Watch | None = self.some(Watch.objects.filter(deadline__card=self.card))
        if watch is None:
            return
        deed = self.dice.choice((mark_seen, mute, unmark, unmark, snooze, snooze, set_leads))
        if deed is snooze:
            snooze(watch=watch, until=self.day(1, 20), **self.by)
        elif deed is set_leads:
            set_leads(watch=watch, leads=self.dice.choice((None, [60, 5], [2])), **self.by)
        else:
            deed(watch=watch, **self.by)  # type: ignore[operator]

    def prefer(self) -> None:
        values = {item.name: getattr(self.owner, item.name) for item in fields(Preferences)}
        values["time_zone"] = self.dice.choice(ZONES)
        values["remind_at"] = time(self.dice.choice((0, 9, 23)), 30)
        values["leads"] = self.dice.choice(([30, 14, 7, 3, 1, 0], [7, 0], [45]))
        save_preferences(user=self.owner, preferences=Preferences(**values), now=self.now)

    def move_operator(self) -> None:
        zones = tuple(self.dice.sample(ZONES, self.dice.choice((0, 1, 2))))
        facts = OperatorFacts(name=self.operator.name, time_zones=zones)
        save_shared_operator(operator=self.operator, facts=facts, now=self.now)
