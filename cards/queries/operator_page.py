"""One operator's page: rules, top-ups, plans, codes, offers, holidays, each with its source."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from django.db.models import Q
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.catalogue.errors import CatalogueError
from cards.catalogue.export import mark_of
from cards.catalogue.operators import CatalogueCode, CatalogueOperator, CatalogueTopUp, Fact
from cards.catalogue.parse import parse_operator
from cards.catalogue.rule import CatalogueRule
from cards.models import Card, Operator, OperatorCode, OperatorFile, Plan, Promotion, User
from cards.queries.access import Visitor
from cards.queries.catalogue_rules import OptionInWords, options_of, question_of
from cards.queries.operator_list import is_vanished
from cards.queries.operators import country_name
from cards.queries.periods import period_text
from cards.queries.rule_words import kinds_text
from cards.rules.feasts import Feast, feasts
from cards.rules.places import day_at

# An offer comes with a holiday, and a top-up that waits for it must still be in time.
LOOK_AHEAD = timedelta(days=42)
Part = TypeVar("Part", bound=CatalogueRule | CatalogueCode)


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion that runs or is to come."""

    row: Promotion
    is_running: bool


@dataclass(frozen=True, slots=True)
class OperatorPage:
    operator: Operator
    told: CatalogueOperator | None
    options: tuple[OptionInWords, ...]
    question: str
    codes: tuple[OperatorCode, ...]
    plans: tuple[Plan, ...]
    offers: tuple[Offer, ...]
    past_offers: tuple[Promotion, ...]
    feasts: tuple[Feast, ...]
    cards: tuple[Card, ...]
    is_own: bool

    @property
    def country(self) -> str:
        return country_name(self.operator.country) if self.operator.country else ""

    @property
    def is_vanished(self) -> bool:
        return is_vanished(self.operator)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return what else is known; codes are shown as codes."""
        shown = {text for code in self.codes for text in (code.text, code.dial)}
        return tuple(fact for fact in self.told.facts if fact.value not in shown) if self.told else ()

    @property
    def own_rules(self) -> list[tuple[str, str]]:
        """Return mark and words of each rule that the person may change."""
        rules = self.told.rules if self.told and self.is_own else ()
        return [(mark_of(rule), _short(rule)) for rule in rules]

    @property
    def own_codes(self) -> list[tuple[str, str]]:
        """Return mark and words of each code that the person may change."""
        codes = self.told.codes if self.told and self.is_own else ()
        return [(mark_of(code), code.label) for code in codes]

    @property
    def line_topups(self) -> tuple[CatalogueTopUp, ...]:
        return tuple(topup for topup in self.told.topups if not topup.is_transfer) if self.told else ()

    @property
    def transfers(self) -> tuple[CatalogueTopUp, ...]:
        return tuple(topup for topup in self.told.topups if topup.is_transfer) if self.told else ()


def own_operator_of(user: Visitor, operator_id: str) -> Operator:
    """Return one of the person's own operators, or raise Http404."""
    row = user.operators.filter(public_id=operator_id).first() if isinstance(user, User) else None
    if row is None:
        raise Http404
    return row


def part_of(parts: tuple[Part, ...], mark: str) -> Part | None:
    """Return the rule or code of this mark, None for an empty mark; raise Http404 where it is gone."""
    if not mark:
        return None
    found = next((part for part in parts if mark_of(part) == mark), None)
    if found is None:
        raise Http404
    return found


def _short(rule: CatalogueRule) -> str:
    """Return "Top-up, SMS sent: 180 days (prepaid)"."""
    period = rule.period
    length = period_text(period.count, period.unit.value) if period else _("of unknown length")
    text = _("%(actions)s: %(period)s") % {"actions": kinds_text(rule.counts), "period": length}
    return f"{text} ({rule.when})" if rule.when else text


def operator_page(operator: Operator, user: User, *, now: datetime) -> OperatorPage:
    """Return everything that the page shows, in six queries."""
    today = _today(operator, user, now)
    promotions = list(operator.promotions.all())
    plans = operator.plans.filter(Q(owner=None) | Q(owner=user), retired_at=None)
    cards = user.cards.filter(operator=operator, archived_at=None).only("public_id", "label", "owner")
    return OperatorPage(
        operator=operator,
        told=told_of(operator),
        options=tuple(options_of(operator)),
        question=question_of(operator),
        codes=tuple(operator.codes.order_by("pk")),
        plans=tuple(plans.order_by("price", "pk")),
        offers=offers_of(promotions, today),
        past_offers=tuple(row for row in promotions if row.ends_on is not None and row.ends_on < today),
        feasts=feasts_of(operator, today),
        cards=tuple(cards.order_by("label", "pk")),
        is_own=operator.owner_id == user.pk,
    )


def told_of(operator: Operator) -> CatalogueOperator | None:
    """Return what the operator's file says; None without one, or for one of another version of Keepline."""
    file = OperatorFile.objects.filter(operator=operator).first()
    return _told(file.text, operator.key) if file is not None else None


@lru_cache(maxsize=128)
def _told(text: str, key: str) -> CatalogueOperator | None:
    try:
        return parse_operator(text, key=key, file=key)
    except CatalogueError:
        return None


def offers_of(promotions: list[Promotion], today: date) -> tuple[Offer, ...]:
    """Return those that are not over on that day, in order of their end."""
    return tuple(
        Offer(row, is_running=row.starts_on is None or row.starts_on <= today)
        for row in promotions
        if row.ends_on is None or row.ends_on >= today
    )


def feasts_of(operator: Operator, today: date) -> tuple[Feast, ...]:
    """Return the public holidays of the operator's country in the weeks to come."""
    if not operator.country:
        return ()
    is_chinese = (get_language() or "en").startswith("zh")
    return tuple(feasts(operator.country, first=today, last=today + LOOK_AHEAD, chinese=is_chinese))


def _today(operator: Operator, user: User, now: datetime) -> date:
    return day_at(now, operator.time_zones or [user.time_zone])
