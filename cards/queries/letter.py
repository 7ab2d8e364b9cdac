"""The letter that applies for the cancellation of a card, from what was typed on the way to it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from babel.dates import format_date

from cards.catalogue.letters import GAPS, LANGUAGES, Letter, letter_in
from cards.models import Card, Run, User
from cards.queries.ledger import Facts
from cards.queries.money import currency_decimals
from cards.queries.numbers import show_number
from cards.queries.run_page import standing_of
from cards.queries.runs import Standing, day_of
from cards.rules.steps import Progress

CANCELLING = "cancel-"
# Where an operator reads Chinese; all others are written to in English unless the person chooses.
_CHINESE = frozenset({"CN", "HK", "MO", "TW"})
_BABEL = {"en": "en_GB", "zh": "zh_Hans", "ar": "ar"}
_DAY_FORMS = {"zh": "y年M月d日"}
# Keeps "+973 3612 3456" in its order within a text that runs from right to left.
_LEFT_TO_RIGHT = "\u200e"


@dataclass(frozen=True, slots=True)
class LetterPage:
    """The letter in one language. `missing`: the gaps that stand in square brackets."""

    language: str
    is_right_to_left: bool
    subject: str
    body: str
    missing: tuple[str, ...]

    @property
    def direction(self) -> str:
        return "rtl" if self.is_right_to_left else "ltr"

    @property
    def mailto(self) -> str:
        """Return the address that opens it in the mail program; to whom, the person says there."""
        body = self.body.replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.subject, safe='')}&body={quote(body, safe='')}"


def is_cancelling(key: str) -> bool:
    """Tell whether a playbook of this key ends in an application to the operator."""
    return key.startswith(CANCELLING)


def language_for(card: Card, asked: str) -> str:
    """Return the language that was asked for, else the one that the card's operator reads."""
    if asked in LANGUAGES:
        return asked
    is_chinese = card.operator is not None and card.operator.country in _CHINESE
    return "zh" if is_chinese else "en"


def letter_page(run: Run, facts: Facts, person: User, *, language: str, today: date) -> LetterPage:
    """Return the letter; one query where the run is open, else three. `today`: at the card's place."""
    letter, standing = letter_in(language), standing_of(run, facts)
    known = _known(facts.card, standing.progress, person)
    gaps = {name: known.get(name) or letter.word(name) for name in GAPS}
    values = {name: _ordered(text, letter) for name, text in gaps.items()}
    values["date"] = _day(day_of(standing, "applied_on") or today, letter)
    values["end"] = _end(run, letter)
    values["refund"] = _refund(standing, letter, account=values["account"])
    missing = tuple(sorted(name for name in GAPS if not known.get(name)))
    return LetterPage(
        language=language,
        is_right_to_left=letter.is_right_to_left,
        subject=letter.word("subject", number=values["number"]),
        body=letter.text(values),
        missing=missing,
    )


def _known(card: Card, progress: Progress, person: User) -> Mapping[str, str]:
    numbers = [card.number, *card.numbers.values_list("number", flat=True)]
    return {
        "name": person.name,
        "number": ", ".join(show_number(number) for number in numbers if number),
        "iccid": card.iccid,
        "operator": card.operator.name if card.operator is not None else "",
        "reason": progress.value("reason"),
        "case": progress.value("case_number"),
        "account": progress.value("refund_account_note"),
    }


def _end(run: Run, letter: Letter) -> str:
    if run.wished_on is None:
        return letter.word("soonest")
    return letter.word("wished", day=_day(run.wished_on, letter))


def _refund(standing: Standing, letter: Letter, *, account: str) -> str:
    """Ask for what is left, unless it went to another number or there is nothing."""
    progress = standing.progress
    read = [at.values for at in progress.steps if at.values.get("balance")]
    amount = _decimal(read[-1]["balance"]) if read else None
    if progress.value("transferred_to") or (amount is not None and amount <= 0):
        return letter.word("refund_deposit", account=account)
    if amount is None:
        return letter.word("refund_unknown", account=account)
    balance = _ordered(_money(amount, read[-1].get("currency", "")), letter)
    return letter.word("refund_balance", account=account, balance=balance)


def _money(amount: Decimal, currency: str) -> str:
    """Return "2.500 BHD", read alike in every language of the letters."""
    if not currency:
        return f"{amount.normalize():f}"
    return f"{amount:.{currency_decimals(currency)}f} {currency}"


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _day(day: date, letter: Letter) -> str:
    form = _DAY_FORMS.get(letter.language, "d MMMM y")
    return str(format_date(day, form, locale=_BABEL[letter.language]))


def _ordered(text: str, letter: Letter) -> str:
    if not letter.is_right_to_left or any(unicodedata.bidirectional(mark) in ("R", "AL") for mark in text):
        return text
    return f"{_LEFT_TO_RIGHT}{text}{_LEFT_TO_RIGHT}"
