"""Adding and editing a card."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cards.forms import card as forms
from cards.models import ActionKind, Card, Operator, User
from cards.queries.access import card_of
from cards.queries.catalogue_rules import options_of
from cards.queries.operator_hints import Hint, hint_taken, hints_of
from cards.queries.operators import country_name, operator_names
from cards.rules.places import day_at
from cards.services import actions, cards, operators, rules, subscriptions
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import of_living_card
from .once import once_of, save_once


@login_required
def card_add(request: HttpRequest) -> HttpResponse:
    """Add a card, with its date, rule and plan where they are given."""
    person, now = person_of(request), now_of(request)
    options: dict[str, Any] = {"person": person, "today": day_at(now, [person.time_zone])}
    first = {"plan_currency": person.currency}
    form = forms.NewCardForm(_sent(request), initial=first, **options)
    if is_hinting(request):
        filled = forms.NewCardForm(initial=_taken(request, form, person), **options)
        return _hinted(request, form, filled, None)
    if form.is_valid():

        def save() -> Card:
            card = _add(person, form.cleaned_data, now)
            messages.success(request, _("%(card)s is added.") % {"card": card.label})
            return card

        return save_once(request, save, to=_after_adding)
    return _page(request, form, person, None)


def _after_adding(card: Card) -> str:
    """Lead on to the operator's rules where the card has none of its own yet."""
    operator = card.operator
    if operator is not None and not card.rules.exists() and options_of(operator, is_choice=True):
        return reverse("rule_choose", args=[card.public_id])
    return reverse("card", args=[card.public_id])


@login_required
@of_living_card
def card_edit(request: HttpRequest, card_id: str) -> HttpResponse:
    """Change a card's facts; its dates follow."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    options: dict[str, Any] = {"person": person, "operator_id": card.operator_id}
    form = forms.EditCardForm(_sent(request), initial=forms.initial_of(card), **options)
    if is_hinting(request):
        filled = forms.EditCardForm(initial=_taken(request, form, person), **options)
        return _hinted(request, form, filled, card)
    if form.is_valid():
        with transaction.atomic():
            facts = _facts(person, form.cleaned_data, cards.facts_of(card))
            cards.edit_card(card=card, facts=facts, by=person, now=now)
        messages.success(request, _("Saved."))
        return redirect("card", card.public_id)
    return _page(request, form, person, card)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def is_hinting(request: HttpRequest) -> bool:
    """Tell whether the form was sent to be filled in further, not to be saved."""
    return request.method == "POST" and ("hint" in request.POST or "take" in request.POST)


def _taken(request: HttpRequest, form: forms.CardForm, person: User) -> dict[str, Any]:
    """Return what was typed, with operator and country of the hint that was taken."""
    typed = forms.typed_of(form)
    hint = hint_taken(person, request.POST.get("take", ""))
    if hint is not None:
        typed["country"] = hint.country
        typed["operator"] = hint.name or typed["operator"]
    return typed


def _hinted(
    request: HttpRequest, sent: forms.CardForm, filled: forms.CardForm, card: Card | None
) -> HttpResponse:
    """Answer with the hints alone, as a part of the page; or with the whole form, filled in further."""
    person = person_of(request)
    if "hint" in request.POST and request.headers.get("HX-Request") == "true":
        return render(request, "cards/_hints.html", {"hints": _hints(person, forms.typed_of(sent))})
    return _page(request, filled, person, card)


def _hints(person: User, typed: Mapping[str, Any]) -> list[Hint]:
    names = ("number", "iccid", "operator", "country")
    return hints_of(person, **{name: str(typed.get(name) or "") for name in names})


def _page(request: HttpRequest, form: forms.CardForm, person: User, card: Card | None) -> HttpResponse:
    is_filled = is_hinting(request)
    typed = forms.typed_of(form) if form.is_bound else form.initial
    context = {
        "form": form,
        "card": card,
        "once": "" if card else once_of(request),
        "hints": _hints(person, typed) if form.is_bound or is_filled else [],
        "operator_names": operator_names(person),
        "opens_rule": is_filled or _is_told(form, forms.RULE_FIELDS),
        "opens_plan": is_filled or _is_told(form, forms.PLAN_FIELDS),
        "opens_more": card is not None or is_filled or _is_told(form, forms.MORE_FIELDS),
    }
    return render(request, "cards/card_form.html", context, status=422 if form.is_bound else 200)


def _is_told(form: forms.CardForm, names: tuple[str, ...]) -> bool:
    """Tell whether a folded part holds something typed or an error, so that nothing is hidden."""
    return form.is_bound and any(name in form.errors or name in form.changed_data for name in names)


def _facts(person: User, typed: dict[str, Any], known: cards.CardFacts) -> cards.CardFacts:
    """Return the facts with what this form asks for; the rest stays as it is."""
    return replace(
        known,
        label=typed["label"],
        operator=_operator(person, typed["operator"], typed["country"]),
        number=typed["number"],
        purposes=tuple(typed["purposes"]),
        form=typed["form"],
        billing=typed["billing"],
        seller=typed["seller"],
        note=typed["note"],
        margin_days=typed["margin_days"],
        activated_on=typed["activated_on"],
        opens_runs=typed.get("opens_runs", known.opens_runs),
        has_check_ups=typed.get("has_check_ups", known.has_check_ups),
    )


def _operator(person: User, name: str, country: str) -> Operator | None:
    """A country alone is a place too: its operator bears the country's name."""
    name = name or (country_name(country) if country else "")
    return operators.operator_for(owner=person, name=name, country=country)


@transaction.atomic
def _add(person: User, typed: dict[str, Any], now: datetime) -> Card:
    """Add the card and what gives it its date, all or nothing."""
    told = _facts(person, typed, cards.CardFacts(label=typed["label"], iccid=typed["iccid"]))
    card = cards.add_card(owner=person, facts=told, by=person, now=now)
    _add_rule(card, person, typed, now)
    today = day_at(now, card.zones)
    if typed["expires_on"]:
        facts = actions.ActionFacts(kind=ActionKind.READING, acted_on=today, expires_on=typed["expires_on"])
        actions.record_action(card=card, facts=facts, by=person, now=now)
    if typed["plan_name"]:
        plan = subscriptions.SubscriptionFacts(
            name=typed["plan_name"],
            starts_on=typed["plan_starts_on"] or today,
            period_count=typed["plan_count"],
            period_unit=typed["plan_unit"],
            price=typed["plan_price"],
            currency=typed["plan_currency"],
        )
        subscriptions.add_subscription(card=card, facts=plan, by=person, now=now)
    return card


def _add_rule(card: Card, person: User, typed: dict[str, Any], now: datetime) -> None:
    if not typed["rule_count"]:
        return
    rule = rules.RuleFacts(
        counts=(typed["rule_action"],),
        period_count=typed["rule_count"],
        period_unit=typed["rule_unit"],
    )
    days = (typed["last_on"], card.activated_on, day_at(now, card.zones))
    applies_from = min(day for day in days if day is not None)
    rules.set_rule(card=card, facts=rule, applies_from=applies_from, by=person, now=now)
    if typed["last_on"]:
        last = actions.ActionFacts(kind=typed["rule_action"], acted_on=typed["last_on"])
        actions.record_action(card=card, facts=last, by=person, now=now)
