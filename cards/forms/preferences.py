"""A person's preferences: language, clock, leads, currency, look."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cards.models import Theme, User

from .fields import CurrencyField, LineField
from .zones import ZoneField, show_offsets

LONGEST_LEAD = 400
MOST_LEADS = 20
_BETWEEN = re.compile(r"[\s,;，；、]+")


class LeadsField(forms.CharField):
    """Days before a date, typed as "30, 14, 7"; cleaned into a falling list of distinct numbers."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("leads"))
        super().__init__(max_length=200, **options)
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(day) for day in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        words = [word for word in _BETWEEN.split(str(super().clean(value) or "")) if word]
        if not words:
            if self.required:
                raise ValidationError(_("Please give at least one number of days."))
            return []
        if any(not (word.isascii() and word.isdigit() and len(word) <= 3) for word in words) or any(
            int(word) > LONGEST_LEAD for word in words
        ):
            text = _("Please give whole numbers of days from 0 to %(most)d, such as 30, 14, 7.")
            raise ValidationError(text % {"most": LONGEST_LEAD})
        leads = sorted({int(word) for word in words}, reverse=True)
        if len(leads) > MOST_LEADS:
            text = ngettext("At most %(most)d number.", "At most %(most)d numbers.", MOST_LEADS)
            raise ValidationError(text % {"most": MOST_LEADS})
        return leads

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class LanguageField(forms.ChoiceField):
    """A language by its own name: who can't read the page must find it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("language"))
        names = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
        super().__init__(choices=names, **options)


class PreferencesForm(forms.Form):
    """Everything of services.people.Preferences, by the same names."""

    time_zone = ZoneField(help_text=gettext_lazy("Where you live. Reminders come by this clock."))
    remind_at = forms.TimeField(
        label=gettext_lazy("hour of reminders"),
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Please give a time such as 09:00.")},
    )
    leads = LeadsField(
        help_text=gettext_lazy(
            "How many days before a date you want to hear of it, such as 30, 14, 7, 3, 1, 0."
        )
    )
    name = LineField(label=gettext_lazy("name"), max_length=100, required=False)
    language = LanguageField()
    theme = forms.ChoiceField(label=gettext_lazy("theme"), choices=Theme.choices)
    currency = CurrencyField(required=False, help_text=gettext_lazy("Proposed where you type an amount."))

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        show_offsets(self, now)
        for field in self.fields.values():
            field.label = capfirst(field.label)


def initial_of(user: User) -> dict[str, Any]:
    """Return what the form shows of a person."""
    return {name: getattr(user, name) for name in PreferencesForm.base_fields}
