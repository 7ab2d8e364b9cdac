"""The small forms of a run: a reason, a note, the answer of support, a wish, an item's new place."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .fields import DayField, LineField, TextField


class NoteForm(forms.Form):
    """Some words; with `is_required` a reason that must be given."""

    note = TextField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, label: str = "", is_required: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["note"]
        field.label, field.required = label or _("Note"), is_required


class ReopenForm(NoteForm):
    """Opens a step again; what it wrote into the ledger is undone only where that is ticked."""

    undo = forms.BooleanField(label=gettext_lazy("Undo its entries in the history as well"), required=False)


class ChaseForm(NoteForm):
    """What support said."""

    field_order = ("promised_on", "note")
    promised_on = DayField(
        label=gettext_lazy("An answer is promised by"),
        required=False,
        help_text=gettext_lazy("Empty: you are reminded again in seven days."),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["promised_on"].widget.attrs["min"] = today.isoformat()

    def clean_promised_on(self) -> date | None:
        day: date | None = self.cleaned_data["promised_on"]
        if day is not None and day < self.today:
            raise forms.ValidationError(_("This day is already past."))
        return day


class WishForm(forms.Form):
    """By when it shall be over."""

    wished_on = DayField(
        label=gettext_lazy("It shall be over by"),
        required=False,
        help_text=gettext_lazy("From it the last day to apply is counted back."),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_wished_on(self) -> date | None:
        day: date | None = self.cleaned_data["wished_on"]
        if day is not None and day < self.today:
            raise forms.ValidationError(_("This day is already past."))
        return day


class ReasonForm(forms.Form):
    """Why a run is given up."""

    reason = LineField(label=gettext_lazy("Reason"), max_length=500)


class TickForm(forms.Form):
    """One item of a list: done or not, and where it went."""

    is_ticked = forms.BooleanField(required=False)
    moved_to = LineField(label=gettext_lazy("moved to"), max_length=100, required=False)
