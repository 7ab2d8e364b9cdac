"""allauth's adapter: closed sign-up, our outbox, the request's clock, our own address in mails."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from .mail import DEFAULT_LIFE, post


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Reads the clock in `request.now`, never the machine's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.OPEN_SIGNUP)

    def is_safe_url(self, url: str) -> bool:
        """Lead back to this site only; allauth would also follow to whatever ALLOWED_HOSTS names."""
        hosts = {self.request.get_host(), urlsplit(settings.SITE_URL).netloc}
        return url_has_allowed_host_and_scheme(url, allowed_hosts=hosts)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the outbox and try it at once; it expires with what it carries.

        Links start with SITE_URL: the request's Host is the asker's word, and a reset is asked by anybody.
        """
        request = context.get("request") or self.request
        site = {"name": "Keepline", "domain": settings.SITE_URL}
        links = {name: _at_home(value) for name, value in context.items() if name.endswith("_url")}
        words = {"current_site": site, **context, **links, "email": email}
        mail = self.render_mail(template_prefix, email, words)
        post(mail, now=_now(request), life=_life(context))


def _at_home(url: str) -> str:
    return urljoin(settings.SITE_URL, urlsplit(url)._replace(scheme="", netloc="").geturl())


def _now(request: Any) -> datetime:
    now: datetime = request.now
    return now


def _life(context: dict[str, Any]) -> timedelta:
    if "code" in context:
        return timedelta(seconds=app_settings.LOGIN_BY_CODE_TIMEOUT)
    if "password_reset_url" in context:
        return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if "activate_url" in context:
        return timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)
    return DEFAULT_LIFE
