"""What the pages of operators print: codes that a phone can dial, how sure a source is, days of holidays."""

import re

from django import template
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cards.queries import feast_words
from cards.queries.sight import Reader
from cards.rules.feasts import Feast

register = template.Library()
_DIALLED = re.compile(r"[+*#0-9 ()/.-]+")
_LEAST = 2
# Of a file; what a person says of a card's own rule has words of its own.
CONFIDENCE = {
    "A": gettext_lazy("the operator's own words"),
    "B": gettext_lazy("another source that can be checked"),
    "C": gettext_lazy("hearsay"),
}


@register.filter
def tel(text: str) -> str:
    """Return the address that dials a code or a hotline; nothing where the text is no such thing.

    "#" would begin a fragment and is written as %23: without it a phone dials only half of `*100#`.
    """
    if not _DIALLED.fullmatch(text or ""):
        return ""
    dialled = re.sub(r"[^+*#0-9]", "", text)
    return f"tel:{dialled.replace('#', '%23')}" if len(dialled) >= _LEAST else ""


@register.filter
def confidence_text(letter: str) -> str:
    """Return "A: the operator's own words"."""
    words = CONFIDENCE.get(letter, "")
    return _("%(letter)s: %(words)s") % {"letter": letter, "words": words} if words else ""


@register.filter
def feast_name(feast: Feast) -> str:
    """Return the name of a holiday in the language of the page, where it is known in it."""
    return feast_words.feast_name(feast.named)


@register.filter
def feast_days(feast: Feast) -> str:
    """Return the day or the days of a holiday, in the language of the page."""
    reader = Reader(language=get_language() or "en", zone="UTC")
    first, last = reader.day(feast.first_on), reader.day(feast.last_on)
    if feast.first_on == feast.last_on:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}
