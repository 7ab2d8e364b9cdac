"""A short code of a person's own operator."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.catalogue.operators import CatalogueCode, Purpose
from cards.models import CodePurpose

from .fields import LineField

_DIAL = RegexValidator(r"^[+*#0-9]*\Z", gettext_lazy("Please use digits, + * and # only."))


class OperatorCodeForm(forms.Form):
    """`as_code` gives the code once the form is valid."""

    purpose = forms.ChoiceField(label=gettext_lazy("purpose"), choices=CodePurpose.choices)
    label = LineField(
        label=gettext_lazy("label"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Empty: as the purpose."),
    )
    dial = LineField(
        label=gettext_lazy("code to dial"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        validators=[_DIAL],
        help_text=gettext_lazy("Such as *100#: what a phone can dial as it stands."),
    )
    text = LineField(
        label=gettext_lazy("how to use it"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Such as: send BAL to 888. Empty: it is dialled."),
    )
    note = LineField(label=gettext_lazy("note"), max_length=1000, required=False)
    source = LineField(label=gettext_lazy("source"), max_length=600, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label or "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("dial") and not cleaned.get("text") and not self.errors:
            self.add_error("dial", _("Please give the code, or say how to use it."))
        return cleaned

    def as_code(self, known: CatalogueCode | None, *, source: str) -> CatalogueCode:
        """Return the code; `source` where none was typed. What the form does not show stays."""
        typed = self.cleaned_data
        return CatalogueCode(
            purpose=Purpose(typed["purpose"]),
            label=typed["label"] or str(CodePurpose(typed["purpose"]).label),
            text=typed["text"] or typed["dial"],
            dial=typed["dial"],
            note=typed["note"],
            source=typed["source"] or source,
            seen=known.seen if known else None,
            confidence=known.confidence if known else "A",
            seen_note=known.seen_note if known else "",
            is_old=known.is_old if known else False,
        )


def initial_of(code: CatalogueCode | None) -> dict[str, Any]:
    """Return what the form shows of a code before anything is typed."""
    if code is None:
        return {"purpose": CodePurpose.BALANCE.value}
    names = ("label", "dial", "note", "source")
    shown = {name: getattr(code, name) for name in names}
    return {**shown, "purpose": code.purpose.value, "text": "" if code.text == code.dial else code.text}
