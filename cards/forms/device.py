"""A device or a place where cards are."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import Device, DeviceKind
from cards.rules.serials import digits_of, is_eid

from .fields import CountField, LineField

FIELDS = ("name", "kind", "eid", "capacity", "note")


class DeviceForm(forms.Form):
    name = LineField(
        label=gettext_lazy("name"),
        max_length=100,
        help_text=gettext_lazy("Such as “Pixel, upper drawer” or “blue eUICC card”."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("what it is"), choices=DeviceKind.choices, initial=DeviceKind.PHONE.value
    )
    eid = LineField(
        label="EID",
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("32 digits; a phone shows them when you dial *#06#."),
    )
    capacity = CountField(
        label=gettext_lazy("room for eSIMs"),
        min_value=0,
        max_value=1000,
        required=False,
        help_text=gettext_lazy("How many eSIMs it holds. Empty: not known."),
    )
    note = LineField(label=gettext_lazy("note"), max_length=200, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean_eid(self) -> str:
        digits = digits_of(self.cleaned_data["eid"])
        if not digits or is_eid(digits):
            return digits
        if len(digits) == 32 and digits.isascii() and digits.isdigit():
            raise ValidationError(_("These digits don't fit together: one of them is wrong."))
        raise ValidationError(_("An EID has 32 digits."))


def initial_of(row: Device) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
