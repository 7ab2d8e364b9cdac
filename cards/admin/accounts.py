"""allauth's tables. Addresses and second factors are their holder's; here one only looks."""

import allauth.account.admin as _their_accounts
import allauth.mfa.admin as _their_factors
import django.contrib.auth.admin as _their_groups
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from .base import SealedFields, is_superuser

# They register when they are imported; ours take their place, so theirs come first.
_THEIRS = (_their_accounts, _their_factors, _their_groups)
for _model in (EmailAddress, Authenticator, Group):  # groups give nothing here: see base.py
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(EmailAddress)
class EmailAddressAdmin(SealedFields[EmailAddress]):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email", "user__email")
    fields = ("email", "user", "primary", "verified")
    ordering = ("email",)


@admin.register(Authenticator)
class AuthenticatorAdmin(SealedFields[Authenticator]):
    """Which second factors there are; never what opens them."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_view_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return is_superuser(request)
