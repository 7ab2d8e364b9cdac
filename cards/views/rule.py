"""What keeps this number alive: the versions of a card's rule."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cards.forms.rule import RuleForm, initial_of, presets
from cards.models import ActionKind, User
from cards.queries.access import card_of
from cards.queries.action_page import ActionPage, action_page
from cards.queries.effects import EffectView, Remark
from cards.queries.ledger import started_on
from cards.queries.place import Place
from cards.queries.rule_words import rule_sentences
from cards.queries.rules import versions_in_words
from cards.services.preview import preview_rule
from cards.services.rules import RuleFacts, set_rule
from cards.web.clock import now_of
from cards.web.person import person_of

from .effects import effect_of, form_page, is_preview


@login_required
def rule_edit(request: HttpRequest, card_id: str) -> HttpResponse:
    """Give the card a rule, or a new version of it; the effect is shown before it is saved."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    page = action_page(card, Place.of(card, person, now=now))
    preset = request.GET.get("preset", "")
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        today=page.place.today,
        initial=_first(page, person, preset),
    )
    effect = _effect(page, form, person, now) if form.is_valid() else None
    if effect and not form.errors and not is_preview(request):
        if page.rule is not None and not form.has_changed():
            messages.info(request, _("Nothing was changed."))
            return redirect("card", card.public_id)
        facts, applies_from = _facts(form), form.cleaned_data["applies_from"]
        set_rule(card=card, facts=facts, applies_from=applies_from, by=person, now=now)
        messages.success(request, f"{_('The rule is saved.')} {effect.summary}".strip())
        return redirect("card", card.public_id)
    context = {
        "card": card,
        "effect": effect,
        "rule": page.rule,
        "versions": versions_in_words(page.facts, page.rule),
        "presets": presets(),
        "preset": preset,
    }
    return form_page(request, "rules/rule_form.html", form, context)


def _first(page: ActionPage, person: User, preset: str) -> dict[str, Any]:
    """Return the rule in force, or a new one's proposals; a preset on top."""
    initial: dict[str, Any] = {
        "counts": [ActionKind.TOP_UP.value],
        "currency": page.currency_first(person),
        "applies_from": _start(page),
    }
    if page.rule is not None:
        initial = {**initial_of(page.rule), "currency": page.rule.currency or initial["currency"]}
    for key, _words, values in presets():
        if key == preset:
            initial.update(values)
    return initial


def _start(page: ActionPage) -> date:
    """Return the first day that the ledger knows of, so that all of it follows the rule."""
    days = [page.place.today, *(entry.acted_on for entry in page.facts.effective)]
    start = started_on(page.facts)
    return min([*days, start] if start else days)


def _facts(form: RuleForm) -> RuleFacts:
    typed = form.cleaned_data
    names = ("period_count", "period_unit", "counts_from", "mode", "minimum", "currency")
    more = ("has_first_day", "stages", "source", "seen_on", "confidence")
    return RuleFacts(counts=tuple(typed["counts"]), **{name: typed[name] for name in (*names, *more)})


def _effect(page: ActionPage, form: RuleForm, person: User, now: datetime) -> EffectView | None:
    """Return the effect; what the rules room refuses stands as an error of the form."""
    try:
        preview, row = preview_rule(
            card=page.card,
            facts=_facts(form),
            applies_from=form.cleaned_data["applies_from"],
            by=person,
            now=now,
        )
    except ValueError as error:
        form.add_error(None, str(error))
        return None
    remarks = [Remark("info", " ".join(rule_sentences(row)))]
    return effect_of(preview, page.card, person, now=now, remarks=remarks)
