"""One field for each thing that a step can ask for."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.catalogue.asks import ASKS, Shape
from cards.queries.run_choices import RunChoices
from cards.queries.run_words import DECISIONS, label_of

from .data_size import size_field
from .fields import MOST_MONEY, AmountField, CountField, CurrencyField, DayField, LineField, TextField

FUTURE = frozenset({"effective_on", "expires_on"})
_LENGTHS = {"method": 60, "order_number": 100, "iccid": 40, "phone_number": 40, "channel": 100}
_MOST = {"expected_days": 366, "installs_left": 100}
_MODES = {"iccid": "numeric", "phone_number": "tel"}
_HELP = {
    "expected_days": gettext_lazy("As support says; empty: you are reminded to ask."),
    "activation_code": gettext_lazy(
        "Begins with LPA:1$. It is kept encrypted and never shown again on this page."
    ),
    "transferred_to": gettext_lazy("Where the balance went, where it did not stay."),
    "expires_on": gettext_lazy("As the operator shows it now."),
    "iccid": gettext_lazy("The long number on the card or in the eSIM's details, from 89 on."),
    "owed": gettext_lazy("0 when nothing is unpaid."),
}


class CodeField(CurrencyField):
    """A currency typed as its code, proposed by the page's one list of them.

    A page of steps has up to nine of these: as lists of all currencies they were most of its weight.
    """

    widget = forms.TextInput
    default_error_messages = {
        "invalid_choice": gettext_lazy("Please give a currency by its code, such as BHD.")
    }

    def __init__(self, **options: Any) -> None:
        attrs = {
            "list": "currencies",
            "maxlength": "3",
            "autocapitalize": "characters",
            "autocomplete": "off",
        }
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).strip().upper()


def field_of(name: str, choices: RunChoices) -> forms.Field:
    """Return the field of an ask by its shape. It is required unless the form says otherwise."""
    make: dict[Shape, Callable[[], forms.Field]] = {
        Shape.MONEY: lambda: _money(name),
        Shape.DATA: lambda: size_field(label=label_of(name)),
        Shape.DAY: lambda: _day(name, choices),
        Shape.COUNT: lambda: _count(name),
        Shape.LONG_TEXT: lambda: TextField(label=label_of(name)),
        Shape.CHOICE: lambda: _choice(name, choices),
    }
    field = make.get(ASKS[name].shape, lambda: _line(name))()
    field.help_text = field.help_text or _HELP.get(name, "")
    return field


def _money(name: str) -> forms.Field:
    if name != "balance":
        return AmountField(label=label_of(name))
    # A balance can be below zero.
    return forms.DecimalField(
        label=label_of(name), min_value=-MOST_MONEY, max_value=MOST_MONEY, max_digits=12, decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": _("Please give an amount such as 12.50.")},
    )  # fmt: skip


def _day(name: str, choices: RunChoices) -> forms.Field:
    field = DayField(label=label_of(name))
    if name not in FUTURE:
        field.help_text = choices.page.place.hint
        field.widget.attrs["max"] = max(choices.page.place.today, choices.page.place.today_here).isoformat()
    return field


def _count(name: str) -> forms.Field:
    least = 0 if name == "installs_left" else 1
    return CountField(label=label_of(name), min_value=least, max_value=_MOST.get(name, 9999))


def _line(name: str) -> forms.Field:
    attrs = {"autocomplete": "off"}
    if name in _MODES:
        attrs["inputmode"] = _MODES[name]
    if name == "method":
        attrs["list"] = "payment-methods"
    if ASKS[name].shape is Shape.CODE:
        attrs |= {"autocapitalize": "off", "spellcheck": "false"}
    length = 300 if ASKS[name].shape is Shape.CODE else _LENGTHS.get(name, 200)
    return LineField(label=label_of(name), max_length=length, widget=forms.TextInput(attrs=attrs))


def _choice(name: str, choices: RunChoices) -> forms.Field:
    if name == "renew_or_let_end":
        return forms.ChoiceField(
            label=label_of(name), choices=DECISIONS, widget=forms.RadioSelect, required=True
        )
    if name == "plan":
        rows = [*choices.plan_rows, ("", _("another one, named below"))]
        return forms.ChoiceField(label=label_of(name), choices=rows)
    needs = choices.page.needs
    blank = [] if choices.use_first else [("", "–")]
    return forms.ChoiceField(
        label=label_of(name),
        choices=[*blank, *choices.uses],
        help_text=_("What counts for this card needs: %(needs)s.") % {"needs": needs} if needs else "",
    )
