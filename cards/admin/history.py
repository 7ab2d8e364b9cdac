"""History: what was done and seen. Append-only, so nothing here can be added, changed or deleted."""

from copy import copy
from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from cards.models import Action, Event, Heartbeat, Reminder, Rule
from cards.queries.rule_words import rule_sentences

from .base import SealedFields

# What an event may hold that staff may read; anything that is added to events later stays hidden.
_SHOWN = ("deadline", "slot", "on", "intent", "fields", "change", "changed", "error", "message", "playbook")


@admin.register(Action)
class ActionAdmin(SealedFields[Action]):
    """Dates and kinds; amounts, orders and notes are their holder's."""

    list_display = ("kind", "acted_on", "card", "owner", "expires_on", "by", "is_by_staff", "recorded_at")
    list_filter = ("kind", "is_by_staff", "recorded_at")
    list_select_related = ("card__owner", "by")
    search_fields = ("card__label", "card__owner__email", "public_id")
    ordering = ("-recorded_at", "-pk")
    fields = (
        "card", "kind", "acted_on", "acted_at", "expires_on", "voids", "companion_of", "subscription",
        "by", "is_by_staff", "recorded_at", "public_id",
    )  # fmt: skip

    @admin.display(description=_("person"), ordering="card__owner__email")
    def owner(self, row: Action) -> str:
        return row.card.owner.email


@admin.register(Event)
class EventAdmin(SealedFields[Event]):
    list_display = ("kind", "happened_at", "card", "by", "what")
    list_filter = ("kind", "happened_at")
    list_select_related = ("card", "by")
    search_fields = ("card__label", "card__owner__email")
    fields = ("card", "kind", "happened_at", "by", "what")

    @admin.display(description=_("details"))
    def what(self, row: Event) -> str:
        known: dict[str, Any] = row.details
        parts = (f"{name}: {_plain(known[name])}" for name in _SHOWN if known.get(name))
        return "; ".join(parts) or "–"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@admin.register(Rule)
class RuleAdmin(SealedFields[Rule]):
    """A new version is added on the card's page; its source may hold a person's own words."""

    list_display = (
        "card", "owner", "applies_from", "validity", "counted", "catalogue", "is_proposed", "confidence",
        "recorded_at",
    )  # fmt: skip
    list_filter = ("is_proposed", "confidence", "period_unit", "mode", "is_lost_at_end")
    list_select_related = ("card__owner", "catalogue__operator")
    search_fields = ("card__label", "card__owner__email")
    ordering = ("-recorded_at", "-pk")
    fields = (
        "card", "applies_from", "is_proposed", "in_words", "counts_from", "mode", "has_first_day",
        "catalogue", "confidence", "seen_on", "by", "recorded_at",
    )  # fmt: skip

    @admin.display(description=_("person"), ordering="card__owner__email")
    def owner(self, row: Rule) -> str:
        return row.card.owner.email

    @admin.display(description=_("validity"))
    def validity(self, row: Rule) -> str:
        return f"{row.period_count} {row.get_period_unit_display()}"

    @admin.display(description=_("actions that count"))
    def counted(self, row: Rule) -> str:
        return ", ".join(row.counts) or "–"

    @admin.display(description=_("rule"))
    def in_words(self, row: Rule) -> SafeString:
        """Return every column as sentences, without the words that a person may have typed."""
        shown = copy(row)
        shown.stages = [{**stage, "name": ""} for stage in row.stages]
        shown.costs = [{**cost, "what": ""} for cost in row.costs]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in rule_sentences(shown)))


@admin.register(Reminder)
class ReminderAdmin(SealedFields[Reminder]):
    list_display = ("slot", "card", "person", "state", "due_at", "taken_at", "is_late")
    list_filter = ("state", "is_late", "taken_at")
    list_select_related = ("watch__user", "watch__deadline__card")
    search_fields = ("watch__user__email", "watch__deadline__card__label")
    fields = (
        "card", "person", "slot", "cycle", "state", "ends_at", "act_by_at", "due_at", "taken_at", "is_late",
    )  # fmt: skip

    @admin.display(description=_("card"))
    def card(self, row: Reminder) -> str:
        return row.watch.deadline.card.label

    @admin.display(description=_("person"))
    def person(self, row: Reminder) -> str:
        return row.watch.user.email


@admin.register(Heartbeat)
class HeartbeatAdmin(SealedFields[Heartbeat]):
    list_display = ("name", "beat_at", "took_ms")
    fields = ("name", "beat_at", "took_ms", "report")
