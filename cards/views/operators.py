"""Operators: what the catalogue knows of them, and a person's own."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cards.catalogue.errors import CatalogueError
from cards.forms.operator import ImportForm, OwnOperatorForm, initial_of
from cards.models import Operator, User
from cards.queries import operator_list as lists
from cards.queries.catalogue_words import said
from cards.queries.offers import operator_seen_by
from cards.queries.operator_page import operator_page, own_operator_of
from cards.services import operators, own_operators
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def operator_list(request: HttpRequest) -> HttpResponse:
    """Show the operators that the person may choose from, with search and country."""
    found = lists.operator_list(person_of(request), request.GET)
    return render(request, "operators/operator_list.html", {"found": found})


@login_required
def operator(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Show all that is known about an operator, each thing with its source."""
    person = person_of(request)
    row = operator_seen_by(person, operator_id)
    page = operator_page(row, person, now=now_of(request))
    return render(request, "operators/operator_page.html", {"page": page, "operator": row})


@login_required
def operator_add(request: HttpRequest) -> HttpResponse:
    """Add an operator of the person's own."""
    return _form_page(request, person_of(request), None)


@login_required
def operator_edit(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Change an operator of the person's own; the dates of its cards follow."""
    person = person_of(request)
    return _form_page(request, person, own_operator_of(person, operator_id))


def _form_page(request: HttpRequest, person: User, row: Operator | None) -> HttpResponse:
    form = OwnOperatorForm(
        request.POST if request.method == "POST" else None, initial=_initial(row) if row else {}
    )
    if form.is_valid():
        saved = _save(person, row, form, now_of(request))
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("operator", saved.public_id)
    context = {"form": form, "operator": row}
    return render(request, "operators/operator_form.html", context, status=422 if form.is_bound else 200)


def _initial(row: Operator) -> dict[str, Any]:
    """Leave empty what is as in the country, so that it follows when the country changes."""
    initial = initial_of(row)
    if initial["time_zones"] == operators.zones_of(row.country):
        initial["time_zones"] = []
    if initial["weekend"] == operators.weekend_of(row.country):
        initial["weekend"] = []
    return initial


def _save(person: User, row: Operator | None, form: OwnOperatorForm, now: datetime) -> Operator | None:
    """Return the saved operator; None with an error at its field."""
    facts = own_operators.OwnOperatorFacts(**form.cleaned_data)
    try:
        return own_operators.save_own_operator(owner=person, operator=row, facts=facts, now=now)
    except own_operators.AlreadyThere:
        form.add_error("name", _("You have an operator of this name in this country already."))
    except CatalogueError as error:
        form.add_error(error.field if error.field in form.fields else None, said(error))
    return None


@login_required
def operator_import(request: HttpRequest) -> HttpResponse:
    """Make an operator of the person's own from a file of the catalogue."""
    person = person_of(request)
    is_sent = request.method == "POST"
    form = ImportForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        try:
            row, is_new = own_operators.import_operator(
                owner=person, told=form.told, text=form.cleaned_data["text"], now=now_of(request)
            )
        except CatalogueError as error:
            form.add_error("text", said(error))
        else:
            text = _("%(operator)s is imported.") if is_new else _("%(operator)s is replaced by the file.")
            messages.success(request, text % {"operator": row.name})
            return redirect("operator", row.public_id)
    return render(
        request, "operators/operator_import.html", {"form": form}, status=422 if form.is_bound else 200
    )


@login_required
def operator_export(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Give the operator as a file that can be imported, or put into DATA_DIR/operators."""
    row = operator_seen_by(person_of(request), operator_id)
    name = row.key or own_operators.key_of(row.name, row.country)
    answer = HttpResponse(own_operators.export_text(row), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return answer
