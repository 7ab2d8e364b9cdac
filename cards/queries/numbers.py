"""Phone numbers as shown where not everyone may read them."""

from functools import lru_cache

import phonenumbers

DOTS = "••••"


def mask_number(number: str) -> str:
    """Return `+973 •••• 4567`: country code and the last four digits, fewer of a short number."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        digits = "".join(filter(str.isdigit, number))
        return f"{DOTS} {digits[-4:]}" if len(digits) > 6 else DOTS
    national = str(parsed.national_number)
    tail = national[-4:] if len(national) > 6 else national[-2:]
    return f"+{parsed.country_code} {DOTS} {tail}"


@lru_cache(maxsize=4096)  # parsing one takes longer than printing its row
def show_number(number: str) -> str:
    """Return the number in groups, for its owner."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number


def stored_number(typed: str, country: str) -> str | None:
    """Return a typed number as +97336123456; None where it can't be one of that country."""
    try:
        parsed = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
