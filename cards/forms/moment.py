"""A day and an hour as a person types them, by the clock of the card's place or by their own."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.queries.place import Place

HERE, THERE = "here", "there"


def hour_field(**options: Any) -> forms.TimeField:
    """Return an optional hour of the day."""
    return forms.TimeField(
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Please give a time such as 14:30.")},
        **options,
    )


def clock_field() -> forms.ChoiceField:
    """Return the choice of whose clock the hour is; `set_clock` fills it."""
    return forms.ChoiceField(label=gettext_lazy("by which clock"), required=False)


def set_clock(form: forms.Form, name: str, place: Place) -> None:
    """Offer both clocks where they differ, else nothing."""
    field = form.fields[name]
    if not place.is_elsewhere:
        del form.fields[name]
    elif isinstance(field, forms.ChoiceField):
        there = _("The clock in %(place)s") % {"place": place.name}
        field.choices = [(THERE, there), (HERE, _("My own clock"))]
        field.initial = THERE


def read_moment(
    form: forms.BaseForm, place: Place, *, day: str, hour: str, clock: str
) -> tuple[date | None, datetime | None]:
    """Return the day at the card's place and, with an hour, the instant."""
    typed_on, typed_at = form.cleaned_data.get(day), form.cleaned_data.get(hour)
    if typed_on is None or typed_at is None:
        return typed_on, None
    instant = place.instant(typed_on, typed_at, is_here=form.cleaned_data.get(clock) == HERE)
    return place.day_of(instant), instant
