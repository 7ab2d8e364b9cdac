"""The cheapest plans for some trips."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cards.forms.advice import Trips
from cards.queries import advice as query
from cards.queries.offers import operator_seen_by
from cards.rules.advice import Scenario
from cards.rules.places import day_at
from cards.web.clock import now_of
from cards.web.person import person_of

SCENARIOS = (
    (Scenario.SHORT_TRIP, _("Short trip"), _("4 days, 500 MB a day")),
    (Scenario.FREQUENT_TRAVELLER, _("Frequent traveller"), _("3 days each week for 8 weeks, 500 MB a day")),
    (Scenario.LONG_POSTING, _("Long posting"), _("a year, 500 MB a day")),
)


@login_required
def advice(request: HttpRequest, operator_id: str) -> HttpResponse:
    """Ask for trips, and say which plans to buy when. Everything is in the address."""
    person = person_of(request)
    operator = operator_seen_by(person, operator_id)
    card = person.cards.filter(operator=operator, public_id=request.GET.get("card", "")).first()
    today = day_at(now_of(request), operator.time_zones or [person.time_zone])
    wish = Trips(request.GET, today=today)
    offers = query.offers_for(person, operator, currency=request.GET.get("currency", ""))
    kept = {"card": card.public_id if card else "", "currency": request.GET.get("currency", "")[:3]}
    answer = query.answer(wish.trips, offers, card) if wish.trips else None
    context = {
        "operator": operator,
        "card": card,
        "wish": wish,
        "offers": offers,
        "answer": answer,
        "unknown": query.unknown_words(wish.trips, offers),
        "unusable": query.names_words(offers.unusable),
        "others": _other_links(request, offers),
        "presets": _preset_links(kept, wish),
        "kept": {name: value for name, value in kept.items() if value},
    }
    return render(request, "advice/advice.html", context, status=422 if wish.has_errors else 200)


def _preset_links(kept: dict[str, str], wish: Trips) -> list[tuple[str, object, object, bool]]:
    links: list[tuple[str, object, object, bool]] = []
    for scenario, name, text in SCENARIOS:
        pairs = {"preset": scenario.value, **{key: value for key, value in kept.items() if value}}
        is_current = wish.preset is not None and wish.preset.scenario is scenario
        links.append((urlencode(pairs), name, text, is_current))
    return links


def _other_links(request: HttpRequest, offers: query.Offers) -> list[tuple[str, int, str]]:
    """Return the other currencies, each with the same question in it."""
    links = []
    for code, count in offers.other_currencies:
        asked = request.GET.copy()
        asked["currency"] = code
        links.append((code, count, asked.urlencode()))
    return links
