"""The pages for what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words that the form was too old or cookies are off."""
    return render(request, "403_csrf.html", status=403)
