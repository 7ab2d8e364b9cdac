"""A person's preferences."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from cards.forms.preferences import PreferencesForm, initial_of
from cards.models import User
from cards.queries.reminder_log import next_watch
from cards.queries.sight import Reader
from cards.services.people import Preferences, save_preferences
from cards.web.clock import now_of
from cards.web.person import person_of

MOVING = {"time_zone", "remind_at", "leads"}


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and store them; a new clock or new leads move every reminder of the person."""
    person, now = person_of(request), now_of(request)
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, initial=initial_of(person), now=now
    )
    if form.is_valid():
        moves = not MOVING.isdisjoint(form.changed_data)
        save_preferences(user=person, preferences=Preferences(**form.cleaned_data), now=now)
        messages.success(request, _saved(person, now, moves=moves))
        return redirect("preferences")
    status = 422 if form.is_bound else 200
    context = {"form": form, "upcoming": next_watch(person)}
    return render(request, "people/preferences.html", context, status=status)


def _saved(person: User, now: datetime, *, moves: bool) -> str:
    """Say it in the language that was just chosen, with what has moved."""
    with override(person.language):
        watch = next_watch(person)
        if not moves or watch is None or watch.next_at is None:
            return _("Saved.")
        # An hour that is over by now is made up for by the next run of the worker.
        when = Reader.of(person).moment(max(watch.next_at, now))
        text = _("Saved. All reminders were planned anew; the next one comes on %(when)s for %(card)s.")
        return text % {"when": when, "card": watch.deadline.card.label}
