"""Amounts of money in words, in the active language."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale

# ISO 4217's currencies without a minor unit. Babel's table also says 0 where coins have merely
# gone out of use (RSD, PKR, LBP ...), yet bills there still show two decimals.
_WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
     "XAF", "XOF", "XPF"}
)  # fmt: skip


def currency_decimals(currency: str) -> int:
    """Return how many decimals amounts of this currency may have: BHD 3, EUR 2, JPY 0."""
    return 0 if currency in _WHOLE else max(2, get_currency_precision(currency))


def money_text(amount: Decimal | None, currency: str) -> str:
    """Return "BHD 5.000": the code, never a bare "$", and the currency's own decimals."""
    if amount is None:
        return ""
    decimals = currency_decimals(currency)
    pattern = "¤¤\u00a0#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_currency(
        amount, currency, format=pattern, locale=to_locale(get_language() or "en"), currency_digits=False
    )
    return str(text)
