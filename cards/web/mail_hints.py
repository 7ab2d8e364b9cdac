"""What a mail server's refusal most likely means, in words that help to mend it."""

import re

from django.utils.translation import gettext as _

_CODE = re.compile(r"^\s*([2-5]\d\d)\b")
_LOGIN = {"530", "534", "535", "538"}
_REFUSED = {"501", "550", "551", "553", "554"}
# What the words of a failed connection mean; the first that fits counts.
_SIGNS = {
    "mismatch": (
        "wrong_version_number",
        "wrong version number",
        "unexpectedly closed",
        "record layer failure",
    ),
    "starttls": ("starttls",),
    "certificate": ("certificate",),
    "timeout": ("timed out", "timeout"),
    "refused": ("refused",),
    "name": ("name or service", "getaddrinfo", "no address", "name resolution", "nodename"),
    "unreachable": ("unreachable", "no route"),
}


def hints_of(error: str, *, port: int, security: str) -> list[str]:
    """Return sentences for the errors that people meet when they set a mail server up."""
    found = _CODE.match(error)
    if found is None:
        return _connection_hints(error.lower(), port, security)
    code = found.group(1)
    if code in _LOGIN:
        return [
            _(
                "The server refused the login. Many providers want an app password or an authorisation code"
                " instead of the account's password, and SMTP has to be switched on in their settings."
            )
        ]
    if code in _REFUSED:
        return [
            _(
                "The server refused the sender or the recipient. EMAIL_FROM usually has to be the address of"
                " the account that signs in."
            )
        ]
    if code.startswith("4"):
        return [_("The server asks to try again later. The message stays in the queue and is tried again.")]
    return []


def _connection_hints(error: str, port: int, security: str) -> list[str]:
    kind = next((kind for kind, signs in _SIGNS.items() if any(sign in error for sign in signs)), "")
    texts = {
        "mismatch": _mismatch(port, security),
        "starttls": _(
            "The server offers no STARTTLS on this port. Use smtp+starttls:// with port 587, or smtps:// with"
            " port 465."
        ),
        "certificate": _(
            "The server's certificate does not fit. Use the name that it is made for, and check this"
            " machine's clock."
        ),
        "timeout": _(
            "The server did not answer in time. A firewall may block the port: many hosts block port 25, some"
            " also 465 and 587."
        ),
        "refused": _("Nothing listens at this address and port. Check both in EMAIL_URL."),
        "name": _(
            "The server's name can't be found. Check the spelling in EMAIL_URL and this machine's DNS."
        ),
        "unreachable": _("This machine has no way to that address. Check its network."),
    }
    hints = [texts[kind]] if kind else []
    if kind == "timeout" and port in (465, 587):
        hints.append(_mismatch(port, security))
    return hints


def _mismatch(port: int, security: str) -> str:
    if security == "tls":
        text = _(
            "Port %(port)d may not be encrypted from the start. Use smtps:// with port 465, or"
            " smtp+starttls:// with port 587."
        )
    else:
        text = _(
            "Port %(port)d may be encrypted from the start. Use smtps:// with port 465, or smtp+starttls://"
            " with port 587."
        )
    return text % {"port": port}
