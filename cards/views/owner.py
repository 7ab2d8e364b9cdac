"""The one-time page on which the owner sets up the account."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from cards.accounts.owner import OwnerExists, create_owner, has_owner, is_good
from cards.forms.owner import OwnerForm
from cards.web.clock import now_of


@never_cache
def owner_setup(request: HttpRequest, token: str) -> HttpResponse:
    """Create the owner's account and sign in; a spent link says how to get a new one."""
    now = now_of(request)
    if not is_good(token, now=now):
        return _spent(request)
    form = OwnerForm(
        request.POST if request.method == "POST" else None,
        now=now,
        initial={"language": get_language(), "time_zone": settings.TIME_ZONE},
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "people/owner_setup.html", {"form": form}, status=status)
    typed = form.cleaned_data
    try:
        owner = create_owner(
            email=typed["email"],
            password=typed["password"],
            language=typed["language"],
            time_zone=typed["time_zone"],
            token=token,
            now=now,
        )
    except (OwnerExists, IntegrityError):  # the form was sent twice at once
        return _spent(request)
    # allauth's own way in, so that it knows: the password was given just now.
    login = Login(user=owner, redirect_url=reverse("start"))
    answer: HttpResponse = perform_password_login(request, {"email": owner.email}, login)
    return answer


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "people/owner_link_spent.html", {"has_owner": has_owner()}, status=404)
