"""What the form for an action proposes: the kinds that count, the plan, the currency."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cards.models import Action, ActionKind, Card, Charge, Form, Rule, Subscription, User
from cards.queries.card_end import AFTERWARDS, is_history
from cards.queries.ledger import Facts, load_facts
from cards.queries.place import Place
from cards.queries.rule_extras import needs_text
from cards.queries.rules import version_in_force
from cards.rules.ledger import Outcome

from .effects import Remark, outcome_remark, unconfirmed_text

# In the order in which they are proposed.
DONE = (
    ActionKind.TOP_UP, ActionKind.RENEWAL, ActionKind.PLAN_BOUGHT, ActionKind.SMS, ActionKind.CALL,
    ActionKind.DATA, ActionKind.MMS, ActionKind.CHARGEABLE,
    ActionKind.CALL_RECEIVED, ActionKind.MESSAGE_READ,
)  # fmt: skip
LIFE = (
    ActionKind.ACTIVATED, ActionKind.INSTALLED, ActionKind.FIRST_USED, ActionKind.SUSPENDED,
    ActionKind.RESTORED, ActionKind.PORTED, ActionKind.CANCELLED, ActionKind.LOST,
)  # fmt: skip
MONEY = (ActionKind.CREDIT_SENT, ActionKind.CREDIT_RECEIVED, ActionKind.FEE, ActionKind.REFUND)
# An entry of a plan never counts for the line: a top-up must not lose its effect by a wrong choice.
OF_A_PLAN = frozenset(
    {
        ActionKind.RENEWAL,
        ActionKind.READING,
        ActionKind.FEE,
        ActionKind.REFUND,
        ActionKind.NOTE,
        ActionKind.FIRST_USED,
        ActionKind.DATA,
    }
)
UNTIL = frozenset({ActionKind.TOP_UP, ActionKind.CREDIT_RECEIVED, ActionKind.SUSPENDED})
WRITABLE = frozenset(ActionKind.values) - {ActionKind.VOID, ActionKind.RULE_CHANGED}

Choices = list[tuple[str, str | list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class ActionPage:
    """The card's facts as far as the form needs them."""

    card: Card
    place: Place
    facts: Facts
    rule: Rule | None
    # Of an entry to be corrected: its kind stays a choice, whatever became of the card.
    kept: str = ""

    @property
    def is_history(self) -> bool:
        return is_history(self.card, self.place.today)

    @property
    def counting(self) -> frozenset[str]:
        return frozenset(self.rule.counts) if self.rule else frozenset()

    @property
    def plans(self) -> list[Subscription]:
        """Return the plans an entry may belong to, open ones first."""
        return sorted(self.facts.subscriptions, key=lambda plan: (plan.closed_at is not None, plan.pk))

    def plan(self, public_id: str) -> Subscription | None:
        """Return a plan by its public id, or by its number as a reminder's link names it."""
        return next((row for row in self.facts.subscriptions if _is_named(row, public_id)), None)

    def charge(self, public_id: str) -> Charge | None:
        """Return a fixed charge by its public id, or by its number as a reminder's link names it."""
        return next((row for row in self.facts.charges if _is_named(row, public_id)), None)

    @property
    def needs(self) -> str:
        """Return what actions that count need: "the card in a phone, roaming"; '' where nothing is said."""
        return needs_text(self.rule) if self.rule else ""

    @property
    def kinds(self) -> Choices:
        """Return the choices: what counts for the card first; of one that is gone only what is left."""
        if self.is_history:
            left = [kind for kind in ActionKind if kind in AFTERWARDS or kind == self.kept]
            return [(_("What is still recorded"), [row(kind) for kind in left])]
        counting = [kind for kind in (*DONE, *LIFE, *MONEY) if kind in self.counting]
        life = [kind for kind in LIFE if kind != ActionKind.INSTALLED or self.card.form == Form.ESIM]
        groups = {
            _("Counts for this card"): counting,
            _("What the operator says"): [ActionKind.READING],
            _("Does not count by its rule") if self.rule else _("What was done"): DONE,
            _("Life of the card"): life,
            _("Money and notes"): (*MONEY, ActionKind.NOTE),
        }
        shown: Choices = []
        for group, kinds in groups.items():
            rows = [row(kind) for kind in kinds if kinds is counting or kind not in self.counting]
            if rows:
                shown.append((group, rows))
        return shown

    def kind_first(self, asked: str) -> str:
        """Return the kind to begin with: the one asked for, the last that counted, the likeliest."""
        if self.is_history:
            return asked if asked in AFTERWARDS else str(ActionKind.REFUND)
        if asked in WRITABLE:
            return asked
        done = [entry.kind for entry in sorted(self.facts.effective, key=_by_day, reverse=True)]
        for kind in (*done, *DONE, *LIFE, *MONEY):
            if kind in self.counting:
                return str(kind)
        last = next((kind for kind in done if kind in DONE), None)
        has_date = any(entry.expires_on for entry in self.facts.effective)
        return str(last or (ActionKind.TOP_UP if has_date else ActionKind.READING))

    def currency_first(self, person: User) -> str:
        """Return the currency last used for this card, else the rule's, else the person's."""
        used = [entry for entry in self.facts.effective if entry.currency]
        if used:
            return max(used, key=_by_day).currency
        return (self.rule.currency if self.rule else "") or person.currency


def row(kind: ActionKind) -> tuple[str, str]:
    if kind == ActionKind.READING:
        return kind.value, _("Reading: the date or balance that the operator shows")
    return kind.value, str(kind.label)


def _is_named(row: Subscription | Charge, name: str) -> bool:
    return name in (row.public_id, str(row.pk))


def _by_day(entry: Action) -> tuple[object, int]:
    return entry.acted_on, entry.pk


def action_page(card: Card, place: Place) -> ActionPage:
    facts = load_facts(card)
    return ActionPage(card, place, facts, rule_in_force(facts, place))


def rule_in_force(facts: Facts, place: Place) -> Rule | None:
    """Return the version of today; before the first one the first."""
    return version_in_force(facts, place.today)


def remarks_on(
    page: ActionPage,
    *,
    kind: str,
    plan: Subscription | None,
    outcome: Outcome | None,
    reading: Outcome | None,
    moves: bool,
) -> list[Remark]:
    """Say what an entry is worth before it is saved. `reading` is the new expiry's own outcome."""
    if plan is not None:
        return _plan_remarks(page, kind, plan)
    remark = outcome_remark(outcome, has_rule=page.rule is not None, moves=moves)
    remarks = [remark] if remark is not None else []
    if reading is Outcome.UNCONFIRMED:
        remarks.append(Remark("warning", unconfirmed_text()))
    elif reading is Outcome.READ and outcome is not Outcome.COUNTED:
        remarks.append(Remark("success", _("The new expiry is taken over as the operator's own date.")))
    return remarks


def _plan_remarks(page: ActionPage, kind: str, plan: Subscription) -> list[Remark]:
    if kind == ActionKind.RENEWAL:
        text = _("This renews the plan “%(plan)s”.") % {"plan": plan.name}
        if kind not in page.counting:
            return [Remark("success", text)]
        more = _("It does not count for the line; if it should, record it once more without the plan.")
        return [Remark("success", text), Remark("warning", more)]
    text = _("This belongs to the plan “%(plan)s” and does not count for the line.")
    return [Remark("info", text % {"plan": plan.name})]
