"""The ready letter that applies for a cancellation."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.queries.access import run_of
from cards.queries.ledger import load_facts
from cards.queries.letter import is_cancelling, language_for, letter_page
from cards.queries.place import Place
from cards.queries.run_words import in_words
from cards.web.clock import now_of
from cards.web.person import person_of

# Each in its own words.
LANGUAGES = (("en", "English"), ("zh", "简体中文"), ("ar", "العربية"))
GAPS = {
    "name": _("your name"),
    "number": _("the phone number"),
    "iccid": "ICCID",
    "operator": _("the operator"),
    "reason": _("the reason"),
    "case": _("the case number"),
    "account": _("where the refund goes"),
}


@login_required
def run_letter(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show the application for a cancellation, ready to be copied or mailed, in one of three languages."""
    run, person = run_of(request.user, run_id), person_of(request)
    if not is_cancelling(run.playbook.key):
        raise Http404
    card, place = run.card, Place.of(run.card, person, now=now_of(request))
    language = language_for(card, request.GET.get("lang", ""))
    letter = letter_page(run, load_facts(card), person, language=language, today=place.today)
    context = {
        "run": run,
        "card": card,
        "name": in_words(run.version.definition.title),
        "letter": letter,
        "missing": gettext(", ").join(str(GAPS[gap]) for gap in GAPS if gap in letter.missing),
        "has_no_name": "name" in letter.missing,
        "languages": LANGUAGES,
    }
    return render(request, "letters/run_letter.html", context)
