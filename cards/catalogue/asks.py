"""What a step can ask for, and where the answer goes: one table for every playbook."""

from dataclasses import dataclass
from enum import StrEnum


class Home(StrEnum):
    """Where a value lives. Only `STEP` stays with the step; all others become entries or card facts."""

    READING = "reading"
    PAYMENT = "payment"
    ACTION = "action"
    DATED = "dated"
    CARD = "card"
    SEALED = "sealed"
    STEP = "step"


class Shape(StrEnum):
    """How a value is typed in."""

    MONEY = "money"
    CURRENCY = "currency"
    DATA = "data"
    DAY = "day"
    TEXT = "text"
    LONG_TEXT = "long-text"
    COUNT = "count"
    CHOICE = "choice"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Ask:
    home: Home
    shape: Shape
    # Of a dated ask: the kind of entry that is written on that day.
    entry: str = ""


ASKS: dict[str, Ask] = {
    "balance": Ask(Home.READING, Shape.MONEY),
    "data_left": Ask(Home.READING, Shape.DATA),
    "expires_on": Ask(Home.READING, Shape.DAY),
    "amount": Ask(Home.PAYMENT, Shape.MONEY),
    "currency": Ask(Home.PAYMENT, Shape.CURRENCY),
    "method": Ask(Home.PAYMENT, Shape.TEXT),
    "order_number": Ask(Home.PAYMENT, Shape.TEXT),
    "action_kind": Ask(Home.ACTION, Shape.CHOICE),
    "acted_on": Ask(Home.ACTION, Shape.DAY),
    "activated_on": Ask(Home.DATED, Shape.DAY, "activated"),
    "effective_on": Ask(Home.DATED, Shape.DAY, "cancelled"),
    "iccid": Ask(Home.CARD, Shape.TEXT),
    "phone_number": Ask(Home.CARD, Shape.TEXT),
    "installs_left": Ask(Home.CARD, Shape.COUNT),
    "activation_code": Ask(Home.SEALED, Shape.CODE),
    "renew_or_let_end": Ask(Home.STEP, Shape.CHOICE),
    "plan": Ask(Home.STEP, Shape.CHOICE),
    "owed": Ask(Home.STEP, Shape.MONEY),
    "transferred_to": Ask(Home.STEP, Shape.TEXT),
    "case_number": Ask(Home.STEP, Shape.TEXT),
    "expected_days": Ask(Home.STEP, Shape.COUNT),
    "channel": Ask(Home.STEP, Shape.TEXT),
    "reason": Ask(Home.STEP, Shape.LONG_TEXT),
    "applied_on": Ask(Home.STEP, Shape.DAY),
    "refund_account_note": Ask(Home.STEP, Shape.TEXT),
    "confirmation_text": Ask(Home.STEP, Shape.LONG_TEXT),
    "activation_note": Ask(Home.STEP, Shape.LONG_TEXT),
}


def home_of(name: str, kind: str) -> Home:
    """Where the answer of a step of this kind goes.

    An amount is a payment where something is paid, bought or received (`pay`, `wait`, `read`); in a
    `do` step it is only announced, and the method only chosen.
    """
    home = ASKS[name].home
    return Home.STEP if home is Home.PAYMENT and kind == "do" else home
