"""Dates that stand by themselves on a card."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.forms.card_date import CardDateForm, initial_of
from cards.models import Card
from cards.queries.access import card_of, date_of
from cards.queries.card_end import DATES_AFTERWARDS, is_history
from cards.rules.places import day_at
from cards.services import dates
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import is_over
from .once import once_of, save_once

TEMPLATE = "dates/date_form.html"


def _is_history(request: HttpRequest, card: Card) -> bool:
    return is_history(card, day_at(now_of(request), card.zones))


@login_required
def date_add(request: HttpRequest, card_id: str) -> HttpResponse:
    """Add a date with its own reminders."""
    card = card_of(person_of(request), card_id)
    form = CardDateForm(
        request.POST if request.method == "POST" else None, is_history=_is_history(request, card)
    )
    if form.is_valid():

        def save() -> Card:
            dates.add_date(card=card, **form.cleaned_data, by=person_of(request), now=now_of(request))
            messages.success(request, _("The date is added: it reminds."))
            return card

        return save_once(request, save)
    context = {"form": form, "card": card, "once": once_of(request)}
    return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)


@login_required
def date_edit(request: HttpRequest, date_id: str) -> HttpResponse:
    """Move a date or change its words; its reminders follow."""
    row = date_of(request.user, date_id)
    if _is_history(request, row.card) and row.kind not in DATES_AFTERWARDS:
        return is_over(request, row.card)
    form = CardDateForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of(row),
        is_history=_is_history(request, row.card),
    )
    if form.is_valid():
        dates.edit_date(row=row, **form.cleaned_data, by=person_of(request), now=now_of(request))
        messages.success(request, _("Saved."))
        return redirect("card", row.card.public_id)
    context = {"form": form, "card": row.card, "row": row}
    return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def date_met(request: HttpRequest, date_id: str) -> HttpResponse:
    """Tick a date off; with `undo` take the tick back."""
    row = date_of(request.user, date_id)
    is_met = "undo" not in request.POST
    dates.meet_date(row=row, is_met=is_met, by=person_of(request), now=now_of(request))
    text = _("%(date)s: done, nothing reminds of it.") if is_met else _("%(date)s: open again, it reminds.")
    messages.success(request, text % {"date": row.get_kind_display()})
    return redirect("card", row.card.public_id)


@login_required
def date_delete(request: HttpRequest, date_id: str) -> HttpResponse:
    """Ask, then remove a date that was never meant."""
    row = date_of(request.user, date_id)
    if request.method != "POST":
        return render(request, "dates/date_delete.html", {"row": row, "card": row.card})
    dates.delete_date(row=row, by=person_of(request), now=now_of(request))
    messages.success(request, _("The date is deleted."))
    return redirect("card", row.card.public_id)
