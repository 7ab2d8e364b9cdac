"""What all pages of the panel share: who may see them, and that nothing leaks through them.

Staff see every table here as far as DESIGN.md allows, without permissions of their own to hand out;
changing people and looking into the queue is for superusers. Nothing is deleted here.
"""

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst

from cards.models import User

Row = TypeVar("Row", bound=Model)
if TYPE_CHECKING:  # Django's classes take no type arguments at run time
    Base = admin.ModelAdmin[Row]
    FormBase = forms.ModelForm[Row]
else:

    class Base(admin.ModelAdmin):
        def __class_getitem__(cls, _item: Any) -> type:
            return cls

    class FormBase(forms.ModelForm):
        def __class_getitem__(cls, _item: Any) -> type:
            return cls


class RowForm(FormBase[Row]):
    """A form of the panel, its labels written as Django writes its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)


# What a filter's link may ask; anything longer could follow relations to what staff must not see.
_ENDS = {"", "exact", "isnull", "gte", "gt", "lt", "lte", "id__exact", "pk__exact"}
_DATE_PARTS = {"year", "month", "day"}


def is_staff(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_active and isinstance(user, User) and user.is_staff)


def is_superuser(request: HttpRequest) -> bool:
    return is_staff(request) and bool(request.user.is_superuser)


class StaffAdmin(Base[Row]):
    """Staff may look. Subclasses say what else."""

    list_per_page = 50
    show_full_result_count = False
    actions: Any = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Tell who may use the actions of the list."""
        return is_staff(request)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow the panel's own filters only.

        Django lets a URL filter by any column of the table: `?note__startswith=` would answer
        questions about what is not shown.
        """
        if self.date_hierarchy and lookup.removeprefix(f"{self.date_hierarchy}__") in _DATE_PARTS:
            return True
        names = (item for item in self.list_filter if isinstance(item, str))
        own = {getattr(item, "parameter_name", "") for item in self.list_filter if _is_own_filter(item)}
        return lookup in own or any(_rest(lookup, name) in _ENDS for name in names)


def _is_own_filter(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, admin.SimpleListFilter)


def _rest(lookup: str, name: str) -> str | None:
    if lookup == name:
        return ""
    return lookup.removeprefix(f"{name}__") if lookup.startswith(f"{name}__") else None


class SealedFields(StaffAdmin[Row]):
    """A read-only page that shows the fields it names, never "all there are"."""

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> Any:
        return self.fields or ()
