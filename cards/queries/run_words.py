"""What was typed in a step and what became of it, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cards.catalogue.asks import ASKS, Shape
from cards.models import ActionKind, RecordKind
from cards.queries.money import money_text
from cards.queries.offers import size_words
from cards.queries.sight import Reader
from cards.rules.playbook import Case, Words
from cards.rules.steps import StepState

# What a step asks for, as its field and its value are called.
LABELS = {
    "balance": gettext_lazy("balance"),
    "data_left": gettext_lazy("data left"),
    "expires_on": gettext_lazy("valid until"),
    "amount": gettext_lazy("amount"),
    "currency": gettext_lazy("currency"),
    "method": gettext_lazy("payment method"),
    "order_number": gettext_lazy("order number"),
    "action_kind": gettext_lazy("what was done"),
    "acted_on": gettext_lazy("done on"),
    "activated_on": gettext_lazy("activated on"),
    "effective_on": gettext_lazy("takes effect on"),
    "iccid": "ICCID",
    "phone_number": gettext_lazy("phone number"),
    "installs_left": gettext_lazy("installs left"),
    "activation_code": gettext_lazy("activation code"),
    "renew_or_let_end": gettext_lazy("decision"),
    "plan": gettext_lazy("plan"),
    "owed": gettext_lazy("unpaid amount"),
    "transferred_to": gettext_lazy("transferred to"),
    "case_number": gettext_lazy("case number"),
    "expected_days": gettext_lazy("how many days it takes"),
    "channel": gettext_lazy("applied through"),
    "reason": gettext_lazy("reason that was given"),
    "applied_on": gettext_lazy("applied on"),
    "refund_account_note": gettext_lazy("where the refund goes"),
    "confirmation_text": gettext_lazy("confirmation message"),
    "activation_note": gettext_lazy("note on the activation"),
}
RENEW, LET_END = "renew", "let-end"
DECISIONS = (
    (RENEW, gettext_lazy("renew it")),
    (LET_END, gettext_lazy("let it end: the other steps fall away")),
)
STATES = {
    StepState.DONE: gettext_lazy("done"),
    StepState.SKIPPED: gettext_lazy("skipped"),
    StepState.NOT_NEEDED: gettext_lazy("not needed"),
    StepState.CURRENT: gettext_lazy("now"),
    StepState.LATER: gettext_lazy("later"),
}
# icon and the colours of a stage
MARKS = {
    StepState.DONE: ("check-circle", "far"),
    StepState.SKIPPED: ("slash-circle", "none"),
    StepState.NOT_NEEDED: ("slash-circle", "none"),
    StepState.CURRENT: ("arrow-right", "soon"),
    StepState.LATER: ("clock", "none"),
}
CASES = {
    Case.NOT_ARRIVED: gettext_lazy("Only when the check says that it has not arrived."),
    Case.OWED: gettext_lazy("Only when something is unpaid."),
    Case.DEPOSIT_DUE: gettext_lazy("Only when a deposit is to come back."),
    Case.REFUND_DUE: gettext_lazy("Only when a balance is left that was not transferred."),
    Case.WINDOW_OVER: gettext_lazy("Only when the last day to save the number is past."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One value with its name."""

    label: str
    text: str
    is_long: bool = False


def in_words(words: Words | None) -> str:
    """Return a playbook's text in the language of the page."""
    return words.in_language(get_language() or "en") if words is not None else ""


def label_of(name: str) -> str:
    return capfirst(str(LABELS.get(name, name)))


def told(
    values: Mapping[str, str], *, reader: Reader, plans: Mapping[str, str], currency: str
) -> Iterator[Told]:
    """Return what was typed. `plans`: names of plans by what stands for them; `currency`: where none was."""
    code = values.get("currency") or currency
    for name, value in values.items():
        ask = ASKS.get(name)
        if ask is None or ask.shape is Shape.CURRENCY or not value:
            continue
        text = plans.get(value, value) if name == "plan" else value_text(name, value, reader, code)
        yield Told(label_of(name), text, ask.shape is Shape.LONG_TEXT)


def value_text(name: str, value: Any, reader: Reader, currency: str) -> str:
    """Return one value in words, kept as text or as it was typed."""
    shape, text = ASKS[name].shape, str(value)
    try:
        if shape is Shape.MONEY:
            return money_text(Decimal(text), currency) if currency else f"{Decimal(text).normalize():f}"
        if shape is Shape.DATA:
            return size_words(int(text))
        if shape is Shape.DAY:
            return reader.day(date.fromisoformat(text))
    except (ValueError, InvalidOperation):
        return text
    if name == "renew_or_let_end":
        return str(dict(DECISIONS).get(text, text))
    return str(dict(ActionKind.choices).get(text, text)) if name == "action_kind" else text


def shortfall_text(
    name: str, typed: Any, expected: Any, *, reader: Reader, currency: str, is_more: bool = False
) -> str:
    """Say what a check is missing: "The operator shows 5 Jan; expected is 5 Feb at least".

    `is_more`: what was there before is not enough, it must have gone up.
    """
    values = {
        "name": label_of(name),
        "typed": value_text(name, typed, reader, currency),
        "expected": value_text(name, expected, reader, currency),
    }
    if name == "owed":
        return _("%(typed)s is still unpaid; nothing should be.") % values
    if name == "data_left" or is_more:
        return _("%(name)s: the operator shows %(typed)s; it should be beyond %(expected)s.") % values
    if name == "balance" and typed >= expected:
        return _("%(name)s: the operator shows %(typed)s; it should be less than %(expected)s.") % values
    return _("%(name)s: the operator shows %(typed)s; expected is %(expected)s at least.") % values


def record_words(kind: str, values: Mapping[str, str], reader: Reader) -> str:
    """Return what a record says beside its kind: the item, the day that was promised."""
    parts = [values.get("name", ""), *values.get("open", "").split("\n")]
    if kind in (RecordKind.TICKED, RecordKind.UNTICKED) and values.get("moved_to"):
        parts.append(_("moved to %(place)s") % {"place": values["moved_to"]})
    if values.get("promised_on"):
        day = reader.day(date.fromisoformat(values["promised_on"]))
        parts.append(_("an answer is promised by %(day)s") % {"day": day})
    return _(", ").join(filter(None, parts))
