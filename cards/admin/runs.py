"""Runs, their steps and their evidence: that they are and when, never what was typed or shown in them."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cards.models import Deadline, DeadlineKind, DeadlineState, Evidence, Run, RunState, StepRecord
from cards.queries.run_reminders import CHASED
from cards.web.clock import now_of

from .base import SealedFields

AGES = {"week": 7, "month": 30, "quarter": 90}


class AgeFilter(admin.SimpleListFilter):
    title = _("opened")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("week", _("more than 7 days ago")),
            ("month", _("more than 30 days ago")),
            ("quarter", _("more than 90 days ago")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        days = AGES.get(self.value() or "")
        return queryset.filter(opened_at__lt=now_of(request) - timedelta(days=days)) if days else queryset


class OverdueFilter(admin.SimpleListFilter):
    title = _("waits in vain")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("an answer or money is overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        if self.value() != "yes":
            return queryset
        late = Deadline.objects.filter(
            card=OuterRef("card"),
            kind__in=CHASED,
            state=DeadlineState.OPEN,
            ends_at__lte=now_of(request),
            subject__startswith=OuterRef("named"),
        )
        named = Concat(Cast("pk", CharField()), Value(":"))
        return queryset.filter(state=RunState.OPEN).annotate(named=named).filter(Exists(late))


@admin.register(Run)
class RunAdmin(SealedFields[Run]):
    """Why one was given up is its holder's."""

    list_display = ("playbook", "card", "owner", "state", "opened_at", "closed_at", "next_on", "by")
    list_filter = ("state", AgeFilter, OverdueFilter, "playbook__key")
    list_select_related = ("playbook", "card__owner", "by")
    search_fields = ("card__label",)
    ordering = ("-opened_at", "-pk")
    fields = (
        "card", "owner", "playbook", "version", "state", "opened_on", "opened_at", "closed_at", "wished_on",
        "by", "public_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Each with the next date that it waits for."""
        mine = Q(subject__startswith=OuterRef("named")) | Q(
            subject=Cast(OuterRef("pk"), CharField()),
            kind__in=(DeadlineKind.APPLY, DeadlineKind.CHECK_UP),
        )
        dates = Deadline.objects.filter(mine, card=OuterRef("card"), state=DeadlineState.OPEN)
        named = Concat(Cast("pk", CharField()), Value(":"))
        found = super().get_queryset(request).annotate(named=named).defer("reason")
        return found.annotate(next_here=dates.order_by("ends_on").values("ends_on")[:1])

    @admin.display(description=_("person"), ordering="card__owner__email")
    def owner(self, row: Run) -> str:
        return row.card.owner.email

    @admin.display(description=_("next date"), ordering="next_here")
    def next_on(self, row: Run) -> Any:
        return row.next_here or "–"  # type: ignore[attr-defined]


@admin.register(StepRecord)
class StepRecordAdmin(SealedFields[StepRecord]):
    """What was typed and noted, and which item was ticked, is its holder's."""

    list_display = ("step_title", "kind", "card", "playbook", "recorded_at", "by")
    list_filter = ("kind", "recorded_at")
    list_select_related = ("run__card", "run__version__playbook", "by")
    search_fields = ("run__card__label",)
    ordering = ("-recorded_at", "-pk")
    fields = ("card", "playbook", "step_title", "kind", "recorded_on", "recorded_at", "by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StepRecord]:
        return super().get_queryset(request).defer("values", "note", "item")

    @admin.display(description=_("step"))
    def step_title(self, row: StepRecord) -> str:
        try:
            title = row.run.version.definition.step(row.step).title
        except (KeyError, ValueError):
            return row.step
        return title.in_language(get_language() or "en")

    @admin.display(description=_("card"), ordering="run__card__label")
    def card(self, row: StepRecord) -> str:
        return row.run.card.label

    @admin.display(description=_("playbook"), ordering="run__playbook__key")
    def playbook(self, row: StepRecord) -> str:
        return row.run.version.playbook.key


@admin.register(Evidence)
class EvidenceAdmin(SealedFields[Evidence]):
    """That there is a file, never its name or its content."""

    list_display = ("kind", "size", "card", "added_at")
    list_filter = ("kind", "added_at")
    list_select_related = ("card",)
    search_fields = ("card__label",)
    ordering = ("-added_at", "-pk")
    fields = ("card", "kind", "size", "added_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).defer("name", "stored_as", "digest")
