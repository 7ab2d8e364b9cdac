"""What the forms of a run's steps offer: plans, kinds of payment, what counts, and what to begin with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cards.catalogue.asks import ASKS, Home
from cards.models import ActionKind, Card, Plan, Purpose, Subscription, User
from cards.queries.action_page import ActionPage, Choices, row
from cards.queries.card_end import is_history
from cards.queries.ledger import is_purchase_undone
from cards.queries.money import money_text
from cards.queries.numbers import show_number
from cards.queries.offers import currency_of, data_words, offers_seen_by, period_words
from cards.queries.runs import Standing
from cards.rules.playbook import Case, Step, StepKind

USES = (
    ActionKind.SMS, ActionKind.CALL, ActionKind.DATA, ActionKind.MMS, ActionKind.CHARGEABLE,
    ActionKind.CALL_RECEIVED, ActionKind.MESSAGE_READ,
)  # fmt: skip
PAID_AS = (ActionKind.RENEWAL, ActionKind.TOP_UP, ActionKind.PLAN_BOUGHT, ActionKind.FEE)
MOST_OFFERS = 100
_RENEW, _OFFER = "renew:", "offer:"


@dataclass(frozen=True, slots=True)
class RunChoices:
    """`offers`: the plans on sale at the card's operator that the person sees."""

    page: ActionPage
    person: User
    standing: Standing
    offers: tuple[Plan, ...]
    # The person's other cards that live, where a step is about the one in this card's place.
    others: tuple[Card, ...] = ()

    @property
    def plans(self) -> list[Subscription]:
        """Return the plans in use, the newest first."""
        facts = self.page.facts
        rows = [
            row for row in facts.subscriptions if row.closed_at is None and not is_purchase_undone(facts, row)
        ]
        return sorted(rows, key=lambda plan: (plan.starts_on, plan.pk), reverse=True)

    def subscription(self, value: str) -> Subscription | None:
        """Return the plan in use that a choice names, by its id or as "renew:<id>"."""
        wanted = value.removeprefix(_RENEW)
        return next((plan for plan in self.page.facts.subscriptions if plan.public_id == wanted), None)

    def offer(self, value: str) -> Plan | None:
        """Return the plan on sale that a choice names as "offer:<id>"."""
        return next((plan for plan in self.offers if f"{_OFFER}{plan.public_id}" == value), None)

    @property
    def plan_rows(self) -> Choices:
        """Return the plans that can be renewed or bought."""
        groups: Choices = [(_RENEW + plan.public_id, _renew(plan)) for plan in self.plans]
        offers = [(_OFFER + plan.public_id, _offered(plan)) for plan in self.offers]
        return [*groups, (_("Buy another plan"), offers)] if offers else groups

    @property
    def plan_names(self) -> dict[str, str]:
        """Return the words of what may have been chosen as a plan."""
        renewed = {_RENEW + plan.public_id: _renew(plan) for plan in self.page.facts.subscriptions}
        return renewed | {_OFFER + plan.public_id: plan.name for plan in self.offers}

    @property
    def plan_first(self) -> str:
        return _RENEW + self.plans[0].public_id if self.plans else ""

    def paid_rows(self, step: Step) -> Choices:
        """Return what a payment can be: what counts for the card first."""
        counting = [kind for kind in PAID_AS if kind in self.page.counting]
        others = [kind for kind in PAID_AS if kind not in counting]
        groups: Choices = []
        if self.plan_rows and step.records != ActionKind.FEE:
            groups.append((_("For a plan"), list(_flat(self.plan_rows))))
        if counting:
            groups.append((_("Counts for this card"), [row(kind) for kind in counting]))
        title = _("Does not count by its rule") if self.page.rule else _("For the line")
        return [*groups, (title, [row(kind) for kind in others])] if others else groups

    def paid_first(self, step: Step) -> str:
        """Return the likeliest: the plan chosen before, what counts, what the step says."""
        if step.records == ActionKind.FEE:
            return step.records
        chosen = self.chosen_plan
        if chosen:
            return chosen
        if step.records == ActionKind.RENEWAL and self.plans and not self.is_number_keeping:
            return self.plan_first
        if step.records in self.page.counting:
            return step.records
        counts = (kind.value for kind in PAID_AS[:3] if kind in self.page.counting)
        return next(counts, step.records)

    @property
    def chosen_plan(self) -> str:
        """Return the plan that an earlier step named, where it can still be had."""
        value = self.standing.progress.value("plan")
        is_open = self.subscription(value) in self.plans if value.startswith(_RENEW) else False
        return value if is_open or self.offer(value) is not None else ""

    @property
    def currency(self) -> str:
        """Return the money to propose: what was used or what the rule says, the operator's, the person's."""
        page, operator = self.page, self.page.card.operator
        is_known = any(row.currency for row in page.facts.effective) or (page.rule and page.rule.currency)
        of_country = currency_of(operator.country) if operator and not is_known else ""
        return of_country or page.currency_first(self.person)

    @property
    def is_number_keeping(self) -> bool:
        return Purpose.NUMBER_KEEPING in self.page.card.purposes

    @property
    def targets(self) -> Choices:
        """Return whose validity can be read; nothing where there is only the line."""
        if not self.plans:
            return []
        of_plan = _("the plan %(plan)s")
        rows = [(plan.public_id, of_plan % {"plan": plan.name}) for plan in self.plans]
        return [("", _("the line")), *rows]

    @property
    def target_first(self) -> str:
        """Return what was paid in this run; else the line of a kept number, or the newest plan."""
        written = {pk for pks in self.standing.written.values() for pk in pks}
        entries = [row for row in self.page.facts.effective if row.pk in written]
        paid = [row for row in entries if row.kind in PAID_AS or row.kind == ActionKind.READING]
        if paid:
            by_id = {plan.pk: plan.public_id for plan in self.plans}
            return by_id.get(paid[-1].subscription_id or 0, "")
        return "" if self.is_number_keeping or not self.plans else self.plans[0].public_id

    @property
    def uses(self) -> Choices:
        """Return what a card can be used for: what counts for it first."""
        counting = [row(kind) for kind in USES if kind in self.page.counting]
        others = [row(kind) for kind in USES if kind not in self.page.counting]
        groups: Choices = [(_("Counts for this card"), counting)] if counting else []
        title = _("Does not count by its rule") if self.page.rule else _("What was done")
        return [*groups, (title, others)] if others else groups

    @property
    def use_first(self) -> str:
        return next((kind.value for kind in USES if kind in self.page.counting), "")

    def first(self, step: Step) -> dict[str, Any]:
        """Return what the step's form shows before anything is typed."""
        at = self.standing.progress.at(step.key)
        card, today = self.page.card, self.page.place.today
        initial: dict[str, Any] = {
            "currency": self.currency,
            "target": self.target_first,
            "action_kind": self.use_first,
            "acted_on": today,
            "applied_on": today,
            "activated_on": today,
            "plan": self.plan_first,
            "method": self.standing.progress.value("method"),
            "iccid": card.iccid,
            "phone_number": show_number(card.number) if card.number else "",
            "installs_left": card.installs_left,
        }
        if step.kind is StepKind.PAY:
            initial |= self._price(step)
        elif step.kind is StepKind.WAIT:
            initial |= self._due(step)
        # A check that missed something, or a step that was opened again, keeps what was typed in it.
        return initial | {name: _typed(name, text) for name, text in at.values.items() if name in ASKS}

    def _price(self, step: Step) -> dict[str, Any]:
        first = self.paid_first(step)
        plan: Subscription | Plan | None = self.offer(first) or self.subscription(first)
        found: dict[str, Any] = {"paid_as": first, "replaces": self._replaced(step)}
        if step.case is Case.OWED:
            found["amount"] = self.standing.progress.value("owed")
        if plan is not None and plan.price is not None:
            found |= {"amount": f"{plan.price.normalize():f}", "currency": plan.currency}
        return found

    def _replaced(self, step: Step) -> str:
        return self.plans[0].public_id if self.plans and step.records == ActionKind.RENEWAL else ""

    def _due(self, step: Step) -> dict[str, Any]:
        """Return the money that is waited for, as it was announced."""
        asked = {Case.DEPOSIT_DUE: "amount", Case.REFUND_DUE: "balance"}
        name = asked.get(step.case) if step.case is not None else None
        progress = self.standing.progress
        if name is None or not progress.value(name):
            return {}
        told = [item.values for item in progress.steps if item.values.get(name)]
        found: dict[str, Any] = {"amount": progress.value(name)}
        return found | ({"currency": told[-1]["currency"]} if told[-1].get("currency") else {})

    def needs_target(self, step: Step) -> bool:
        """Whether it matters which plan is meant."""
        is_read = any(ASKS[name].home is Home.READING for name in step.asks)
        return bool(self.plans) and (is_read or "renew_or_let_end" in step.asks)


def run_choices(page: ActionPage, person: User, standing: Standing) -> RunChoices:
    """Return the choices; one query where the card has an operator, one where it may have a successor."""
    operator = page.card.operator_id
    offers: tuple[Plan, ...] = ()
    if operator is not None:
        found = offers_seen_by(person).filter(operator=operator, retired_at=None)
        offers = tuple(found.order_by("currency", "price", "pk")[:MOST_OFFERS])
    others: tuple[Card, ...] = ()
    if any(step.is_for_successor for step in standing.playbook.steps):
        living = person.cards.filter(archived_at=None).exclude(pk=page.card.pk).order_by("label", "pk")
        others = tuple(row for row in living[:MOST_OFFERS] if not is_history(row, page.place.today))
    return RunChoices(page, person, standing, offers, others)


def _flat(rows: Choices) -> Iterator[tuple[str, str]]:
    for value, label in rows:
        if isinstance(label, str):
            yield value, label
        else:
            for name, text in label:
                yield name, _("Buy %(plan)s") % {"plan": text}


def _renew(plan: Subscription) -> str:
    return _("Renew %(plan)s") % {"plan": plan.name}


def _offered(plan: Plan) -> str:
    """Return "Month pass · BHD 5.000 · 30 days · 10 GB of data"."""
    data = data_words(plan.data_mib) if plan.data_mib is not None else ""
    parts = (plan.name, money_text(plan.price, plan.currency), period_words(plan), data)
    return " · ".join(part for part in parts if part)


def _typed(name: str, text: str) -> Any:
    return date.fromisoformat(text) if ASKS[name].shape == "day" else text
