"""What a number and a card's serial number hint at. Numbers can be ported: never taken by themselves."""

from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext as _

from cards.models import Operator, User
from cards.queries.operators import choosable, country_name

MOST = 3
_UNSEEN = str.maketrans("", "", " -.()\u00a0")


@dataclass(frozen=True, slots=True)
class Hint:
    """One proposal; `value` is what its button sends."""

    value: str
    label: str
    name: str
    country: str


def hints_of(user: User, *, number: str, iccid: str, operator: str, country: str) -> list[Hint]:
    """Return what the form could be filled with: operators, the longest prefix first; else a country."""
    parsed = _parsed(number, country)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else ""
    serial = iccid.translate(_UNSEEN)
    if not e164 and not serial:
        return []
    found = []
    for row in choosable(user).only("public_id", "name", "country", "number_prefixes", "iccid_prefixes"):
        longest = max(_longest(serial, row.iccid_prefixes), _longest(e164, row.number_prefixes))
        if longest:
            found.append((-longest, row.name, row))
    rows = [row for _length, _name, row in sorted(found, key=lambda one: one[:2])]
    if any(_is_chosen(row, operator, country) for row in rows):
        return []
    hints = [_hint(row) for row in rows[:MOST]]
    region = phonenumbers.region_code_for_number(parsed) if parsed else None
    if region and not country and region not in {hint.country for hint in hints}:
        hints.append(Hint(f"country:{region}", country_name(region), "", region))
    return hints


def hint_taken(user: User, value: str) -> Hint | None:
    """Return the hint whose button was pressed; None for anything senseless."""
    if value.startswith("country:"):
        code = value.removeprefix("country:")
        is_country = code in phonenumbers.SUPPORTED_REGIONS
        return Hint(value, country_name(code), "", code) if is_country else None
    row = choosable(user).filter(public_id=value).first()
    return _hint(row) if row is not None else None


def _hint(row: Operator) -> Hint:
    label = _("%(operator)s (%(country)s)") % {"operator": row.name, "country": country_name(row.country)}
    return Hint(row.public_id, label if row.country else row.name, row.name, row.country)


def _is_chosen(row: Operator, operator: str, country: str) -> bool:
    return row.name.casefold() == operator.strip().casefold() and country in ("", row.country)


def _longest(text: str, prefixes: list[str]) -> int:
    return max((len(prefix) for prefix in prefixes if text.startswith(prefix)), default=0) if text else 0


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
