"""Slots of the timetable in words: why a reminder comes when it comes."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cards.models import Watch
from cards.queries.sight import Reader, Sight


def slot_text(slot: str, reader: Reader) -> str:
    """Return "3 days before" for `lead:3`; the word itself for a slot that nobody knows."""
    word, _colon, tail = slot.partition(":")
    if word == "snooze":
        return _("after the snooze until %(day)s") % {"day": reader.day(date.fromisoformat(tail))}
    if word == "lost":
        return _("when it can no longer be saved")
    if word == "ask-lost":
        return _("the question whether it is lost")
    digits = tail.removesuffix("h")
    if not digits.isdigit():
        return slot
    number = int(digits)
    if word == "lead":
        return _lead_text(number, is_hours=tail.endswith("h"))
    texts = {
        "margin": _("daily up to the last day, no. %(number)d"),
        "after": _("day %(number)d after the end"),
        "chase": _("not done yet, reminder %(number)d"),
        "ask": _("the question for the date, no. %(number)d"),
    }
    return texts[word] % {"number": number} if word in texts else slot


def next_text(watch: Watch, sight: Sight) -> str:
    """Return "12 Dec 09:00 (3 days before)" of the watch's next reminder; nothing without one."""
    if watch.next_at is None:
        return ""
    why = slot_text(watch.slot, sight.reader)
    if watch.next_at <= sight.now:
        return _("at once (%(why)s)") % {"why": why}
    return _("%(when)s (%(why)s)") % {"when": sight.reader.short_moment(watch.next_at), "why": why}


def _lead_text(number: int, *, is_hours: bool) -> str:
    if is_hours:
        text = ngettext("%(count)d hour before", "%(count)d hours before", number)
        return text % {"count": number} if number else _("at once")
    if number == 0:
        return _("on the last safe day")
    return ngettext("%(count)d day before", "%(count)d days before", number) % {"count": number}
