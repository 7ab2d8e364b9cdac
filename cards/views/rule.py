"""What keeps this number alive: the versions of a card's rule."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cards.forms.rule import RuleForm, filled_of, initial_of, presets
from cards.models import ActionKind, User
from cards.queries.access import card_of
from cards.queries.action_page import ActionPage, action_page
from cards.queries.catalogue_words import said
from cards.queries.effects import EffectView, Remark
from cards.queries.ledger import proposed_rule, started_on
from cards.queries.place import Place
from cards.queries.rule_words import rule_sentences
from cards.queries.rules import is_same_reckoning, is_same_rule, versions_in_words
from cards.services.preview import preview_rule
from cards.services.rules import RuleFacts, set_rule
from cards.web.clock import now_of
from cards.web.person import person_of

from .effects import effect_of, form_page, is_preview
from .ended import of_living_card


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was typed: the rule, its effect, and whether it is the one in force already."""

    facts: RuleFacts
    effect: EffectView
    is_unchanged: bool


@login_required
@of_living_card
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
        filled=filled_of(page.rule) if page.rule is not None else None,
    )
    wish = _wish(page, form, person, now) if form.is_valid() else None
    if wish and not is_preview(request):
        if wish.is_unchanged:
            messages.info(request, _("Nothing was changed."))
            return redirect("card", card.public_id)
        applies_from = form.cleaned_data["applies_from"]
        set_rule(card=card, facts=wish.facts, applies_from=applies_from, by=person, now=now)
        messages.success(request, " ".join([_("The rule is saved."), wish.effect.summary]).strip())
        return redirect("card", card.public_id)
    context = {
        "card": card,
        "effect": wish.effect if wish else None,
        "rule": page.rule,
        "versions": versions_in_words(page.facts, page.rule),
        "presets": presets(),
        "preset": preset,
    }
    return form_page(request, "rules/rule_form.html", form, context)


def _first(page: ActionPage, person: User, preset: str) -> dict[str, Any]:
    """Return the rule in force, or a new one's proposals; a preset on top."""
    currency = page.currency_first(person)
    initial: dict[str, Any] = {
        "counts": [ActionKind.TOP_UP.value],
        "currency": currency,
        "applies_from": _start(page),
    }
    if page.rule is not None:
        initial = {**initial_of(page.rule), "currency": page.rule.currency or currency}
    for key, _words, values in presets():
        if key == preset:
            initial.update(values)
    return initial


def _start(page: ActionPage) -> date:
    """Return the first day that the ledger knows of, so that all of it follows the rule."""
    days = [page.place.today, *(entry.acted_on for entry in page.facts.effective)]
    start = started_on(page.facts)
    return min([*days, start] if start else days)


def _wish(page: ActionPage, form: RuleForm, person: User, now: datetime) -> _Wish | None:
    """Return what was typed; what the rules room refuses all the same stands as an error of the form."""
    facts, applies_from = RuleFacts(**form.columns), form.cleaned_data["applies_from"]
    try:
        preview, row = preview_rule(
            card=page.card, facts=facts, applies_from=applies_from, by=person, now=now
        )
    except ValueError as error:
        form.add_error(None, said(error))
        return None
    is_same = page.rule is not None and is_same_rule(row, page.rule)
    is_copy = page.rule is not None and is_same_reckoning(row, page.rule)
    if page.rule is not None and is_copy:
        # From another day on, or with other prices, it is still the catalogue's rule as it was taken over;
        # changed by hand it is the person's own.
        digest = page.rule.catalogue_digest
        facts = replace(facts, catalogue=page.rule.catalogue, catalogue_digest=digest)
    remarks = [Remark("info", "\n".join(rule_sentences(row))), *_of_the_catalogue(page, is_copy=is_copy)]
    effect = effect_of(preview, page.card, person, now=now, remarks=remarks)
    is_unchanged = is_same and page.rule is not None and page.rule.applies_from == applies_from
    return _Wish(facts, effect, is_unchanged)


def _of_the_catalogue(page: ActionPage, *, is_copy: bool) -> list[Remark]:
    """Say what saving means for a rule that was taken from the catalogue."""
    remarks = []
    if proposed_rule(page.facts) is not None:
        text = _("The operator's rule has changed. What you save here is your answer to that: it holds.")
        remarks.append(Remark("warning", text))
    if page.rule is not None and page.rule.catalogue_id is not None and not is_copy:
        text = _(
            "Changed by hand, this rule is yours: you are not told any more when the operator's changes."
        )
        remarks.append(Remark("info", text))
    return remarks
