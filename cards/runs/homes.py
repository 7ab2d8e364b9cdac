"""What was typed in a step into its homes: the ledger, the card, its secrets. The rest stays in the step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from cards.catalogue.asks import ASKS, Home, home_of
from cards.models import (
    Action,
    ActionKind,
    Card,
    Plan,
    Subscription,
    SubscriptionIntent,
    User,
)
from cards.queries.offers import snapshot_of
from cards.rules.playbook import Step, StepKind
from cards.services.actions import ActionFacts, correct_action, record_action
from cards.services.cards import edit_card, facts_of
from cards.services.secrets import keep_secrets
from cards.services.subscriptions import SubscriptionFacts, add_subscription, edit_subscription

_DATED = frozenset(ask.entry for ask in ASKS.values() if ask.entry)
# The card's columns behind the asks that live on the card.
_COLUMNS = {"iccid": "iccid", "phone_number": "number", "installs_left": "installs_left"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a person typed in a step.

    `values` by ask: Decimal, date, int (data in MiB) or text. `subscription`: the plan whose validity or
    data was read or paid, None for the line. `offer`: the plan on offer that was chosen instead.
    `paid_as`: the kind of entry that a payment becomes, "" for what the playbook says.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    subscription: Subscription | None = None
    offer: Plan | None = None
    paid_as: str = ""
    note: str = ""
    # Of a step for the successor: the card that was chosen, or the name of the one to add.
    successor: Card | None = None
    successor_name: str = ""

    def of_home(self, step: Step, *homes: Home) -> dict[str, Any]:
        """Return what was typed for the asks of these homes; nothing that was left empty."""
        return {
            name: value
            for name, value in self.values.items()
            if value not in (None, "") and name in ASKS and home_of(name, step.kind) in homes
        }


def kept_values(step: Step, typed: Typed) -> dict[str, str]:
    """Return what stays in the step itself, as text."""
    kept = {name: str(value) for name, value in typed.of_home(step, Home.STEP).items()}
    if "owed" in kept and typed.values.get("currency"):
        kept["currency"] = str(typed.values["currency"])
    return kept


def write_homes(
    *,
    card: Card,
    step: Step,
    typed: Typed,
    today: date,
    by: User,
    now: datetime,
    earlier: Sequence[Action] = (),
) -> list[Action]:
    """Write what was typed where it belongs; return the entries. Part of the step's transaction.

    `earlier`: what this step wrote before it was opened again. A day that is told anew (activated,
    cancelled) corrects that entry: two of them would leave the wrong one standing.
    Readings and payments bear the instant: on one day a reading otherwise counts as made after a payment.
    """
    _write_card(card, step, typed, by, now)
    entries = []
    for facts in _facts(card, step, typed, today, by, now):
        told = next((row for row in earlier if row.kind == facts.kind and row.kind in _DATED), None)
        if told is not None:
            entries.append(correct_action(action=told, facts=facts, by=by, now=now))
        else:
            entries.append(record_action(card=card, facts=facts, by=by, now=now))
    if typed.values.get("renew_or_let_end") == "let-end" and typed.subscription is not None:
        _let_end(typed.subscription, by, now)
    return entries


def _write_card(card: Card, step: Step, typed: Typed, by: User, now: datetime) -> None:
    columns = {_COLUMNS[name]: value for name, value in typed.of_home(step, Home.CARD).items()}
    if columns:
        edit_card(card=card, facts=replace(facts_of(card), **columns), by=by, now=now)
    secrets = typed.of_home(step, Home.SEALED)
    if secrets:
        keep_secrets(card=card, values=secrets, by=by, now=now)


def _facts(
    card: Card, step: Step, typed: Typed, today: date, by: User, now: datetime
) -> Iterator[ActionFacts]:
    paid = typed.of_home(step, Home.PAYMENT)
    if "amount" in paid or step.kind is StepKind.PAY:
        yield _payment(card, step, typed, paid, today, by, now)
    for name, day in typed.of_home(step, Home.DATED).items():
        yield ActionFacts(kind=ASKS[name].entry, acted_on=day)
    done = typed.of_home(step, Home.ACTION)
    if "action_kind" in done:
        yield ActionFacts(kind=done["action_kind"], acted_on=done.get("acted_on", today))
    read = typed.of_home(step, Home.READING)
    if read:
        yield ActionFacts(
            kind=ActionKind.READING,
            acted_on=today,
            acted_at=now,
            expires_on=read.get("expires_on"),
            balance=read.get("balance"),
            currency=typed.values.get("currency", "") if "balance" in read else "",
            data_left_mib=read.get("data_left"),
            subscription=typed.subscription,
        )


def _payment(
    card: Card, step: Step, typed: Typed, paid: Mapping[str, Any], today: date, by: User, now: datetime
) -> ActionFacts:
    kind, subscription = typed.paid_as or step.records or _received(step), typed.subscription
    if typed.offer is not None:
        # Another plan than before: it is bought, and begins today.
        if subscription is not None:
            _let_end(subscription, by, now)
        facts = SubscriptionFacts(starts_on=today, plan=typed.offer, **snapshot_of(typed.offer))
        subscription = add_subscription(card=card, facts=facts, by=by, now=now)
        kind = ActionKind.PLAN_BOUGHT
    return ActionFacts(
        kind=kind,
        acted_on=today,
        acted_at=now,
        amount=paid.get("amount"),
        currency=paid.get("currency", ""),
        method=paid.get("method", ""),
        order_number=paid.get("order_number", ""),
        note=typed.values.get("confirmation_text", "") or "",
        subscription=subscription if kind in (ActionKind.RENEWAL, ActionKind.PLAN_BOUGHT) else None,
    )


def _received(step: Step) -> str:
    """What an amount is in a step that pays nothing: a refund that came, or the price of the card."""
    return ActionKind.REFUND if step.kind is StepKind.WAIT else ActionKind.NOTE


def _let_end(subscription: Subscription, by: User, now: datetime) -> None:
    names = SubscriptionFacts.__dataclass_fields__
    facts = SubscriptionFacts(**{name: getattr(subscription, name) for name in names})
    edit_subscription(
        subscription=subscription,
        facts=replace(facts, intent=SubscriptionIntent.LET_END),
        by=by,
        now=now,
    )
