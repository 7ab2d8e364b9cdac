"""An account that needs a card's number."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import BoundService, ServiceKind

from .fields import DayField, LineField

FIELDS = ("name", "kind", "is_critical", "note", "moved_to", "moved_on")


class MoveForm(forms.Form):
    """Where the account went."""

    moved_to = LineField(
        label=gettext_lazy("moved to"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Another number, an app, a key."),
    )
    moved_on = DayField(label=gettext_lazy("moved on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)


class ServiceForm(MoveForm):
    name = LineField(
        label=gettext_lazy("name"), max_length=100, help_text=gettext_lazy("Such as “Bank of Bahrain”.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("what it is"), choices=ServiceKind.choices, initial=ServiceKind.BANK.value
    )
    is_critical = forms.BooleanField(
        label=gettext_lazy("critical: without this number I can't get in"), required=False
    )
    note = LineField(label=gettext_lazy("note"), max_length=200, required=False)

    field_order = FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["moved_on"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("moved_to") and not cleaned.get("moved_on") and "moved_on" not in self.errors:
            self.add_error("moved_on", _("When was it moved? Until then it hangs on this number."))
        return cleaned


def initial_of(row: BoundService) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
