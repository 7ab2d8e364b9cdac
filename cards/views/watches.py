"""A person's own clock on one deadline."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.forms.watch import LeadsForm, SnoozeForm
from cards.models import Watch
from cards.queries.access import watch_of
from cards.queries.clocks import clock_of
from cards.queries.sight import Reader, sight_of
from cards.queries.slots import next_text
from cards.rules.places import day_at
from cards.rules.timetable import snooze_limit
from cards.services import watches
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
@require_POST
def watch_seen(request: HttpRequest, watch_id: str) -> HttpResponse:
    """Silence a deadline up to its last days."""
    watch = watch_of(request.user, watch_id)
    watches.mark_seen(watch=watch, by=person_of(request), now=now_of(request))
    return _done(request, watch, _("Seen."))


@login_required
def watch_snooze(request: HttpRequest, watch_id: str) -> HttpResponse:
    """Say nothing until a day, which can't be after the last days begin."""
    person, now = person_of(request), now_of(request)
    watch = watch_of(person, watch_id)
    form = SnoozeForm(
        request.POST if request.method == "POST" else None,
        today=day_at(now, [person.time_zone]),
        limit=snooze_limit(clock_of(watch, watch.deadline, person), now=now),
        reader=Reader.of(person),
    )
    if form.is_valid():
        watches.snooze(watch=watch, until=form.cleaned_data["until"], by=person, now=now)
        return _done(request, watch, _("Snoozed."))
    return _page(request, watch, form, "watches/snooze.html")


@login_required
@require_POST
def watch_mute(request: HttpRequest, watch_id: str) -> HttpResponse:
    """Say nothing of a deadline any more, until it is taken back."""
    watch = watch_of(request.user, watch_id)
    watches.mute(watch=watch, by=person_of(request), now=now_of(request))
    messages.warning(request, _("Muted: nothing reminds you of this, not even in the last days."))
    return redirect("card", watch.deadline.card.public_id)


@login_required
@require_POST
def watch_reset(request: HttpRequest, watch_id: str) -> HttpResponse:
    """Take snooze, seen and mute back."""
    watch = watch_of(request.user, watch_id)
    watches.unmark(watch=watch, by=person_of(request), now=now_of(request))
    return _done(request, watch, _("You are reminded as usual."))


@login_required
def watch_leads(request: HttpRequest, watch_id: str) -> HttpResponse:
    """Give a deadline leads of its own, or go back to the person's."""
    person, now = person_of(request), now_of(request)
    watch = watch_of(person, watch_id)
    form = LeadsForm(request.POST if request.method == "POST" else None, initial={"leads": watch.leads or []})
    if form.is_valid():
        leads = form.cleaned_data["leads"] or None
        watches.set_leads(watch=watch, leads=leads, by=person, now=now)
        return _done(request, watch, _("Saved."))
    return _page(request, watch, form, "watches/leads.html")


def _page(request: HttpRequest, watch: Watch, form: forms.Form, template: str) -> HttpResponse:
    deadline, person = watch.deadline, person_of(request)
    sight = sight_of(deadline, deadline.card, now=now_of(request), reader=Reader.of(person))
    context = {"form": form, "watch": watch, "card": deadline.card, "sight": sight, "usual": person.leads}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _done(request: HttpRequest, watch: Watch, text: str) -> HttpResponse:
    """Say what was done and when the next reminder comes, then show the card."""
    person, now = person_of(request), now_of(request)
    fresh = watch_of(person, watch.public_id)
    card = fresh.deadline.card
    upcoming = next_text(fresh, sight_of(fresh.deadline, card, now=now, reader=Reader.of(person)))
    if upcoming:
        text = " ".join([text, _("Next reminder: %(when)s") % {"when": upcoming}])
    messages.success(request, text)
    return redirect("card", card.public_id)
