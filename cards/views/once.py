"""A form that adds something saves once, however often it is sent.

A second press on a slow line, or the page sent again by the browser, must not double an entry: with a
rule that counts from the current end two renewals are two periods, and the date would be wrong.
"""

import re
from collections.abc import Callable

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cards.models import Card
from cards.platform.ids import public_id

FIELD = "once"
_KEPT_SECONDS = 24 * 60 * 60
_TOKEN = re.compile(r"[\w-]{8,40}", re.ASCII)


def once_of(request: HttpRequest) -> str:
    """Return the mark of this form: the one it was sent with when it was refused, else a new one."""
    return _sent(request) or public_id()


def save_once(
    request: HttpRequest, save: Callable[[], Card], *, to: Callable[[Card], str] | None = None
) -> HttpResponse:
    """Save and show the card, or go where `to` says; a form that was saved before saves nothing.

    One without a mark always saves.
    """
    token = _sent(request)
    key = f"once:{request.user.pk}:{token}"
    if token and not cache.add(key, "", _KEPT_SECONDS):
        messages.info(request, _("This was saved already; it was not saved a second time."))
        return redirect(cache.get(key) or reverse("card_list"))
    try:
        card = save()
    except BaseException:
        if token:
            cache.delete(key)  # nothing was saved: it may be sent again
        raise
    address = to(card) if to is not None else reverse("card", args=[card.public_id])
    if token:
        cache.set(key, address, _KEPT_SECONDS)
    return redirect(address)


def is_saved(request: HttpRequest) -> bool:
    """Tell whether this very form was saved before."""
    token = _sent(request)
    return bool(token) and bool(cache.get(f"once:{request.user.pk}:{token}"))


def _sent(request: HttpRequest) -> str:
    token = request.POST.get(FIELD, "")
    return token if _TOKEN.fullmatch(token) else ""
