"""The list of operators: search, country, pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from cards.models import Operator, User
from cards.queries.operators import country_name, operators_for

PAGE_SIZE = 60
LONGEST_SEARCH = 100
_SEEN = ("public_id", "name", "country", "aliases", "owner", "key", "digest", "retired_on", "confidence")


@dataclass(frozen=True, slots=True)
class Row:
    operator: Operator
    country: str
    rules: int

    @property
    def is_own(self) -> bool:
        return self.operator.owner_id is not None

    @property
    def is_vanished(self) -> bool:
        return is_vanished(self.operator)


@dataclass(frozen=True, slots=True)
class OperatorList:
    page: "Page[Row]"
    countries: tuple[tuple[str, str], ...]
    search: str
    country: str
    total: int

    @property
    def query(self) -> str:
        pairs = {"q": self.search, "country": self.country}
        return urlencode({name: value for name, value in pairs.items() if value})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.country)


def is_vanished(operator: Operator) -> bool:
    """Tell whether the catalogue has no file of it any more."""
    return operator.owner_id is None and bool(operator.key) and not operator.digest


def operator_list(user: User, query: Mapping[str, str]) -> OperatorList:
    """Return one page of the operators that the person may see, their own first: one query at any size.

    There are some hundred: names, other names and countries are searched here, in the person's language.
    """
    rules = Count("rules", filter=Q(rules__is_current=True, rules__subject="line"))
    found = operators_for(user).annotate(rule_count=rules).only(*_SEEN)
    rows = [Row(row, country_name(row.country) if row.country else "", row.rule_count) for row in found]
    search = "".join(filter(str.isprintable, query.get("q", ""))).strip()[:LONGEST_SEARCH]
    names = {row.operator.country: row.country for row in rows if row.country}
    country = query.get("country", "")
    country = country if country in names else ""
    shown = [row for row in rows if _fits(row, search.casefold(), country)]
    shown.sort(key=_order)
    return OperatorList(
        page=Paginator(shown, PAGE_SIZE).get_page(query.get("page", "1")),
        countries=tuple(sorted(names.items(), key=lambda pair: pair[1])),
        search=search,
        country=country,
        total=len(rows),
    )


def _fits(row: Row, search: str, country: str) -> bool:
    if country and row.operator.country != country:
        return False
    texts = (row.operator.name, row.country, row.operator.country, *row.operator.aliases)
    return not search or any(search in text.casefold() for text in texts)


def _order(row: Row) -> tuple[bool, bool, str, str]:
    """The person's own first, then by country and name; what is closed comes last."""
    is_gone = row.operator.retired_on is not None or row.is_vanished
    return not row.is_own, is_gone, row.country or "\uffff", row.operator.name.casefold()
