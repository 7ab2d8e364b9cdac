"""Search over everything that a person wrote."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cards.forms.search import SearchForm
from cards.queries import search as query
from cards.web.person import person_of


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found, the newest first, fifty a page; without words only the field."""
    form = SearchForm(request.GET if request.GET.get("q") else None)
    words, found = form.cleaned_data["q"] if form.is_valid() else "", None
    if words:
        page = query.page_number(request.GET.get("page", ""))
        found = query.search(person_of(request), words, page=page)
    context = {"form": form, "found": found, "words": words, "query": urlencode({"q": words})}
    return render(request, "search/search.html", context, status=422 if form.errors else 200)
