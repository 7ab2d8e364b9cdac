"""What keeping the numbers costs, and what a card's actions cost."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cards.forms.costs import CostsForm
from cards.queries import keeping as query
from cards.queries.access import card_of
from cards.queries.ledger import load_facts
from cards.queries.rules import version_in_force
from cards.rules.places import day_at
from cards.services.costs import set_costs
from cards.web.clock import now_of
from cards.web.person import person_of

from .ended import of_living_card


@login_required
def keeping(request: HttpRequest) -> HttpResponse:
    """Show what each number costs in a year, the totals by currency above."""
    found = query.keeping(person_of(request), page=request.GET.get("page", ""), now=now_of(request))
    return render(request, "keeping/keeping.html", {"found": found})


@login_required
@of_living_card
def costs_edit(request: HttpRequest, card_id: str) -> HttpResponse:
    """Say what each action that keeps the card costs. No date changes by it."""
    person, now = person_of(request), now_of(request)
    card = card_of(person, card_id)
    rule = version_in_force(load_facts(card), day_at(now, card.zones))
    if rule is None:
        messages.info(request, _("Give the card a rule first: then its actions can have a price."))
        return redirect("rule_edit", card.public_id)
    form = CostsForm(request.POST if request.method == "POST" else None, rule=rule, currency=person.currency)
    if form.is_valid():
        set_costs(rule=rule, costs=form.costs, by=person, now=now)
        messages.success(request, _("Saved."))
        return redirect("keeping")
    context = {"card": card, "form": form}
    return render(request, "keeping/costs_form.html", context, status=422 if form.errors else 200)
