"""Recording an action, undoing and correcting one."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cards.forms.action import ActionForm, initial_of, plain
from cards.models import Action, ActionKind, Card, Charge, User
from cards.queries.access import action_of, card_of
from cards.queries.action_page import WRITABLE, ActionPage, action_page, remarks_on
from cards.queries.credit_lot import lot_remark
from cards.queries.effects import EffectView, Remark
from cards.queries.ledger import first_meant, voided_ids
from cards.queries.money import money_text
from cards.queries.offers import offer_asked
from cards.queries.place import Place
from cards.queries.run_offers import awaited_refund
from cards.queries.sight import Reader
from cards.services.actions import ActionFacts, AlreadyVoided, correct_action, record_action, void_action
from cards.services.preview import preview_action, preview_void
from cards.web.clock import now_of
from cards.web.person import person_of

from .effects import effect_of, form_page, is_preview
from .once import once_of, save_once

TEMPLATE = "actions/action_form.html"


@login_required
def action_add(request: HttpRequest, card_id: str) -> HttpResponse:
    """Record an action; its effect is shown before it is saved."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    page = action_page(card, Place.of(card, person, now=now))
    initial = _first(request, page, person)
    form = ActionForm(request.POST if request.method == "POST" else None, page=page, initial=initial)
    if form.is_bound:
        facts = _facts(form) if form.is_valid() else None
    else:
        facts = ActionFacts(
            kind=initial["kind"], acted_on=page.place.today, subscription=page.plan(initial["plan"])
        )
    effect = _effect(page, facts, person, now) if facts else None
    if form.is_bound and facts and effect and not is_preview(request):
        saved, shown = facts, effect

        def save() -> Card:
            record_action(card=card, facts=saved, by=person, now=now)
            _tell(request, saved, shown, _("%(action)s recorded."))
            return card

        return save_once(request, save)
    is_refund = form["kind"].value() == ActionKind.REFUND
    context = {
        "page": page,
        "card": card,
        "effect": effect,
        "plan": page.plan(initial["plan"]),
        "awaited": awaited_refund(card, now) if is_refund else None,
    }
    return form_page(request, TEMPLATE, form, {**context, "once": once_of(request)})


@login_required
def action_correct(request: HttpRequest, action_id: str) -> HttpResponse:
    """Replace an entry by a corrected one in its place."""
    person, now = person_of(request), now_of(request)
    action = action_of(person, action_id)
    card = action.card
    page = replace(action_page(card, Place.of(card, person, now=now)), kept=action.kind)
    if action.companion_of is not None:
        return redirect("action_correct", action.companion_of.public_id)
    if action.pk in page.facts.voided or action.kind not in WRITABLE:
        return _not_any_more(request, action)
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        page=page,
        initial=initial_of(action, _reading_beside(action, page), page),
    )
    facts = _facts(form) if form.is_valid() else None
    effect = _effect(page, facts, person, now, corrects=action) if facts else None
    if facts and effect and not is_preview(request):
        try:
            correct_action(action=action, facts=facts, by=person, now=now)
        except AlreadyVoided:
            return _not_any_more(request, action)
        _tell(request, facts, effect, _("%(action)s corrected."))
        return redirect("card", card.public_id)
    context = {"page": page, "card": card, "effect": effect, "corrects": action}
    return form_page(request, TEMPLATE, form, context)


@login_required
def action_undo(request: HttpRequest, action_id: str) -> HttpResponse:
    """Show what undoing an entry changes, then do it. Undoing an undoing brings the entry back."""
    person, now = person_of(request), now_of(request)
    action = action_of(person, action_id)
    card = action.card
    if action.pk in voided_ids(card.actions.all()):
        return _not_any_more(request, action)
    effect = effect_of(preview_void(action=action, now=now), card, person, now=now)
    entry, is_back = first_meant(action)
    if request.method != "POST":
        context = {"card": card, "effect": effect, "entry": _words(entry, person), "is_back": is_back}
        return render(request, "actions/action_undo.html", context)
    try:
        void_action(action=action, by=person, now=now)
    except AlreadyVoided:
        return _not_any_more(request, action)
    done = _("The entry counts again.") if is_back else _("The entry is undone.")
    messages.success(request, f"{done} {effect.summary}".strip())
    return redirect("card", card.public_id)


def _first(request: HttpRequest, page: ActionPage, person: User) -> dict[str, Any]:
    """Return what a new entry begins with: the likeliest, or what the link asked for."""
    plan = page.plan(request.GET.get("plan", ""))
    asked = request.GET.get("kind", "") or (ActionKind.RENEWAL.value if plan else "")
    charge = page.charge(request.GET.get("charge", ""))
    if charge is not None and charge.ended_at is not None:
        charge = None
    if charge is not None:
        asked = ActionKind.FEE.value
    sold = plan or charge or offer_asked(request.GET, page.card, person)
    price = sold.amount if isinstance(sold, Charge) else sold.price if sold else None
    return {
        "kind": page.kind_first(asked),
        "acted_on": page.place.today,
        "amount": plain(price),
        "currency": sold.currency if sold and price is not None else page.currency_first(person),
        "plan": plan.public_id if plan else "",
        "charge": charge.public_id if charge else "",
    }


def _facts(form: ActionForm) -> ActionFacts:
    typed = form.cleaned_data
    names = ("kind", "acted_at", "amount", "currency", "expires_on", "balance", "data_left_mib")
    more = ("method", "order_number", "note", "subscription", "until_on", "days_given", "charge")
    return ActionFacts(acted_on=typed["day"], **{name: typed[name] for name in (*names, *more)})


def _effect(
    page: ActionPage, facts: ActionFacts, person: User, now: datetime, corrects: Action | None = None
) -> EffectView:
    preview = preview_action(card=page.card, facts=facts, now=now, corrects=corrects)
    remarks = remarks_on(
        page,
        kind=facts.kind,
        plan=facts.subscription,
        outcome=preview.outcome,
        reading=preview.reading,
        moves=bool(preview.effects),
    )
    lot = facts.until_on is None and lot_remark(
        page.card,
        kind=facts.kind,
        amount=facts.amount,
        currency=facts.currency,
        on=facts.acted_on,
        reader=page.place.reader,
    )
    if lot:
        remarks.append(lot)
    if facts.expires_on is not None and facts.expires_on < facts.acted_on:
        remarks.append(Remark("warning", _("By this date the validity was already over on that day.")))
    return effect_of(preview, page.card, person, now=now, remarks=remarks)


def _tell(request: HttpRequest, facts: ActionFacts, effect: EffectView, done: str) -> None:
    text = done % {"action": ActionKind(facts.kind).label}
    level = messages.WARNING if effect.is_shortened else messages.SUCCESS
    if effect.is_shortened:
        text = " ".join([text, _("A deadline is now earlier than before.")])
    messages.add_message(request, level, f"{text} {effect.summary}".strip())


def _not_any_more(request: HttpRequest, action: Action) -> HttpResponse:
    is_own = action.kind in WRITABLE
    done = _("This entry was undone or corrected before; nothing has changed.")
    text = done if is_own else _("This entry can't be changed any more.")
    messages.info(request, text)
    return redirect("card", action.card.public_id)


def _reading_beside(action: Action, page: ActionPage) -> Action | None:
    """Return the new expiry that was recorded with the action."""
    return next((row for row in page.facts.effective if row.companion_of_id == action.pk), None)


def _words(action: Action, person: User) -> str:
    """Return "Top-up, Tue, 1 Dec 2026, BHD 5.000"."""
    day = Reader.of(person).day(action.acted_on)
    parts = (str(action.get_kind_display()), day, money_text(action.amount, action.currency))
    return _(", ").join(part for part in parts if part)
