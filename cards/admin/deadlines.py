"""Deadlines, the dates behind them, and the clocks that speak of them."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.forms.fields import DayField
from cards.models import CardDate, Deadline, DeadlineKind, DeadlineState, Watch
from cards.rules.places import day_at
from cards.services.actions import set_expiry
from cards.services.dates import edit_date
from cards.web.clock import now_of
from cards.web.person import person_of

from .base import RowForm, SealedFields, StaffAdmin


class DeadlineForm(RowForm[Deadline]):
    ends_on = DayField(
        label=gettext_lazy("ends on"),
        help_text=gettext_lazy(
            "The operator's own date. It is recorded in the card's ledger as a reading of today, by staff."
        ),
    )

    class Meta:
        model = Deadline
        fields = ("ends_on",)


@admin.register(Deadline)
class DeadlineAdmin(StaffAdmin[Deadline]):
    """Its title may hold a person's own words, so it is not shown."""

    form = DeadlineForm
    list_display = ("card", "owner", "kind", "state", "ends_on", "act_by_on", "lost_at", "is_hearsay")
    list_filter = ("kind", "state", "is_hearsay", "ends_on")
    list_select_related = ("card__owner",)
    search_fields = ("card__label", "card__owner__email")
    ordering = ("act_by_at", "pk")
    fields = (
        "card", "owner", "kind", "state", "ends_on", "ends_at", "act_by_on", "act_by_at", "save_until_at",
        "lost_at", "known_at", "unconfirmed_on", "is_hearsay", "is_place_assumed", "cycle",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Deadline | None = None) -> Any:
        return [name for name in self.fields or () if name != "ends_on"]

    def has_change_permission(self, request: HttpRequest, obj: Deadline | None = None) -> bool:
        if obj is None:
            return self.has_view_permission(request)
        is_read = obj.kind == DeadlineKind.LINE and obj.state != DeadlineState.DROPPED
        return self.has_view_permission(request) and is_read

    def save_model(self, request: HttpRequest, obj: Deadline, form: Any, change: bool) -> None:
        if "ends_on" not in form.changed_data:
            return
        now, wanted = now_of(request), form.cleaned_data["ends_on"]
        row = Deadline.objects.select_related("card__operator", "card__owner").get(pk=obj.pk)
        set_expiry(
            card=row.card,
            expires_on=wanted,
            today=day_at(now, row.card.zones),
            by=person_of(request),
            now=now,
            is_by_staff=True,
        )
        row.refresh_from_db()
        self._say_if_held_back(request, row, wanted)

    def _say_if_held_back(self, request: HttpRequest, row: Deadline, wanted: date) -> None:
        if row.ends_on != wanted:
            text = _(
                "The reading is kept, but the card's rule gives %(day)s: reminders follow the earlier date"
                " until the reading is confirmed a second time."
            )
            self.message_user(request, text % {"day": row.ends_on}, messages.WARNING)

    @admin.display(description=gettext_lazy("person"), ordering="card__owner__email")
    def owner(self, row: Deadline) -> str:
        return row.card.owner.email


class CardDateForm(RowForm[CardDate]):
    due_on = DayField(label=gettext_lazy("date"))

    class Meta:
        model = CardDate
        fields = ("kind", "due_on")


@admin.register(CardDate)
class CardDateAdmin(StaffAdmin[CardDate]):
    """The note beside a date is its holder's."""

    list_display = ("kind", "card", "owner", "due_on", "met_at")
    list_filter = ("kind", "due_on", "met_at")
    list_select_related = ("card__owner",)
    search_fields = ("card__label", "card__owner__email")
    form = CardDateForm
    fields = ("card", "kind", "due_on", "recorded_at", "met_at")
    readonly_fields = ("card", "recorded_at", "met_at")

    def has_change_permission(self, request: HttpRequest, obj: CardDate | None = None) -> bool:
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: CardDate, form: Any, change: bool) -> None:
        row, typed = CardDate.objects.select_related("card").get(pk=obj.pk), form.cleaned_data
        by, now = person_of(request), now_of(request)
        edit_date(row=row, kind=typed["kind"], due_on=typed["due_on"], note=row.note, by=by, now=now)

    @admin.display(description=gettext_lazy("person"), ordering="card__owner__email")
    def owner(self, row: CardDate) -> str:
        return row.card.owner.email


@admin.register(Watch)
class WatchAdmin(SealedFields[Watch]):
    list_display = ("user", "card", "deadline", "next_at", "slot", "seen_at", "snoozed_until", "is_muted")
    list_filter = ("is_muted", "next_at", "snoozed_until", "deadline__kind")
    list_select_related = ("user", "deadline__card")
    search_fields = ("user__email", "deadline__card__label")
    ordering = ("next_at", "pk")
    fields = (
        "user", "deadline", "next_at", "slot", "leads", "snoozed_until", "seen_at", "is_muted", "began_at",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("card"), ordering="deadline__card__label")
    def card(self, row: Watch) -> str:
        return row.deadline.card.label
