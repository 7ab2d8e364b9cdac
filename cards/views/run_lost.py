"""What was typed in a step that was settled, or whose run was closed, meanwhile: to be kept as a note."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from cards.catalogue.asks import ASKS, Home
from cards.forms.fields import CurrencyField
from cards.forms.run_notes import ChaseForm, NoteForm
from cards.models import Run
from cards.queries.run_words import Told
from cards.rules.playbook import Step, StepKind

from .once import is_saved
from .run_desk import RunDesk


@dataclass(frozen=True, slots=True)
class Lost:
    """`said`: what happened meanwhile; `form`: a note that holds what was typed.

    `sealed`: what may stand in no note, shown to be copied.
    """

    key: str
    said: str
    form: NoteForm
    sealed: tuple[Told, ...]


@sensitive_variables()
def lost_of(request: HttpRequest, run: Run, step: Step, said: str) -> Lost | None:
    """Return what was sent with a step and is kept nowhere; None when there is nothing of that kind.

    What the form held by itself counts only where it was changed.
    """
    if is_saved(request):
        return None  # the same form, pressed twice
    note = request.POST.get("note", "").strip().replace("\r\n", "\n")
    if note in run.records.filter(step=step.key).values_list("note", flat=True):
        note = ""
    values = list(_values(RunDesk.of(request, run), step))
    if not values and not note:
        return None
    lines = [
        _("%(label)s: %(text)s") % {"label": row.label, "text": row.text}
        for row, sealed in values
        if not sealed
    ]
    text = "\n".join(filter(None, (note, *lines)))
    form = NoteForm(initial={"note": text}, is_required=True, auto_id=f"id_{step.key}_lost_%s")
    return Lost(step.key, said, form, tuple(row for row, is_sealed in values if is_sealed))


def _values(desk: RunDesk, step: Step) -> Iterator[tuple[Told, bool]]:
    """Return what was typed, and whether it is a secret."""
    data = desk.request.POST
    for line in desk.form(step.key, data).lines:
        fields = [bound for bound in (line.first, line.second) if bound is not None]
        # A unit alone says nothing.
        if line.first.data and any(map(_is_changed, fields)):
            name = line.first.name
            text = " ".join(filter(None, map(_text, fields)))
            yield Told(str(line.first.label), text), name in ASKS and ASKS[name].home is Home.SEALED
    if step.kind is StepKind.WAIT:
        promised = ChaseForm(data, today=desk.page.place.today)["promised_on"]
        if promised.data:
            yield Told(str(promised.label), _text(promised)), False
    place = data.get("moved_to", "").strip()
    if step.kind is StepKind.EACH and place:
        rows = desk.page.card.services.all()
        names = [row.name for row in rows if row.public_id == data.get("service")]
        name = names[0] if names else capfirst(_("service"))
        yield Told(name, _("moved to %(place)s") % {"place": place}), False


def _is_changed(bound: forms.BoundField) -> bool:
    return bool(bound.field.has_changed(bound.initial, bound.data))


def _text(bound: forms.BoundField) -> str:
    """Return what was typed as it was typed; of a choice its words."""
    text = str(bound.data or "").strip()
    if isinstance(bound.field, forms.ChoiceField) and not isinstance(bound.field, CurrencyField):
        rows = cast(Iterable[tuple[Any, Any]], bound.field.choices)
        return next((str(words) for value, words in rows if str(value) == text), text)
    return text
