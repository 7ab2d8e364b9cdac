"""Middleware: one clock per request, the person's language and zone, what is too big, headers."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

GetResponse = Callable[[HttpRequest], HttpResponse]

LIVEZ = "/livez/"
# A form takes 8 MB of files. What is beyond that is read too, up to here, so that the form can name the file
# and keep what was typed; pictures that a phone sends together come to some tens of megabytes.
MOST_BODY_BYTES = 64 * 1024 * 1024
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
        "worker-src 'self'",
    )
)


def security_headers(get_response: GetResponse) -> GetResponse:
    """Set the Content-Security-Policy on every answer, error pages and static files included.

    Pages are nobody else's: no proxy and no back button keeps them. Static files say themselves how long.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def request_now(get_response: GetResponse) -> GetResponse:
    """Read the clock once: everything this request does sees the same `request.now`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def preferences(get_response: GetResponse) -> GetResponse:
    """Answer in the person's own language and time zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # "Is the process alive" must not ask the database who wants to know.
        if request.path_info == LIVEZ or not request.user.is_authenticated:
            return get_response(request)
        user = request.user
        with translation.override(user.language), timezone.override(ZoneInfo(user.time_zone)):
            request.LANGUAGE_CODE = user.language
            response = get_response(request)
            response.headers["Content-Language"] = user.language
            return response

    return middleware


def body_limit(get_response: GetResponse) -> GetResponse:
    """Refuse by its announced size what no form takes, before a byte of it is read.

    Stands behind `preferences`, so that the page speaks the person's language, and acts before the check of
    the form's token, which reads the body.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > MOST_BODY_BYTES:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware
