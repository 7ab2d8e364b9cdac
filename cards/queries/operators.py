"""Operators that a person may choose from: the shared ones and their own."""

from babel.core import Locale
from django.db.models import Q, QuerySet
from django.utils.translation import get_language, to_locale

from cards.models import Operator, User

# Shared, from a file that is not there any more: its cards keep it.
VANISHED = Q(owner=None, digest="") & ~Q(key="")


def operators_for(user: User) -> QuerySet[Operator]:
    """Return all that the person may see, those that are closed too."""
    return Operator.objects.filter(Q(owner=None) | Q(owner=user))


def choosable(user: User) -> QuerySet[Operator]:
    """Return those that a card may be given."""
    return operators_for(user).filter(retired_on=None).exclude(VANISHED)


def operator_names(user: User, *, limit: int = 600) -> list[str]:
    """Return the names to suggest, other names too, each once."""
    rows = choosable(user).order_by("name").values_list("name", "aliases")
    names = [name for name, _aliases in rows] + [alias for _name, aliases in rows for alias in aliases]
    return list(dict.fromkeys(names))[:limit]


def operators_meant(user: User, typed: str) -> list[Operator]:
    """Return the operators of that name, closed ones too; where there is none, of that other name."""
    found = operators_for(user).exclude(VANISHED)
    rows = list(found.only("name", "country", "aliases", "retired_on", "owner"))
    wanted = typed.strip().casefold()
    named = [row for row in rows if row.name.casefold() == wanted]
    return named or [row for row in rows if wanted in (alias.casefold() for alias in row.aliases)]


def country_name(code: str) -> str:
    """Return a country in the active language; the code itself where it has no name."""
    names = Locale.parse(to_locale(get_language() or "en")).territories
    return str(names.get(code, code))
