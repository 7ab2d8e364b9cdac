"""A date that stands by itself on a card."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cards.models import CardDate, CardDateKind
from cards.queries.card_end import DATES_AFTERWARDS

from .fields import DayField, LineField


class CardDateForm(forms.Form):
    kind = forms.ChoiceField(label=_("what kind of date"), choices=CardDateKind.choices)
    due_on = DayField(label=_("date"), help_text=_("The last day on which it is still in time."))
    note = LineField(
        label=_("note"),
        max_length=200,
        required=False,
        help_text=_("Stands in the reminder, such as “send the form to the operator”."),
    )

    def __init__(self, *args: Any, is_history: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_history:
            # Of a card that is gone only money is still waited for.
            self.fields["kind"] = forms.ChoiceField(
                label=_("what kind of date"), choices=[(kind.value, kind.label) for kind in DATES_AFTERWARDS]
            )
        for field in self.fields.values():
            field.label = capfirst(field.label)


def initial_of(row: CardDate) -> dict[str, Any]:
    return {"kind": row.kind, "due_on": row.due_on, "note": row.note}
