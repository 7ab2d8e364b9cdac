"""The rules that the catalogue knows for an operator, in words, and which of them a card may take."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.models import CatalogueRule, Confidence, Operator, Rule
from cards.queries.money import money_text
from cards.queries.periods import period_text
from cards.queries.rule_extras import extra_sentences
from cards.queries.rule_words import counts_text, end_sentences, rule_sentences

LINE = "line"
CONFIDENCE = dict(Confidence.choices)
# Of a rule's facts; the rest of the columns has defaults.
_LINKS = ("catalogue", "seen_on", "source")


@dataclass(frozen=True, slots=True)
class OtherSource:
    """What another source says; shown beside the rule, never reckoned with."""

    sentence: str
    note: str
    source: str
    seen_on: date | None
    confidence: str

    @property
    def confidence_text(self) -> str:
        return str(CONFIDENCE.get(self.confidence, ""))


@dataclass(frozen=True, slots=True)
class OptionInWords:
    row: CatalogueRule
    sentences: tuple[str, ...]
    others: tuple[OtherSource, ...]

    @property
    def has_period(self) -> bool:
        return bool(self.row.data.get("period_count"))

    @property
    def is_for_line(self) -> bool:
        return self.row.subject == LINE

    @property
    def title(self) -> str:
        """Return for which cards it is; what it keeps where that is not the line."""
        subjects = {"credit": _("The credit"), "plan": _("The plan")}
        return _(": ").join(filter(None, (subjects.get(self.row.subject, ""), self.row.title)))

    @property
    def is_hearsay(self) -> bool:
        return self.row.confidence == Confidence.C


def options_of(operator: Operator, *, is_choice: bool = False) -> list[OptionInWords]:
    """Return the rules in the catalogue's order, in one query; as a `choice` only those of the line."""
    rows = operator.rules.filter(is_current=True)
    if is_choice:
        rows = rows.filter(subject=LINE)
    return [option_in_words(row) for row in rows.order_by("pk")]


def option_in_words(row: CatalogueRule) -> OptionInWords:
    return OptionInWords(row, tuple(_sentences(row.data)), tuple(_other(told) for told in row.others))


def question_of(operator: Operator) -> str:
    """Return what to ask the holder of a card where no rule is known, in the active language."""
    is_chinese = (get_language() or "en").startswith("zh")
    return str(operator.ask.get("zh" if is_chinese else "en", "")) if operator.ask else ""


def _sentences(data: dict[str, Any]) -> list[str]:
    rule = _rule(data)
    if data.get("period_count"):
        return rule_sentences(rule)
    unknown = _("How long each one gives is not known: it is as long as the plan that you buy.")
    # The rest does not hang on the period.
    return [counts_text(rule), unknown, *extra_sentences(rule), *end_sentences(rule)]


def _rule(data: dict[str, Any]) -> Rule:
    """Return an unsaved rule that can be put into words."""
    values = {name: value for name, value in data.items() if name not in _LINKS}
    minimum = values.pop("minimum", None)
    return Rule(**values, minimum=Decimal(minimum) if minimum is not None else None)


def _other(told: dict[str, Any]) -> OtherSource:
    period = period_text(told.get("count"), told.get("unit") or "day") or _("of unknown length")
    parts = [_(", ").join(told.get("actions", ())), period]
    if told.get("minimum"):
        amount = money_text(Decimal(told["minimum"]), told["currency"])
        parts.append(_("from %(amount)s on") % {"amount": amount})
    if told.get("is_lost_at_end"):
        parts.append(_("lost at once after that"))
    elif told.get("grace_count"):
        grace = period_text(told["grace_count"], told["grace_unit"])
        parts.append(_("then %(period)s to save it") % {"period": grace})
    return OtherSource(
        sentence=_("; ").join(parts),
        note=told.get("note", ""),
        source=told.get("source", ""),
        seen_on=date.fromisoformat(told["seen"]) if told.get("seen") else None,
        confidence=told.get("confidence", ""),
    )
