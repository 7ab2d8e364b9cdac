"""Cells of a table of plans, as people type or paste them: "10 GB", "1 month", "unlimited", "yes"."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import UNLIMITED, PeriodUnit
from cards.rules.periods import Period, Unit

from .data_size import MIB_IN, MOST_MIB
from .fields import LONGEST_PERIOD_DAYS, MOST_MONEY, LineField, currency_choices

CELL = 60
MOST_UNITS = 10_000_000
_WITHOUT_END = {
    "unlimited", "unlim", "no limit", "limitless", "∞", "infinite", "flat", "unbegrenzt", "illimité",
    "无限", "不限", "无限量", "不限量", "無限", "不限時", "غير محدود",
}  # fmt: skip
_YES = {
    "yes", "y", "true", "1", "x", "✓", "✔", "ja", "oui", "si", "sí", "included", "allowed",
    "是", "有", "可", "可以", "支持", "نعم",
}  # fmt: skip
_NO = {
    "no", "n", "false", "0", "✗", "✘", "×", "nein", "non", "not included", "not allowed",
    "否", "无", "不", "不可", "不可以", "不支持", "لا",
}  # fmt: skip
_UNKNOWN = {"", "-", "–", "—", "?", "unknown", "n/a", "未知", "不明"}
PERIOD_UNITS: dict[str, str] = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "小时", "时", "小時"), PeriodUnit.HOUR.value),
    **dict.fromkeys(("", "d", "day", "days", "天", "日"), PeriodUnit.DAY.value),
    **dict.fromkeys(("w", "wk", "week", "weeks", "周", "星期", "週"), PeriodUnit.WEEK.value),
    **dict.fromkeys(("m", "mo", "mon", "month", "months", "月", "个月", "個月"), PeriodUnit.MONTH.value),
    **dict.fromkeys(("q", "quarter", "quarters", "季", "季度"), PeriodUnit.QUARTER.value),
    **dict.fromkeys(("y", "yr", "year", "years", "年"), PeriodUnit.YEAR.value),
}
_BARE_UNITS = {
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annual": "year", "每天": "day", "每周": "week", "每月": "month", "每季": "quarter", "每年": "year",
}  # fmt: skip
_NUMBER_WORD = re.compile(r"([0-9][0-9.,' ]{0,20})?\s*([^0-9]{0,12})")
DATA_UNITS = {**MIB_IN, "mib": 1, "gib": 1024, "tib": 1024 * 1024, "m": 1, "g": 1024, "t": 1024 * 1024}


def tidy(text: str) -> str:
    """Return a cell in plain letters: full-width digits and hard spaces become the usual ones."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def read_number(text: str) -> Decimal | None:
    """Return "1,234.5", "1.234,5", "12,50" or "1 234" as a number; None where it is none."""
    bare = text.strip().replace(" ", "").replace("'", "")
    if "," in bare and "." in bare:
        # The last of the two parts the decimals.
        bare = bare.replace(",", "") if bare.rfind(".") > bare.rfind(",") else _swap(bare)
    elif bare.count(",") == 1:
        # "5,5" and "12,50" are decimals. "1,500" would be read in two ways: see AmountCell.
        bare = bare.replace(",", ".")
    elif "," in bare:
        bare = bare.replace(",", "")
    return Decimal(bare) if re.fullmatch(r"[0-9]{1,18}(\.[0-9]{0,12})?", bare) else None


def _swap(text: str) -> str:
    return text.replace(".", "").replace(",", ".")


def is_doubtful(text: str) -> bool:
    """Tell whether a number means a thousand times more elsewhere: "1,500" and not "1,50"."""
    return re.fullmatch(r"\s*[1-9][0-9]{0,2},[0-9]{3}\s*", text) is not None


class Cell(LineField):
    """One cell; what stands for "not known" is empty."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(max_length=CELL, **options)
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.read("" if tidy(text) in _UNKNOWN else text)

    def read(self, text: str) -> Any:
        return text


class PriceCell(Cell):
    """A price, or None. With its currency beside it ("BHD 5.5") that is left to `split_price`."""

    def read(self, text: str) -> Decimal | None:
        if not text:
            return None
        number = read_number(tidy(text))
        if number is None:
            raise ValidationError(_("Please give an amount such as 12.50."))
        if is_doubtful(text):
            raise ValidationError(_("Please write 1500 or 1.5: this comma can mean both."))
        if number > MOST_MONEY or number != round(number, 3):
            raise ValidationError(_("This is no price: it is too large or has too many decimals."))
        return number


class CurrencyCell(Cell):
    def read(self, text: str) -> str:
        code = tidy(text).upper()
        if code and code not in dict(currency_choices()):
            raise ValidationError(_("Please give the three letters of a currency, such as BHD or EUR."))
        return code


class PeriodCell(Cell):
    """A length of time as (count, unit), or None."""

    def read(self, text: str) -> tuple[int, str] | None:
        if not text:
            return None
        plain = tidy(text)
        if plain in _BARE_UNITS:
            return 1, _BARE_UNITS[plain]
        found = re.fullmatch(r"([0-9]{1,5})\s*-?\s*([^0-9]{0,12}?)\.?", plain)
        unit = PERIOD_UNITS.get(found[2]) if found else None
        if not found or unit is None or int(found[1]) < 1:
            raise ValidationError(_("Please give a validity such as 7, 7 days, 24 hours or 1 month."))
        if int(found[1]) > 9999 or Period(int(found[1]), Unit(unit)).approx_days > LONGEST_PERIOD_DAYS:
            raise ValidationError(_("This is longer than a hundred years."))
        return int(found[1]), unit


class SizeCell(Cell):
    """Data in whole MiB, `UNLIMITED`, or None. A bare number is in GB, as plans are sold."""

    def __init__(self, *, most: int = MOST_MIB, has_unlimited: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.most, self.has_unlimited = most, has_unlimited

    def read(self, text: str) -> int | None:
        if not text:
            return None
        plain = tidy(text)
        if self.has_unlimited and plain in _WITHOUT_END:
            return UNLIMITED
        found = _NUMBER_WORD.fullmatch(plain)
        number = read_number(found[1]) if found and found[1] else None
        unit = DATA_UNITS.get(found[2].strip() or "gb") if found else None
        if number is None or unit is None or (is_doubtful(found[1]) if found else False):
            raise ValidationError(
                _("Please give data such as 10 GB, 500 MB or unlimited.")
                if self.has_unlimited
                else _("Please give data such as 10 GB or 500 MB.")
            )
        mib = int((number * unit).to_integral_value())
        if mib > self.most:
            raise ValidationError(_("This is more than any plan holds."))
        return mib


class CountCell(Cell):
    """Minutes or SMS: a whole number, `UNLIMITED`, or None."""

    def read(self, text: str) -> int | None:
        if not text:
            return None
        plain = tidy(text)
        if plain in _WITHOUT_END:
            return UNLIMITED
        found = re.fullmatch(
            r"([0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]{1,9})(?: ?(?:min|mins|minutes|sms|分钟|条))?", plain
        )
        number = int(re.sub(r"[, ]", "", found[1])) if found else None
        if number is None:
            raise ValidationError(_("Please give a whole number or unlimited."))
        if number > MOST_UNITS:
            raise ValidationError(_("This is more than any plan holds."))
        return number


YES_NO = (("", "–"), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))


def _is_yes(word: str) -> bool:
    return word == "yes"


class YesNoCell(forms.TypedChoiceField):
    """Yes, no, or None where it is not known; also what is pasted for them in other words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=YES_NO, coerce=_is_yes, empty_value=None, required=False, **options)

    def to_python(self, value: Any) -> str:
        return yes_no(str(super().to_python(value)))


def yes_no(text: str) -> str:
    """Return "yes", "no", "" or, where it is neither, the text itself."""
    plain = tidy(text)
    if plain in _UNKNOWN:
        return ""
    if plain in _YES:
        return "yes"
    return "no" if plain in _NO else text


def split_price(text: str) -> tuple[str, str]:
    """Return price and currency of "BHD 5.5" or "5.5BHD"; the currency is empty where there is none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    for pattern, price, code in (
        (r"([A-Za-z]{3}) ?([0-9].*)", 2, 1),
        (r"([0-9][0-9.,' ]*?) ?([A-Za-z]{3})", 1, 2),
    ):
        found = re.fullmatch(pattern, plain)
        if found:
            return found[price], found[code].upper()
    return text, ""
