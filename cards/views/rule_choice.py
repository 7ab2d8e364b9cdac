"""A card's rule from the catalogue: choosing one, and answering one that changed."""

from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cards.forms.rule_choice import ProposalForm, RuleChoiceForm
from cards.models import Card, DeadlineKind, DeadlineState, Rule, User
from cards.queries.access import card_of
from cards.queries.action_page import ActionPage, action_page
from cards.queries.catalogue_rules import OptionInWords, options_of, question_of
from cards.queries.catalogue_words import said
from cards.queries.effects import EffectView, Remark
from cards.queries.ledger import proposed_rule, started_on
from cards.queries.place import Place
from cards.queries.proposal import proposal_of
from cards.queries.rule_words import rule_sentences
from cards.rules.places import day_at
from cards.services import proposals
from cards.services.catalogue_rows import facts_of
from cards.services.preview import preview_rule
from cards.services.rules import RuleFacts, set_rule
from cards.web.clock import now_of
from cards.web.person import person_of

from .effects import effect_of, form_page, is_preview
from .ended import of_living_card


@login_required
@of_living_card
def rule_choose(request: HttpRequest, card_id: str) -> HttpResponse:
    """Give the card one of the rules that the catalogue knows for its operator; the effect comes first."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    options = options_of(card.operator, is_choice=True) if card.operator else []
    if not options:
        return redirect("rule_edit", card.public_id)
    page = action_page(card, Place.of(card, person, now=now))
    form = _choice_form(request, page, options)
    chosen = _chosen(form, options) if form.is_valid() else None
    effect = _effect(page, form, chosen, person, now) if chosen else None
    if chosen and effect and not is_preview(request):
        facts = facts_of(chosen.row, period=form.period)
        set_rule(card=card, facts=facts, applies_from=form.cleaned_data["applies_from"], by=person, now=now)
        messages.success(request, " ".join([_("The rule is saved."), effect.summary]).strip())
        return redirect(_next_step(card, facts))
    context = {
        "card": card,
        "effect": effect,
        "options": options,
        "has_open": any(not option.has_period for option in options),
        "rule": page.rule,
        "question": question_of(card.operator) if card.operator else "",
    }
    return form_page(request, "rules/rule_choose.html", form, context)


def _choice_form(request: HttpRequest, page: ActionPage, options: list[OptionInWords]) -> RuleChoiceForm:
    keys = [option.row.key for option in options]
    return RuleChoiceForm(
        request.POST if request.method == "POST" else None,
        keys=keys,
        open_keys=[option.row.key for option in options if not option.has_period],
        initial={"rule": keys[0] if len(keys) == 1 else None, "applies_from": first_day(page)},
    )


def first_day(page: ActionPage) -> date:
    """Return the first day that the ledger knows of, so that all of it follows the rule."""
    days = [page.place.today, *(entry.acted_on for entry in page.facts.effective)]
    start = started_on(page.facts)
    return min([*days, start] if start else days)


def _chosen(form: RuleChoiceForm, options: list[OptionInWords]) -> OptionInWords | None:
    return next((option for option in options if option.row.key == form.cleaned_data["rule"]), None)


def _effect(
    page: ActionPage, form: RuleChoiceForm, chosen: OptionInWords, person: User, now: datetime
) -> EffectView | None:
    try:
        preview, row = preview_rule(
            card=page.card,
            facts=facts_of(chosen.row, period=form.period),
            applies_from=form.cleaned_data["applies_from"],
            by=person,
            now=now,
        )
    except ValueError as error:
        form.add_error(None, said(error))
        return None
    remarks = [Remark("info", "\n".join(rule_sentences(row)))]
    return effect_of(preview, page.card, person, now=now, remarks=remarks)


def _next_step(card: Card, facts: RuleFacts) -> str:
    """A rule alone gives no date: lead on to the last action that counted."""
    has_date = card.deadlines.filter(kind=DeadlineKind.LINE, state=DeadlineState.OPEN).exists()
    if has_date:
        return reverse("card", args=[card.public_id])
    return f"{reverse('action_add', args=[card.public_id])}?kind={facts.counts[0]}"


@login_required
@of_living_card
def rule_proposal(request: HttpRequest, card_id: str) -> HttpResponse:
    """Show how the catalogue's rule has changed and let the owner say from when it holds."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    page = action_page(card, Place.of(card, person, now=now))
    proposed = proposed_rule(page.facts)
    if proposed is None:
        return _gone(request, card)
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        initial={"digest": proposed.catalogue_digest, "applies_from": _noticed_on(card, proposed)},
    )
    applies_from = form.cleaned_data["applies_from"] if form.is_valid() else _noticed_on(card, proposed)
    preview = proposals.preview_proposed_rule(
        card=card, proposed=proposed, applies_from=applies_from, by=person, now=now
    )
    effect = effect_of(preview, card, person, now=now)
    if form.is_valid() and not is_preview(request):
        try:
            proposals.accept_proposed_rule(card=card, **form.cleaned_data, by=person, now=now)
        except proposals.NothingProposed:
            return _gone(request, card)
        messages.success(request, " ".join([_("The rule is saved."), effect.summary]).strip())
        return redirect("card", card.public_id)
    proposal = proposal_of(page.facts, page.place.today)
    context = {"card": card, "effect": effect, "proposal": proposal}
    return form_page(request, "rules/rule_proposal.html", form, context)


def _noticed_on(card: Card, proposed: Rule) -> date:
    """Return the day on which the change was read, at the operator's place: the likeliest choice."""
    return day_at(proposed.recorded_at, card.zones)


def _gone(request: HttpRequest, card: Card) -> HttpResponse:
    messages.info(request, _("This change is answered already, or the rule has changed once more."))
    return redirect("card", card.public_id)


@login_required
@require_POST
@of_living_card
def rule_decline(request: HttpRequest, card_id: str) -> HttpResponse:
    """Keep the card's own rule."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    try:
        digest = request.POST.get("digest", "")
        proposals.decline_proposed_rule(card=card, digest=digest, by=person, now=now)
    except proposals.NothingProposed:
        return _gone(request, card)
    messages.success(request, _("Your rule stays as it is."))
    return redirect("card", card.public_id)
