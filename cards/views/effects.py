"""The effect of a form on the deadlines, shown before it is saved: on the page and live."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.models import Card, User
from cards.queries.effects import EffectView, Remark, effect_view
from cards.queries.sight import Reader
from cards.services.preview import Preview


def effect_of(
    preview: Preview, card: Card, person: User, *, now: datetime, remarks: Iterable[Remark] = ()
) -> EffectView:
    pairs = [(effect.before, effect.after) for effect in preview.effects]
    return effect_view(pairs, card, now=now, reader=Reader.of(person), remarks=remarks)


def is_preview(request: HttpRequest) -> bool:
    """Tell whether the form was sent to see its effect, not to be saved."""
    return request.method == "POST" and "preview" in request.POST


def form_page(request: HttpRequest, template: str, form: BaseForm, context: dict[str, Any]) -> HttpResponse:
    """Answer with the form; to htmx with its effect alone, as a partial of the same template."""
    context = {**context, "form": form}
    if is_preview(request) and request.headers.get("HX-Request") == "true":
        return render(request, f"{template}#effect", context)
    return render(request, template, context, status=422 if form.errors else 200)
