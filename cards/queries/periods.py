"""Lengths of time in words, in the active language."""

from django.utils.translation import ngettext


def period_text(count: int | None, unit: str) -> str:
    """Return "30 days"; nothing without a count."""
    if not count:
        return ""
    texts = {
        "hour": ngettext("%(count)d hour", "%(count)d hours", count),
        "day": ngettext("%(count)d day", "%(count)d days", count),
        "week": ngettext("%(count)d week", "%(count)d weeks", count),
        "month": ngettext("%(count)d month", "%(count)d months", count),
        "quarter": ngettext("%(count)d quarter", "%(count)d quarters", count),
        "year": ngettext("%(count)d year", "%(count)d years", count),
    }
    return texts[unit] % {"count": count}
