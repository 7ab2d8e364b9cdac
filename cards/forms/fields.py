"""Fields that every form shares: plain text, days, money, lengths of time, places."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.core import Locale, get_global
from babel.numbers import get_currency_name
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

from cards.models import PeriodUnit
from cards.queries.money import currency_decimals
from cards.rules.periods import Period, Unit
from cards.rules.serials import digits_of, is_iccid

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
MOST_MONEY = Decimal("999999999.999")
LONGEST_PERIOD_DAYS = 36525  # a hundred years: nothing a rule may add up to leaves the calendar
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})
_NOT_MONEY = frozenset({"XXX", "XTS", "XAU", "XAG", "XPT", "XPD", "XSU", "XUA", "XBA", "XBB", "XBC", "XBD"})
# Currencies of today; which were in use on a day is a matter of record, not of the clock.
_CURRENCY_DAY = date(2026, 1, 1)


# Pasted along unseen from phone books and chats: marks without width, and marks that turn text around.
_UNSEEN = dict.fromkeys([0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def _is_blank(text: str) -> bool:
    """Tell whether nothing of a text is seen; a link that consists of it could not be pressed."""
    return all(unicodedata.category(mark) == "Cf" or unicodedata.category(mark)[0] in "ZM" for mark in text)


def refuse_control(text: str) -> None:
    """Raise ValidationError for characters that can't be seen and are never meant."""
    for character in text:
        if character in "\n\t":
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValidationError(_("This holds an invisible control character. Please type it again."))


class LineField(forms.CharField):
    """One line of text: no line breaks, no control characters, nothing that only seems empty."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.validators.append(refuse_control)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "").translate(_UNSEEN).strip()
        return "" if _is_blank(text) else text

    def validate(self, value: str) -> None:
        super().validate(value)
        if "\n" in value or "\t" in value:
            raise ValidationError(_("Please write this in one line."))


class TextField(forms.CharField):
    """Several lines of text, without control characters; line breaks become the plain kind."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *, max_length: int = 4000, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.validators.append(refuse_control)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day between 1990 and 2100, typed as 2026-12-31."""

    widget = DayInput
    default_error_messages = {
        "invalid": gettext_lazy("Please give a date that exists, such as 2026-12-31."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)
        self.widget.attrs.update(min=FIRST_DAY.isoformat(), max=LAST_DAY.isoformat())
        message = gettext_lazy("Please give a year between 1990 and 2100.")
        self.validators += [MinValueValidator(FIRST_DAY, message), MaxValueValidator(LAST_DAY, message)]


class AmountField(forms.DecimalField):
    """An amount of money; use `check_amount` in the form's clean for its currency's decimals."""

    default_error_messages = {
        "invalid": gettext_lazy("Please give an amount such as 12.50."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(
            min_value=0, max_value=MOST_MONEY, max_digits=12, decimal_places=3, localize=False, **options
        )


class CountField(forms.IntegerField):
    """A whole number of something, shown with the keyboard for digits."""

    def __init__(self, *, min_value: int = 1, max_value: int = 9999, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)
        self.widget.attrs.setdefault("inputmode", "numeric")


def unit_field(**options: Any) -> forms.ChoiceField:
    """Return a choice of hours to years."""
    options.setdefault("label", gettext_lazy("unit"))
    options.setdefault("initial", PeriodUnit.DAY.value)
    return forms.ChoiceField(choices=PeriodUnit.choices, **options)


class CurrencyField(forms.ChoiceField):
    """A currency of today by its code, named in the person's language."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("currency"))
        super().__init__(choices=currency_choices, **options)


class CountryField(forms.ChoiceField):
    """A country by its code, named in the person's language."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("country"))
        super().__init__(choices=country_choices, **options)


def _locale() -> str:
    return to_locale(get_language() or "en")


def currency_choices() -> list[tuple[str, str]]:
    return _currencies(_locale())


def country_choices() -> list[tuple[str, str]]:
    return _countries(_locale())


@lru_cache(maxsize=32)
def _currencies(locale: str) -> list[tuple[str, str]]:
    codes = {
        code
        for history in get_global("territory_currencies").values()
        for code, start, end, is_tender in history
        if is_tender and code not in _NOT_MONEY and (end is None or date(*end) > _CURRENCY_DAY)
    }
    named = [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in sorted(codes)]
    return [("", "–"), *named]


@lru_cache(maxsize=32)
def _countries(locale: str) -> list[tuple[str, str]]:
    names = Locale.parse(locale).territories
    rows = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return [("", "–"), *sorted(rows, key=lambda row: _sort_key(row[1]))]


def _sort_key(name: str) -> str:
    """Sort "Åland" with A: accents come after letters, not after Z."""
    return unicodedata.normalize("NFKD", name).casefold()


def check_amount(form: forms.BaseForm, amount: str, currency: str) -> None:
    """Hold an amount against its currency: it needs one, and no more decimals than that has."""
    value, code = form.cleaned_data.get(amount), form.cleaned_data.get(currency)
    if value is None or currency in form.errors:
        return
    if not code:
        form.add_error(currency, _("An amount needs a currency."))
        return
    decimals = currency_decimals(code)
    if value == round(value, decimals):
        return
    text = _("%(currency)s has no decimals.")
    if decimals:
        text = _("%(currency)s has at most %(count)d decimals.")
    form.add_error(amount, text % {"currency": code, "count": decimals})


def check_period(form: forms.BaseForm, count: str, unit: str) -> Period | None:
    """Return count and unit as a period; an error at the count where it is no sensible one."""
    number, word = form.cleaned_data.get(count), form.cleaned_data.get(unit)
    if not number or not word:
        return None
    length = Period(number, Unit(word))
    if length.approx_days > LONGEST_PERIOD_DAYS:
        form.add_error(count, _("This is longer than a hundred years."))
        return None
    return length


def labels(names: Iterable[str], choices: Iterable[tuple[str, Any]]) -> list[str]:
    """Return the words of chosen values, in the order of the choices."""
    chosen = set(names)
    return [str(label) for value, label in choices if value in chosen]


def clean_iccid(typed: str) -> str:
    """Return a typed ICCID as digits, "" for none. Raise ValidationError where it can't be one."""
    # Some are printed with an F that fills the last half byte.
    digits = digits_of(typed).upper().removesuffix("F")
    if digits and not is_iccid(digits):
        raise ValidationError(_("An ICCID has 18 to 22 digits and begins with 89."))
    return digits
