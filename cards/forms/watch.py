"""A person's own word on one deadline: a snooze, leads of its own."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.queries.sight import Reader

from .fields import DayField
from .preferences import LeadsField


class SnoozeForm(forms.Form):
    """A day after today and not after `limit`, the last day that a snooze may name."""

    until = DayField(label=gettext_lazy("snooze until"))

    def __init__(self, *args: Any, today: date, limit: date | None, reader: Reader, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today, self.limit, self.reader = today, limit, reader
        field = self.fields["until"]
        field.label = capfirst(field.label)
        field.widget.attrs["min"] = (today + timedelta(days=1)).isoformat()
        if limit is not None:
            field.widget.attrs["max"] = limit.isoformat()
            text = _("At the latest %(day)s: then the last days begin.")
            field.help_text = text % {"day": reader.day(limit)}

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if self.limit is None:
            raise forms.ValidationError(_("There is no reminder left that could wait."))
        if until <= self.today:
            raise forms.ValidationError(_("Please give a day after today."))
        if until > self.limit:
            text = _("That is too late: a reminder can wait until %(day)s at most.")
            raise forms.ValidationError(text % {"day": self.reader.day(self.limit)})
        return until


class LeadsForm(forms.Form):
    """Leads of one deadline; empty: the person's own from the preferences."""

    leads = LeadsField(
        required=False,
        help_text=gettext_lazy("How many days before, such as 30, 7, 1. Leave it empty for your usual days."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["leads"].label = _("Days before the date")
