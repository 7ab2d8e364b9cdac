"""Operators: the shared ones are staff's, a person's own are only looked at."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.forms.fields import CountryField, LineField
from cards.models import CatalogueRule, Operator, OperatorCode, Promotion
from cards.queries.catalogue_rules import option_in_words
from cards.rules.places import is_zone
from cards.services.operators import OperatorFacts, save_shared_operator, weekend_of, zones_of
from cards.web.clock import now_of

from .base import RowForm, StaffAdmin, is_staff


class ZonesField(forms.CharField):
    """Names of time zones, separated by commas or spaces."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        names = [name for name in re.split(r"[\s,]+", str(super().clean(value) or "")) if name]
        for name in names:
            if not is_zone(name):
                raise ValidationError(_("%(name)s is no time zone.") % {"name": name})
        return list(dict.fromkeys(names))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class OperatorForm(RowForm[Operator]):
    name = LineField(label=gettext_lazy("name"), max_length=100)
    country = CountryField(required=False)
    time_zones = ZonesField(
        label=gettext_lazy("time zones"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "Such as Asia/Bahrain; with several, the day that ends first counts. Empty: the country's."
        ),
    )
    weekend = forms.TypedMultipleChoiceField(
        label=gettext_lazy("weekend"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Empty: the country's."),
    )
    hotline = LineField(
        label=gettext_lazy("hotline"),
        max_length=50,
        required=False,
        validators=[
            RegexValidator(r"^[0-9+*#() /-]*$", gettext_lazy("Please use digits, + * # and spaces only."))
        ],
    )

    class Meta:
        model = Operator
        fields = ("name", "country", "time_zones", "weekend", "site_url", "hotline")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        same = Operator.objects.filter(
            owner=None, name__iexact=typed.get("name", ""), country=typed.get("country", "")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("This operator is here already."))
        return typed


class _Told(admin.TabularInline):  # type: ignore[type-arg]
    """What an operator's file says: to look at."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _Rules(_Told):
    model = CatalogueRule
    fields = ("title", "subject", "in_words", "source", "seen_on", "confidence", "is_current")

    @admin.display(description=gettext_lazy("rule"))
    def in_words(self, row: CatalogueRule) -> str:
        return " ".join(option_in_words(row).sentences)


class _Codes(_Told):
    model = OperatorCode
    fields = ("purpose", "label", "text", "dial", "source", "seen_on", "confidence")


class _Promotions(_Told):
    model = Promotion
    fields = ("title", "starts_on", "ends_on", "source", "seen_on", "confidence")


@admin.register(Operator)
class OperatorAdmin(StaffAdmin[Operator]):
    form = OperatorForm
    list_display = ("name", "country", "time_zones", "hotline", "key", "owner", "card_count")
    list_filter = ("country",)
    list_select_related = ("owner",)
    search_fields = ("name", "country", "owner__email")
    fields = (*OperatorForm.Meta.fields, "owner", "key", "public_id")
    readonly_fields = ("owner", "key", "public_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operator]:
        return super().get_queryset(request).annotate(cards_here=Count("cards"))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Operator | None = None) -> bool:
        """Only what staff typed: a file is changed in its file, a person's own by that person."""
        is_typed = obj is None or (obj.owner_id is None and not obj.key)
        return self.has_view_permission(request) and is_typed

    def get_inlines(self, request: HttpRequest, obj: Operator | None) -> Any:
        return [_Rules, _Codes, _Promotions] if obj is not None and obj.owner_id is None and obj.key else []

    def save_model(self, request: HttpRequest, obj: Operator, form: Any, change: bool) -> None:
        typed = form.cleaned_data
        facts = OperatorFacts(
            name=typed["name"],
            country=typed["country"],
            time_zones=tuple(typed["time_zones"] or zones_of(typed["country"])),
            weekend=tuple(typed["weekend"] or weekend_of(typed["country"])),
            site_url=typed["site_url"],
            hotline=typed["hotline"],
        )
        row = Operator.objects.get(pk=obj.pk) if change else None
        obj.pk = save_shared_operator(operator=row, facts=facts, now=now_of(request)).pk

    @admin.display(description=gettext_lazy("cards"), ordering="cards_here")
    def card_count(self, row: Operator) -> int:
        count: int = row.cards_here  # type: ignore[attr-defined]
        return count
