"""Rules and codes of a person's own operator: added, changed, removed one by one."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cards.catalogue.errors import CatalogueError
from cards.forms import operator_code, operator_rule
from cards.models import Operator
from cards.queries.catalogue_words import said
from cards.queries.operator_page import own_operator_of, part_of, told_of
from cards.rules.places import day_at
from cards.services import own_operators
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def own_rule_edit(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Add a rule to an own operator, or change one; cards that took it are asked."""
    person, now = person_of(request), now_of(request)
    row = own_operator_of(person, operator_id)
    known = part_of(_rules(row), request.GET.get("part", ""))
    form = operator_rule.OperatorRuleForm(
        request.POST if request.method == "POST" else None,
        today=day_at(now, row.time_zones or [person.time_zone]),
        known=known,
        initial=operator_rule.initial_of(known) | ({} if known else {"currency": person.currency}),
    )
    if form.is_valid() and _is_saved(
        form,
        lambda: own_operators.change_rule(
            operator=row, known=known, told=form.as_rule(source=own_operators.TYPED), now=now
        ),
    ):
        messages.success(request, _("The rule is saved."))
        return redirect("operator", row.public_id)
    return _form_page(request, "operators/rule_form.html", form, row, is_new=known is None)


@login_required
def own_rule_remove(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Ask, then remove a rule of an own operator; cards keep their copies."""
    row = own_operator_of(person_of(request), operator_id)
    known = part_of(_rules(row), request.GET.get("part", "") or "none")
    if request.method == "POST":
        now = now_of(request)
        return _removed(
            request,
            row,
            lambda: own_operators.change_rule(operator=row, known=known, told=None, now=now),
            _("The rule is removed."),
        )
    return render(request, "operators/part_remove.html", {"operator": row, "kind": "rule"})


@login_required
def own_code_edit(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Add a short code to an own operator, or change one."""
    row = own_operator_of(person_of(request), operator_id)
    known = part_of(_codes(row), request.GET.get("part", ""))
    form = operator_code.OperatorCodeForm(
        request.POST if request.method == "POST" else None, initial=operator_code.initial_of(known)
    )
    if form.is_valid() and _is_saved(
        form,
        lambda: own_operators.change_code(
            operator=row,
            known=known,
            told=form.as_code(known, source=own_operators.TYPED),
            now=now_of(request),
        ),
    ):
        messages.success(request, _("The code is saved."))
        return redirect("operator", row.public_id)
    return _form_page(request, "operators/code_form.html", form, row, is_new=known is None)


@login_required
def own_code_remove(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Ask, then remove a short code of an own operator."""
    row = own_operator_of(person_of(request), operator_id)
    known = part_of(_codes(row), request.GET.get("part", "") or "none")
    if request.method == "POST":
        now = now_of(request)
        return _removed(
            request,
            row,
            lambda: own_operators.change_code(operator=row, known=known, told=None, now=now),
            _("The code is removed."),
        )
    return render(request, "operators/part_remove.html", {"operator": row, "kind": "code"})


def _rules(row: Operator) -> Any:
    told = told_of(row)
    return told.rules if told else ()


def _codes(row: Operator) -> Any:
    told = told_of(row)
    return told.codes if told else ()


def _removed(request: HttpRequest, row: Operator, remove: Callable[[], None], done: str) -> HttpResponse:
    """Remove it and go back to the operator; what is left must still agree, or nothing is removed."""
    try:
        remove()
    except own_operators.Gone:
        messages.success(request, done)  # somebody was faster
    except CatalogueError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, done)
    return redirect("operator", row.public_id)


def _is_saved(form: forms.Form, save: Callable[[], None]) -> bool:
    """Save; what the file of an operator can't say stands at its field."""
    try:
        save()
    except own_operators.Gone:
        form.add_error(None, _("This was changed meanwhile. Please look at the operator's page again."))
    except CatalogueError as error:
        field = error.field.rsplit(".", 1)[-1]
        form.add_error(field if field in form.fields else None, said(error))
    return not form.errors


def _form_page(
    request: HttpRequest, template: str, form: forms.Form, row: Operator, *, is_new: bool
) -> HttpResponse:
    context = {"form": form, "operator": row, "is_new": is_new}
    return render(request, template, context, status=422 if form.is_bound else 200)
