"""A card's serial number, place and numbers."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import Card, Device, User
from cards.queries.identity import Identity, devices_of, successors_of
from cards.queries.numbers import show_number, stored_number

from .fields import CountField, DayField, LineField, TextField, clean_iccid

MOST_NUMBERS = 20


class IdentityForm(forms.Form):
    """What tells the card from others, and where it is."""

    iccid = LineField(
        label="ICCID",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("The long number on the card or in the eSIM's details, from 89 on."),
    )
    device: "forms.ModelChoiceField[Device]" = forms.ModelChoiceField(
        label=gettext_lazy("where it is"), queryset=None, required=False, empty_label="–"
    )
    numbers = TextField(
        label=gettext_lazy("further numbers"),
        max_length=3000,
        required=False,
        help_text=gettext_lazy("One a line; after a comma what it is for: +44 7700 900123, work"),
    )
    successor: "forms.ModelChoiceField[Card]" = forms.ModelChoiceField(
        label=gettext_lazy("successor card"),
        queryset=None,
        required=False,
        empty_label="–",
        help_text=gettext_lazy("The card that took over from this one."),
    )
    installs_left = CountField(
        label=gettext_lazy("installs left"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=gettext_lazy("How often the eSIM can still be installed. Empty: not known."),
    )
    install_by_on = DayField(label=gettext_lazy("install by"), required=False)
    first_use_by_on = DayField(
        label=gettext_lazy("use first by"),
        required=False,
        help_text=gettext_lazy("Unused, its validity begins by itself on this day."),
    )

    def __init__(self, *args: Any, person: User, card: Card, **options: Any) -> None:
        super().__init__(*args, **options)
        self.card = card
        choices: dict[str, Any] = {"device": devices_of(person), "successor": successors_of(card, person)}
        for name, rows in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.to_field_name = rows, "public_id"
        for each in self.fields.values():
            each.label = capfirst(each.label)

    def clean_iccid(self) -> str:
        return clean_iccid(self.cleaned_data["iccid"])

    def clean_numbers(self) -> list[tuple[str, str]]:
        """Return each number once, with what it is for."""
        found: dict[str, str] = {}
        country = self.card.operator.country if self.card.operator else ""
        for line in filter(str.strip, self.cleaned_data["numbers"].split("\n")):
            typed, *rest = re.split("[,，;；]", line, maxsplit=1)
            number = stored_number(typed.strip(), country)
            if number is None:
                text = _("“%(number)s” can't be a phone number. Please begin with the country code.")
                raise ValidationError(text % {"number": typed.strip()[:40]})
            if number != self.card.number:
                found[number] = "".join(rest).strip()[:100]
        if len(found) > MOST_NUMBERS:
            raise ValidationError(_("At most %(count)d numbers, please.") % {"count": MOST_NUMBERS})
        return list(found.items())


def initial_of(identity: Identity) -> dict[str, Any]:
    card = identity.card
    lines = [", ".join(filter(None, (show_number(row.number), row.label))) for row in identity.numbers]
    return {
        "iccid": card.iccid,
        "device": card.device.public_id if card.device else None,
        "numbers": "\n".join(lines),
        "successor": card.successor.public_id if card.successor else None,
        "installs_left": card.installs_left,
        "install_by_on": card.install_by_on,
        "first_use_by_on": card.first_use_by_on,
    }
