"""Amounts of data as they are sold, kept in whole MiB."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_MIB = 2_000_000_000
MIB_IN = {"mb": 1, "gb": 1024, "tb": 1024 * 1024}


def size_field(**options: Any) -> forms.DecimalField:
    """Return a field for "1.5"; its unit is a field of its own."""
    return forms.DecimalField(
        min_value=0,
        max_value=MOST_MIB,
        max_digits=13,
        decimal_places=3,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": _("Please give a number such as 1.5.")},
        **options,
    )


def size_unit_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("unit of data"), choices=[("gb", "GB"), ("mb", "MB"), ("tb", "TB")], initial="gb"
    )


def read_size(form: forms.BaseForm, size: str, unit: str) -> int | None:
    """Return the size in whole MiB; an error at the field where it is beyond all measure."""
    number, word = form.cleaned_data.get(size), form.cleaned_data.get(unit)
    if number is None or not word:
        return None
    mib = int((number * MIB_IN[word]).to_integral_value())
    if mib > MOST_MIB:
        form.add_error(size, _("This is more than any plan holds."))
        return None
    return mib


def show_size(mib: int | None) -> tuple[str, str]:
    """Return what the two fields show for a stored size: ("1.5", "gb"), exactly or in MB."""
    if mib is None:
        return "", "gb"
    for unit in ("gb", "mb"):
        number = Decimal(mib) / MIB_IN[unit]
        if mib >= MIB_IN[unit] and number == round(number, 3):
            return f"{number.normalize():f}", unit
    return str(mib), "mb"
