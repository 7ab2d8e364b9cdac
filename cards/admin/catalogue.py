"""What the catalogue says, and the charges of cards: to look at. Files and owners change them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cards.models import CatalogueRule, Charge, OperatorCode, Plan, Promotion

from .base import Row, SealedFields

_SOURCED = ("source", "seen_on", "confidence")


class _OfTheCatalogue(SealedFields[Row]):
    """Of shared operators only: what a person imported is theirs."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return super().get_queryset(request).filter(operator__owner=None)


@admin.register(CatalogueRule)
class CatalogueRuleAdmin(_OfTheCatalogue[CatalogueRule]):
    list_display = ("operator", "title", "subject", "confidence", "seen_on", "is_current")
    list_filter = ("confidence", "is_current", "subject")
    list_select_related = ("operator",)
    search_fields = ("operator__name", "title")
    fields = ("operator", "title", "subject", "note", "is_current", *_SOURCED)


@admin.register(OperatorCode)
class OperatorCodeAdmin(_OfTheCatalogue[OperatorCode]):
    list_display = ("operator", "purpose", "label", "text", "confidence")
    list_filter = ("purpose", "confidence")
    list_select_related = ("operator",)
    search_fields = ("operator__name", "label", "text")
    fields = ("operator", "purpose", "label", "text", "dial", "note", *_SOURCED)


@admin.register(Promotion)
class PromotionAdmin(_OfTheCatalogue[Promotion]):
    list_display = ("operator", "title", "starts_on", "ends_on", "confidence")
    list_select_related = ("operator",)
    search_fields = ("operator__name", "title")
    fields = ("operator", "title", "starts_on", "ends_on", "note", *_SOURCED)


@admin.register(Charge)
class ChargeAdmin(SealedFields[Charge]):
    """What it is called and how much it is are its holder's words: not shown."""

    list_display = ("card", "kind", "first_on", "period_count", "period_unit", "ended_at")
    list_filter = ("kind",)
    list_select_related = ("card",)
    search_fields = ("card__label", "card__owner__email")
    fields = ("card", "kind", "first_on", "period_count", "period_unit", "created_at", "ended_at")


@admin.register(Plan)
class PlanAdmin(SealedFields[Plan]):
    """Shared offers only: a person's own are theirs."""

    list_display = ("operator", "name", "kind", "price", "currency", "confidence", "retired_at")
    list_filter = ("kind", "confidence")
    list_select_related = ("operator",)
    search_fields = ("operator__name", "name")
    fields = (
        "operator", "name", "kind", "price", "currency", "period_count", "period_unit", "data_mib",
        "minutes", "sms", "has_hotspot", "is_throttled", "note", "retired_at", *_SOURCED,
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).filter(owner=None)
