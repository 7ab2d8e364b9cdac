"""Taking a rule of the catalogue for a card, and answering one that changed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .fields import CountField, DayField, check_period, unit_field


class RuleChoiceForm(forms.Form):
    """`keys`: the rules to choose from; `open_keys`: those of which no source names a period."""

    rule = forms.ChoiceField(
        label=gettext_lazy("rule"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one of these rules.")},
    )
    period_count = CountField(label=gettext_lazy("each gives"), required=False)
    period_unit = unit_field(required=False)
    applies_from = DayField(
        label=gettext_lazy("applies from"),
        help_text=gettext_lazy("Keep this day, and all that is recorded follows the rule."),
    )

    def __init__(self, *args: Any, keys: Sequence[str], open_keys: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.open_keys = open_keys
        self.fields["rule"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_period(self, "period_count", "period_unit")
        is_open = cleaned.get("rule") in self.open_keys
        if is_open and not cleaned.get("period_count") and "period_count" not in self.errors:
            self.add_error(
                "period_count", _("How long does the plan last that you buy? The rule doesn't say.")
            )
        return cleaned

    @property
    def period(self) -> tuple[int, str] | None:
        """Return the holder's own period, where the rule chosen names none."""
        typed = self.cleaned_data
        return (typed["period_count"], typed["period_unit"]) if typed["rule"] in self.open_keys else None


class ProposalForm(forms.Form):
    """From when a changed rule holds; `digest` says which change was looked at."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    applies_from = DayField(
        label=gettext_lazy("applies from"),
        help_text=gettext_lazy("What is recorded before that day stays under your rule."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label or "")
