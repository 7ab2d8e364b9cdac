"""Serial numbers and codes of SIM cards, eSIMs and the chips that hold them: what they look like.

ICCID: ITU-T E.118, 89 and at most 19 digits with a Luhn check digit; operators print up to 22.
EID: GSMA SGP.29, 32 digits, whole number mod 97 = 1 (ISO 7064).
Activation code: GSMA SGP.22, 4.1: `1$SM-DP+ address$matching id[$OID of the SM-DP+][$1]`, in a QR code
with "LPA:" before it. PIN 4 to 8 digits, PUK 8 (3GPP TS 31.101).
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

LONGEST_CODE = 255
# Documented for iOS from 17.4 on at
# https://docs.connect-api.1global.com/recipes/esim-installation/ ; the second form is what resellers and
# https://pub.dev/packages/esim_universal_installer use for Android from 10 on. Neither works on every phone.
IOS_INSTALL = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="
ANDROID_INSTALL = "https://esimsetup.android.com/esim_qrcode_provisioning?carddata="
_HOST = re.compile(
    r"(?=.{4,128}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
_MATCHING = re.compile(r"[A-Za-z0-9-]*")
_OID = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_SPACERS = dict.fromkeys(map(ord, " -\u00a0\u2009\u202f.\u2010\u2011\u2013"))


def digits_of(typed: str) -> str:
    """Return what is printed in groups without the spaces and dashes between them."""
    return typed.translate(_SPACERS)


def _are_digits(text: str, least: int, most: int) -> bool:
    return least <= len(text) <= most and text.isascii() and text.isdigit()


def is_iccid(text: str) -> bool:
    """Tell whether it can be an ICCID: 18 to 22 digits that begin with 89. No check digit is asked for."""
    return _are_digits(text, 18, 22) and text.startswith("89")


def has_luhn(text: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of those before it."""
    total = 0
    for place, mark in enumerate(reversed(text)):
        digit = int(mark) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def is_iccid_doubtful(text: str) -> bool:
    """Tell whether the check digit speaks against the ICCID. Worth a warning only.

    Some cards carry 20 digits of which the last is no check digit: it is held against the whole
    number, then against its first 19 digits.
    """
    return not (has_luhn(text) or (len(text) > 19 and has_luhn(text[:19])))


def is_eid(text: str) -> bool:
    """Tell whether it is an EID: 32 digits that leave 1 when divided by 97."""
    return _are_digits(text, 32, 32) and int(text) % 97 == 1


def is_pin(text: str) -> bool:
    return _are_digits(text, 4, 8)


def is_puk(text: str) -> bool:
    return _are_digits(text, 8, 8)


class CodeError(ValueError):
    """It is no eSIM activation code; `part` says what is wrong: form, address, matching, oid."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True, repr=False)
class ActivationCode:
    """What an eSIM is fetched with. Without a repr: it opens a line, no log may print it."""

    address: str
    matching_id: str
    oid: str = ""
    needs_confirmation: bool = False

    @property
    def text(self) -> str:
        """Return the code as a QR code holds it."""
        parts = ["LPA:1", self.address, self.matching_id]
        if self.oid or self.needs_confirmation:
            parts.append(self.oid)
        if self.needs_confirmation:
            parts.append("1")
        return "$".join(parts)

    @property
    def ios_link(self) -> str:
        return IOS_INSTALL + quote(self.text, safe="")

    @property
    def android_link(self) -> str:
        return ANDROID_INSTALL + quote(self.text, safe="")


def parse_activation_code(typed: str) -> ActivationCode:
    """Return the code's parts, from its text or from an install link that carries it. Raise CodeError.

    "LPA:" may be missing, as where an operator's mail gives the bare code.
    """
    text = _of_link(typed.strip())
    if text[:4].upper() == "LPA:":
        text = text[4:].strip()
    parts = text.split("$")
    if len(text) > LONGEST_CODE or parts[0] != "1" or not 3 <= len(parts) <= 5:
        raise CodeError("form")
    address, matching, oid, flag = (part.strip() for part in (*parts[1:], "", "")[:4])
    if not _HOST.fullmatch(address):
        raise CodeError("address")
    if not _MATCHING.fullmatch(matching):
        raise CodeError("matching")
    if oid and not _OID.fullmatch(oid):
        raise CodeError("oid")
    if flag not in ("", "1"):
        raise CodeError("form")
    return ActivationCode(address, matching, oid, flag == "1")


def _of_link(text: str) -> str:
    """Return the code inside an install link; any other text as it is."""
    if not text.lower().startswith("https://"):
        return text
    try:
        query = urlsplit(text).query
    except ValueError:  # "https://[" is no address at all
        return text
    for pair in query.split("&"):
        name, _sign, value = pair.partition("=")
        if name == "carddata":
            return unquote(value)
    return text
