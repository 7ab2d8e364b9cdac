"""allauth's adapter: closed sign-up, our outbox, the request's clock."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from .mail import DEFAULT_LIFE, post


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Reads the clock in `request.now`, never the machine's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.OPEN_SIGNUP)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the outbox and try it at once; it expires with what it carries."""
        request = context.get("request") or self.request
        mail = self.render_mail(template_prefix, email, {**context, "email": email})
        post(mail, now=_now(request), life=_life(template_prefix, context))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person that something in the account changed, in the same way."""
        super().send_notification_mail(template_prefix, user, context, email)


def _now(request: Any) -> datetime:
    now: datetime = request.now
    return now


def _life(template_prefix: str, context: dict[str, Any]) -> timedelta:
    if "code" in context:
        return timedelta(seconds=app_settings.LOGIN_BY_CODE_TIMEOUT)
    if "password_reset_url" in context:
        return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if "activate_url" in context:
        return timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)
    return DEFAULT_LIFE
