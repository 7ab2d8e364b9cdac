"""Plans on offer: the list, ten at once, one's own page, and buying one for a card."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cards.forms.offer_table import OfferTable
from cards.forms.offers import OfferEditForm, cells_of, identity_of, initial_of
from cards.models import Operator, User
from cards.queries.offers import (
    MOST_OWN,
    cards_to_buy_for,
    currency_first,
    offer_list,
    offer_row,
    offer_seen_by,
    offer_to_edit,
    offers_seen_by,
    operator_seen_by,
    own_offers,
)
from cards.rules.places import day_at
from cards.services.offers import OfferFacts, add_offers, edit_offer, restore_offer, retire_offer
from cards.web.clock import now_of
from cards.web.person import person_of


@login_required
def offers(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Show what an operator sells, as far as it is known here."""
    person = person_of(request)
    operator = operator_seen_by(person, operator_id)
    found = offer_list(person, operator, page=request.GET.get("page", ""))
    return render(request, "offers/offers.html", {"operator": operator, "found": found})


@login_required
def offers_add(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Add up to ten plans; pasted text fills the table first, and is saved when it was looked at."""
    person = person_of(request)
    operator = operator_seen_by(person, operator_id)
    copied = offers_seen_by(person).filter(operator=operator, public_id=request.GET.get("copy", "")).first()
    table = OfferTable(
        request.POST if request.method == "POST" else None,
        today=day_at(now_of(request), [person.time_zone]),
        currency=currency_first(person, operator),
        may_share=person.is_staff and operator.owner_id is None,
        first=cells_of(copied) if copied else None,
    )
    if request.method == "POST" and _save(request, table, operator, person):
        return redirect("offers", operator.public_id)
    has_errors = request.method == "POST" and table.has_errors
    context = {"operator": operator, "table": table}
    return render(request, "offers/offers_add.html", context, status=422 if has_errors else 200)


def _save(request: HttpRequest, table: OfferTable, operator: Operator, person: User) -> bool:
    """Save a table that is right and was looked at; tell whether it was."""
    batch = table.batch.cleaned_data if table.batch.is_valid() else {}
    is_shared = bool(batch.get("is_shared"))
    known = own_offers(person, operator, is_shared=is_shared)
    identities = [identity_of(row.name, row.price, row.period_count, row.period_unit) for row in known]
    if not table.is_valid(identities) or table.is_read:
        return False
    if not is_shared and len(known) + len(table.used) > MOST_OWN:
        table.batch.add_error(
            None, _("You have very many plans here. Please retire some that are no longer sold.")
        )
        return False
    facts = [
        OfferFacts(**form.values, source=batch["source"], seen_on=batch["seen_on"]) for form in table.used
    ]
    add_offers(operator=operator, offers=facts, by=person, is_shared=is_shared)
    text = ngettext("%(count)d plan is added.", "%(count)d plans are added.", len(facts))
    messages.success(request, text % {"count": len(facts)})
    return True


@login_required
def offer_edit(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Change what is known of a plan; what was bought keeps what it was when bought."""
    person = person_of(request)
    offer = offer_to_edit(person, offer_id)
    form = OfferEditForm(request.POST if request.method == "POST" else None, initial=initial_of(offer))
    if form.is_valid():
        edit_offer(offer=offer, facts=OfferFacts(**form.values), by=person)
        messages.success(request, _("Saved."))
        return redirect("offers", offer.operator.public_id)
    context = {"offer": offer, "operator": offer.operator, "form": form}
    return render(request, "offers/offer_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def offer_retire(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Say that a plan is no longer sold."""
    person = person_of(request)
    offer = offer_to_edit(person, offer_id)
    retire_offer(offer=offer, by=person, now=now_of(request))
    messages.success(request, _("%(plan)s counts as no longer sold.") % {"plan": offer.name})
    return redirect("offers", offer.operator.public_id)


@login_required
@require_POST
def offer_restore(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Say that a plan is sold again."""
    person = person_of(request)
    offer = offer_to_edit(person, offer_id)
    restore_offer(offer=offer, by=person)
    messages.success(request, _("%(plan)s counts as on sale again.") % {"plan": offer.name})
    return redirect("offers", offer.operator.public_id)


@login_required
def offer_buy(request: HttpRequest, offer_id: str) -> HttpResponse:
    """Choose the card a plan is bought for; with one card there is nothing to choose."""
    person = person_of(request)
    offer = offer_seen_by(person, offer_id)
    found = cards_to_buy_for(person, offer.operator)
    query = {"offer": offer.public_id}
    if request.GET.get("starts_on"):
        query["starts_on"] = request.GET["starts_on"][:10]
    links = [(card, f"{reverse('plan_add', args=[card.public_id])}?{urlencode(query)}") for card in found]
    if len(links) == 1:
        return redirect(links[0][1])
    context = {"offer": offer, "row": offer_row(offer, person), "operator": offer.operator, "links": links}
    return render(request, "offers/offer_buy.html", context)
