"""`manage.py demo`: a demo person with a dozen cards in every stage. For throw-away copies."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cards.accounts.owner import has_owner, verify_address
from cards.models import Card, Subscription, User
from cards.runs.doing import do_step
from cards.runs.homes import Typed
from cards.runs.starting import start_run
from cards.services.actions import ActionFacts, record_action
from cards.services.bound import BoundFacts, add_service
from cards.services.cards import CardFacts, add_card, archive_card, set_intent
from cards.services.charges import ChargeFacts, add_charge
from cards.services.dates import add_date
from cards.services.devices import DeviceFacts, add_device
from cards.services.operators import operator_for
from cards.services.playbooks import load_playbooks
from cards.services.rules import RuleFacts, set_rule
from cards.services.subscriptions import SubscriptionFacts, add_subscription

EMAIL, PASSWORD = "demo@example.org", "keepline-demo"
STAGES = (
    {"name": "Outgoing barred", "count": 30, "unit": "day", "consequence": "service"},
    {"name": "Can be restored", "count": 60, "unit": "day", "consequence": "service"},
)
KEEPING, DATA, ROAMING = ("number-keeping",), ("data",), ("roaming",)


@dataclass(frozen=True, slots=True)
class Line:
    """One demo card whose date comes from its last action."""

    label: str
    operator: str
    country: str
    number: str
    purposes: tuple[str, ...]
    form: str
    days_ago: int
    period_days: int
    has_stages: bool = True


LINES = (
    Line("Bank codes", "Zain Kuwait", "KW", "+96550001234", KEEPING, "physical", 176, 180),
    Line("giffgaff drawer", "giffgaff", "GB", "+447700900123", KEEPING, "esim", 40, 180),
    Line("Old Kuwait line", "Ooredoo Kuwait", "KW", "+96566001234", KEEPING, "physical", 200, 180),
    Line("Lost Thai card", "AIS", "TH", "+66812345678", ROAMING, "physical", 290, 180),
    Line("US number", "Ultra Mobile PayGo", "US", "+12025550143", KEEPING, "esim", 20, 30),
    Line("Everyday", "stc Bahrain", "BH", "+97333005678", ("everyday", *KEEPING), "physical", 60, 90, False),
)
SERVICES = {
    "Bank codes": (("Bank of China", "bank"), ("Alipay", "bank"), ("WeChat", "messenger")),
    "giffgaff drawer": (("Google account", "recovery"),),
}


class Command(BaseCommand):
    help = "Add a demo person with a dozen cards. Refuses where somebody has an account already."

    def handle(self, *args: Any, **options: Any) -> None:
        if has_owner():
            raise CommandError("somebody has an account here: the demo wants an empty database")
        now = timezone.now()
        user = User.objects.create_superuser(
            EMAIL, PASSWORD, name="Demo", time_zone="Asia/Shanghai", currency="CNY"
        )
        verify_address(user)
        load_playbooks(now=now)
        today = now.date()
        for line in LINES:
            _add_line(user, now, today, line)
        _others(user, now, today)
        drawer = add_device(owner=user, facts=DeviceFacts(name="Desk drawer", kind="drawer"))
        Card.objects.filter(owner=user, form="physical", number__startswith="+965").update(device=drawer)
        self.stdout.write(f"Demo: sign in as {EMAIL} with the password {PASSWORD}")


def _card(user: User, now: datetime, label: str, operator: str, country: str, **facts: Any) -> Card:
    values = {"label": label, "operator": operator_for(owner=user, name=operator, country=country), **facts}
    return add_card(owner=user, facts=CardFacts(**values), by=user, now=now)


def _add_line(user: User, now: datetime, today: date, line: Line) -> None:
    card = _card(
        user,
        now,
        line.label,
        line.operator,
        line.country,
        number=line.number,
        purposes=line.purposes,
        form=line.form,
    )
    acted_on = today - timedelta(days=line.days_ago)
    rule = RuleFacts(
        counts=("top-up", "sms", "call"),
        period_count=line.period_days,
        period_unit="day",
        stages=STAGES if line.has_stages else (),
        costs=({"kind": "sms", "amount": "0.3", "currency": "GBP", "what": "abroad"},)
        if line.country == "GB"
        else (),
        source="the operator's text message",
        seen_on=acted_on,
    )
    set_rule(card=card, facts=rule, applies_from=acted_on, by=user, now=now)
    facts = ActionFacts(kind="top-up", acted_on=acted_on, note="5 from the app")
    record_action(card=card, facts=facts, by=user, now=now)
    if line.label in SERVICES:
        for name, kind in SERVICES[line.label]:
            service = BoundFacts(name=name, kind=kind, is_critical=kind == "bank")
            add_service(card=card, facts=service, by=user, now=now)
    if line.country == "US":
        _add_money(user, now, today, card)


def _add_money(user: User, now: datetime, today: date, card: Card) -> None:
    """A fee that the balance covers."""
    fee = ChargeFacts(
        name="Monthly plan",
        amount=Decimal(3),
        currency="USD",
        first_on=today + timedelta(days=10),
        period_count=30,
        period_unit="day",
    )
    add_charge(card=card, facts=fee, by=user, now=now)
    read = ActionFacts(kind="reading", acted_on=today, balance=Decimal("5.40"), currency="USD")
    record_action(card=card, facts=read, by=user, now=now)


def _begin_renewal(user: User, now: datetime, plan: Subscription) -> None:
    """A renewal put down before its payment."""
    run = start_run(card=plan.card, key="renew-data-card", by=user, now=now)
    for key in ("register", "log-in"):
        do_step(run=run, key=key, typed=Typed(), by=user, now=now)
    typed = Typed(values={"data_left": 1434}, subscription=plan, note="1.4 GB left in the app")
    do_step(run=run, key="read-state", typed=typed, by=user, now=now)


def _others(user: User, now: datetime, today: date) -> None:
    travel = _card(
        user, now, "Bahrain data", "Batelco", "BH", purposes=DATA, form="esim", number="+97339001234"
    )
    month = SubscriptionFacts(
        name="Month pass 20 GB", starts_on=today - timedelta(days=27), period_count=1, period_unit="month",
        data_mib=20480, has_hotspot=True,
    )  # fmt: skip
    plan = add_subscription(card=travel, facts=month, by=user, now=now)
    _begin_renewal(user, now, plan)
    day_pass = SubscriptionFacts(name="24-hour pass", starts_on=today, starts_at=now - timedelta(hours=9),
                                 period_count=24, period_unit="hour", data_mib=1024)  # fmt: skip
    hours = _card(user, now, "Transit eSIM", "Airalo", "", purposes=DATA, form="esim")
    add_subscription(card=hours, facts=day_pass, by=user, now=now)
    unknown = _card(user, now - timedelta(days=9), "Zain Bahrain", "Zain Bahrain", "BH", purposes=KEEPING,
                    number="+97336001234")  # fmt: skip
    note = ActionFacts(kind="note", acted_on=today, note="bought in a shop")
    record_action(card=unknown, facts=note, by=user, now=now)
    fixed = _card(user, now, "Yearly Japan card", "IIJmio", "JP", purposes=ROAMING)
    reading = ActionFacts(kind="reading", acted_on=today, expires_on=today + timedelta(days=200))
    record_action(card=fixed, facts=reading, by=user, now=now)
    add_date(
        card=fixed, kind="identity", due_on=today + timedelta(days=12), note="passport copy", by=user, now=now
    )
    lapsing = _card(user, now, "Fair SIM", "Viva", "BH", purposes=ROAMING)
    soon = ActionFacts(kind="reading", acted_on=today, expires_on=today + timedelta(days=3))
    record_action(card=lapsing, facts=soon, by=user, now=now)
    set_intent(card=lapsing, intent="lapse", by=user, now=now)
    old = _card(user, now, "First eSIM", "Truphone", "GB", purposes=DATA, form="esim")
    archive_card(card=old, by=user, now=now)
