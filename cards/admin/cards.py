"""Cards and the plans on them. Numbers are masked; notes and sellers stay their holder's."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cards.forms.fields import CountField, LineField
from cards.models import Card, Operator, Purpose, Subscription
from cards.queries.numbers import mask_number
from cards.services import cards as services
from cards.services.subscriptions import SubscriptionFacts, edit_subscription
from cards.services.timetable import refresh
from cards.web.clock import now_of
from cards.web.person import person_of

from .base import RowForm, StaffAdmin

_BREAK = mark_safe("<br>")


class CardForm(RowForm[Card]):
    label = LineField(label=gettext_lazy("label"), max_length=100)
    operator = forms.ModelChoiceField(
        label=gettext_lazy("operator"), queryset=Operator.objects.none(), required=False
    )
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("purposes"),
        choices=Purpose.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    margin_days = CountField(label=gettext_lazy("margin in days"), min_value=0, max_value=60, required=False)

    class Meta:
        model = Card
        fields = ("label", "operator", "purposes", "form", "billing", "intent", "margin_days")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields.get("operator")
        if isinstance(choice, forms.ModelChoiceField):
            # another person's own operators are nobody's choice here
            choice.queryset = Operator.objects.filter(Q(owner=None) | Q(owner=self.instance.owner_id))


@admin.register(Card)
class CardAdmin(StaffAdmin[Card]):
    form = CardForm
    list_display = (
        "label", "owner", "masked_number", "operator", "intent", "next_end", "urgent_at", "is_archived",
    )  # fmt: skip
    list_filter = ("intent", "form", "billing", "archived_at", "operator__country")
    list_select_related = ("owner", "operator", "leading")
    search_fields = ("label", "owner__email", "operator__name", "public_id")
    ordering = ("-created_at", "-pk")
    actions = ("recompute", "archive", "restore")
    fields = (
        *CardForm.Meta.fields, "owner", "masked_number", "dates",
        "created_at", "archived_at", "planned_at", "public_id",
    )  # fmt: skip
    readonly_fields = (
        "owner", "masked_number", "dates", "created_at", "archived_at", "planned_at", "public_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Card]:
        return super().get_queryset(request).defer("note", "seller")

    def has_change_permission(self, request: HttpRequest, obj: Card | None = None) -> bool:
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: Card, form: Any, change: bool) -> None:
        """What the panel does not show is taken from the row, not from the form."""
        row, typed = Card.objects.get(pk=obj.pk), form.cleaned_data
        facts = replace(
            services.facts_of(row),
            label=typed["label"],
            operator=typed["operator"],
            purposes=tuple(typed["purposes"]),
            form=typed["form"],
            billing=typed["billing"],
            margin_days=typed["margin_days"],
        )
        by, now = person_of(request), now_of(request)
        services.edit_card(card=row, facts=facts, by=by, now=now)
        services.set_intent(card=row, intent=typed["intent"], by=by, now=now)

    @admin.display(description=gettext_lazy("phone number"))
    def masked_number(self, card: Card) -> str:
        return mask_number(card.number) or "–"

    @admin.display(description=gettext_lazy("leading date"), ordering="leading__ends_on")
    def next_end(self, card: Card) -> str:
        return str(card.leading) if card.leading else "–"

    @admin.display(description=gettext_lazy("archived"), boolean=True, ordering="archived_at")
    def is_archived(self, card: Card) -> bool:
        return card.archived_at is not None

    @admin.display(description=gettext_lazy("deadlines"))
    def dates(self, card: Card) -> SafeString | str:
        rows = [
            (reverse("admin:cards_deadline_change", args=[row.pk]), str(row), row.get_state_display())
            for row in card.deadlines.all()
        ]
        return format_html_join(_BREAK, '<a href="{}">{}</a> ({})', rows) if rows else "–"

    @admin.action(description=gettext_lazy("Work the dates out anew"), permissions=["act"])
    def recompute(self, request: HttpRequest, chosen: QuerySet[Card]) -> None:
        changed = sum(bool(refresh(card, now_of(request)).changed) for card in chosen)
        count = len(chosen)
        text = ngettext("%(count)d card worked out anew", "%(count)d cards worked out anew", count)
        text = text % {"count": count}
        more = ngettext("%(count)d was different.", "%(count)d were different.", changed)
        self.message_user(request, f"{text}; {more % {'count': changed}}", messages.SUCCESS)

    @admin.action(description=gettext_lazy("Archive"), permissions=["act"])
    def archive(self, request: HttpRequest, chosen: QuerySet[Card]) -> None:
        for card in chosen:
            services.archive_card(card=card, by=person_of(request), now=now_of(request))
        self.message_user(request, _("Archived: nothing reminds of these cards."), messages.SUCCESS)

    @admin.action(description=gettext_lazy("Take back from the archive"), permissions=["act"])
    def restore(self, request: HttpRequest, chosen: QuerySet[Card]) -> None:
        for card in chosen:
            services.restore_card(card=card, by=person_of(request), now=now_of(request))
        self.message_user(request, _("Restored: the dates of these cards remind again."), messages.SUCCESS)


@admin.register(Subscription)
class SubscriptionAdmin(StaffAdmin[Subscription]):
    """Prices are their holder's; what moves the date may be mended."""

    list_display = ("name", "card", "owner", "starts_on", "period", "intent", "is_auto_renewing", "closed_at")
    list_filter = ("intent", "is_auto_renewing", "closed_at")
    list_select_related = ("card__owner",)
    search_fields = ("name", "card__label", "card__owner__email")
    fields = (
        "card", "name", "starts_on", "starts_at", "period_count", "period_unit", "has_first_day",
        "is_auto_renewing", "intent", "created_at", "closed_at",
    )  # fmt: skip
    readonly_fields = ("card", "starts_at", "created_at", "closed_at")

    def has_change_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        # one that counts hours would need its instant moved with its day
        return self.has_view_permission(request) and (obj is None or obj.starts_at is None)

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        row = Subscription.objects.select_related("card").get(pk=obj.pk)
        known = SubscriptionFacts(
            **{name: getattr(row, name) for name in SubscriptionFacts.__dataclass_fields__}
        )
        facts = replace(known, **form.cleaned_data)
        edit_subscription(subscription=row, facts=facts, by=person_of(request), now=now_of(request))

    @admin.display(description=gettext_lazy("person"), ordering="card__owner__email")
    def owner(self, row: Subscription) -> str:
        return row.card.owner.email

    @admin.display(description=gettext_lazy("validity"))
    def period(self, row: Subscription) -> str:
        return f"{row.period_count} {row.get_period_unit_display()}" if row.period_count else "–"
