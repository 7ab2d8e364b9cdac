"""Operators that a person may choose from: the shared ones and their own."""

from babel.core import Locale
from django.db.models import Q, QuerySet
from django.utils.translation import get_language, to_locale

from cards.models import Operator, User


def operators_for(user: User) -> QuerySet[Operator]:
    return Operator.objects.filter(Q(owner=None) | Q(owner=user))


def operator_names(user: User, *, limit: int = 300) -> list[str]:
    """Return the names to suggest, each once."""
    names = operators_for(user).order_by("name").values_list("name", flat=True).distinct()
    return list(names[:limit])


def countries_of(user: User, name: str) -> list[str]:
    """Return the countries in which an operator of that name is known."""
    known = operators_for(user).filter(name__iexact=name).exclude(country="")
    return sorted(set(known.values_list("country", flat=True)))


def country_name(code: str) -> str:
    """Return a country in the active language; the code itself where it has no name."""
    names = Locale.parse(to_locale(get_language() or "en")).territories
    return str(names.get(code, code))
