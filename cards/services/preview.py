"""What an action, its undoing, a rule or a plan would do to the deadlines, before anything is written."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime

from cards.models import Action, ActionKind, Card, Deadline, DeadlineState, Rule, Subscription, User
from cards.queries.ledger import Facts, load_facts, voided_ids
from cards.rules.validity import Outcome

from .actions import ActionFacts, rows_of
from .rules import RuleFacts, rule_row
from .subscriptions import SubscriptionFacts
from .wanted import Wanted, line_validity, wanted_of


@dataclass(frozen=True, slots=True)
class Effect:
    """One deadline before and after. Both are unsaved rows; None: it is not there then."""

    before: Deadline | None
    after: Deadline | None

    @property
    def is_shortened(self) -> bool:
        before = self.before.ends_at if self.before else None
        after = self.after.ends_at if self.after else None
        return before is not None and after is not None and after < before


@dataclass(frozen=True, slots=True)
class Preview:
    """All changes, whether the action counts for the line's validity, and so its new expiry."""

    effects: tuple[Effect, ...]
    outcome: Outcome | None = None
    reading: Outcome | None = None


def preview_action(
    *, card: Card, facts: ActionFacts, now: datetime, corrects: Action | None = None
) -> Preview:
    """Play the ledger with and without the entry."""
    known = load_facts(card)
    entry, reading = rows_of(card, facts, recorded_at=now)
    top = max((action.pk for action in known.actions), default=0)
    entry.pk, entry.voids = top + 1, corrects
    added = [entry]
    if reading is not None:
        reading.pk = top + 2
        added.append(reading)
    if corrects is not None:
        for companion in corrects.companions.exclude(kind=ActionKind.VOID):
            added.append(_void(card, companion, top + 2 + len(added), now))
    wanted = _with(known, added)
    outcomes = line_validity(wanted).outcomes
    return Preview(
        effects=effects_between(known, wanted),
        outcome=outcomes.get(entry.pk),
        reading=outcomes.get(reading.pk) if reading is not None else None,
    )


def preview_void(*, action: Action, now: datetime) -> Preview:
    """Play the ledger without the entry and what was written beside it."""
    card = action.card
    known = load_facts(card)
    top = max(entry.pk for entry in known.actions)
    targets = [action, *action.companions.all()]
    voids = [_void(card, entry, top + 1 + i, now) for i, entry in enumerate(targets)]
    return Preview(effects=effects_between(known, _with(known, voids)))


def preview_rule(
    *, card: Card, facts: RuleFacts, applies_from: date, by: User, now: datetime
) -> tuple[Preview, Rule]:
    """Play the ledger under a new version; return that unsaved version too.

    Raise ValueError where the rule contradicts itself.
    """
    known = load_facts(card)
    row = rule_row(card, facts, applies_from=applies_from, by=by, now=now)
    row.pk = max((rule.pk for rule in known.rules), default=0) + 1
    # Setting a rule answers what the catalogue proposes.
    own = tuple(rule for rule in known.rules if not rule.is_proposed)
    return Preview(effects=effects_between(known, replace(known, rules=(*own, row)))), row


def preview_plan(
    *, card: Card, facts: SubscriptionFacts, now: datetime, plan: Subscription | None = None
) -> Preview:
    """Work out the ends with a new plan, or with a changed one."""
    known = load_facts(card)
    others = [row for row in known.subscriptions if plan is None or row.pk != plan.pk]
    top = max((row.pk for row in known.subscriptions), default=0)
    row = Subscription(pk=top + 1, card=card, created_at=now) if plan is None else copy(plan)
    wanted = replace(known, subscriptions=(*others, facts.onto(row)))
    return Preview(effects=effects_between(known, wanted))


def _void(card: Card, entry: Action, pk: int, now: datetime) -> Action:
    return Action(
        pk=pk,
        card=card,
        kind=ActionKind.VOID,
        voids=entry,
        acted_on=entry.acted_on,
        recorded_at=now,
    )


def _with(facts: Facts, added: Sequence[Action]) -> Facts:
    actions = (*facts.actions, *added)
    return replace(facts, actions=actions, voided=voided_ids(actions))


def effects_between(before: Facts, after: Facts) -> tuple[Effect, ...]:
    """Return the open deadlines that two sets of facts give differently."""
    old = {row.key: row for row in wanted_of(before) if row.state == DeadlineState.OPEN}
    new = {row.key: row for row in wanted_of(after) if row.state == DeadlineState.OPEN}
    effects = []
    for key in dict.fromkeys([*old, *new]):
        was, will = old.get(key), new.get(key)
        if was is None or will is None or was.ends_at != will.ends_at:
            effects.append(Effect(_row(before.card, was), _row(before.card, will)))
    return tuple(effects)


def _row(card: Card, want: Wanted | None) -> Deadline | None:
    if want is None:
        return None
    values = {name: getattr(want, name) for name in Wanted.__dataclass_fields__}
    return Deadline(card=card, **values)
