"""Adding, editing, closing and reopening plans."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.forms.plan import PlanForm, first_of, initial_of
from cards.models import Card, Subscription, User
from cards.queries.access import card_of, plan_of
from cards.queries.effects import EffectView, Remark
from cards.queries.offers import offer_asked
from cards.queries.place import Place
from cards.services import subscriptions
from cards.services.preview import preview_plan
from cards.services.subscriptions import SubscriptionFacts
from cards.web.clock import now_of
from cards.web.person import person_of

from .effects import effect_of, form_page, is_preview
from .ended import of_living_card
from .once import once_of, save_once

TEMPLATE = "plans/plan_form.html"


@login_required
@of_living_card
def plan_add(request: HttpRequest, card_id: str) -> HttpResponse:
    """Add a plan; when it ends is shown before it is saved."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    place = Place.of(card, person, now=now)
    offer = offer_asked(request.GET, card, person)
    initial = {"currency": person.currency, **first_of(offer, request.GET, place)}
    form = PlanForm(request.POST if request.method == "POST" else None, place=place, initial=initial)
    facts = replace(_facts(form), plan=offer) if form.is_valid() else None
    if facts and not is_preview(request):
        bought = facts

        def save() -> Card:
            subscriptions.add_subscription(card=card, facts=bought, by=person, now=now)
            messages.success(request, _("The plan %(plan)s is added.") % {"plan": bought.name})
            return card

        return save_once(request, save)
    effect = _effect(card, form, person, now) if facts else None
    context = {"card": card, "effect": effect, "place": place, "once": once_of(request), "offer": offer}
    return form_page(request, TEMPLATE, form, context)


@login_required
@of_living_card
def plan_edit(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Replace what was typed wrongly of a plan. A renewal is recorded as an action instead."""
    person, now = person_of(request), now_of(request)
    plan = plan_of(person, plan_id)
    card = plan.card
    place = Place.of(card, person, now=now)
    initial = initial_of(plan, place)
    initial["currency"] = initial["currency"] or person.currency
    form = PlanForm(request.POST if request.method == "POST" else None, place=place, initial=initial)
    facts = replace(_facts(form), **_untouched(plan)) if form.is_valid() else None
    if facts and not is_preview(request):
        subscriptions.edit_subscription(subscription=plan, facts=facts, by=person, now=now)
        messages.success(request, _("Saved."))
        return redirect("card", card.public_id)
    effect = _effect(card, form, person, now, plan) if facts else None
    context = {"card": card, "effect": effect, "place": place, "plan": plan}
    return form_page(request, TEMPLATE, form, context)


@login_required
@require_POST
def plan_close(request: HttpRequest, plan_id: str) -> HttpResponse:
    """End a plan: nothing reminds of it any more."""
    plan = plan_of(request.user, plan_id)
    subscriptions.close_subscription(subscription=plan, by=person_of(request), now=now_of(request))
    messages.success(request, _("The plan %(plan)s is closed: nothing reminds of it.") % {"plan": plan.name})
    return redirect("card", plan.card.public_id)


@login_required
@require_POST
@of_living_card
def plan_reopen(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Take a closed plan back; its end reminds again."""
    plan = plan_of(request.user, plan_id)
    subscriptions.reopen_subscription(subscription=plan, by=person_of(request), now=now_of(request))
    messages.success(request, _("The plan %(plan)s is open again: its end reminds.") % {"plan": plan.name})
    return redirect("card", plan.card.public_id)


def _facts(form: PlanForm) -> SubscriptionFacts:
    typed = form.cleaned_data
    names = ("name", "starts_at", "period_count", "period_unit", "has_first_day", "price", "currency")
    more = (
        "data_mib",
        "minutes",
        "sms",
        "has_hotspot",
        "is_auto_renewing",
        "intent",
        "first_use_by_on",
        "alarm_mib",
    )
    return SubscriptionFacts(starts_on=typed["day"], **{name: typed[name] for name in (*names, *more)})


def _untouched(plan: Subscription) -> dict[str, Any]:
    """Return what this form does not ask for and must not lose."""
    return {name: getattr(plan, name) for name in ("plan",)}


def _effect(
    card: Card, form: PlanForm, person: User, now: datetime, plan: Subscription | None = None
) -> EffectView:
    preview = preview_plan(card=card, facts=_facts(form), now=now, plan=plan)
    remarks = [Remark("warning", form.remark)] if form.remark else []
    return effect_of(preview, card, person, now=now, remarks=remarks)
