"""The form by which the owner's account is set up."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import User

from .preferences import LanguageField
from .zones import ZoneField, show_offsets

_password_help = lazy(password_validators_help_text_html, str)


def _password(label: Any, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget, **options)


class OwnerForm(forms.Form):
    """Address, password, language and place of the first person."""

    email = forms.EmailField(
        label=gettext_lazy("e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        help_text=gettext_lazy("You sign in with it, and reminders go there."),
    )
    password = _password(gettext_lazy("password"), help_text=_password_help())
    password_again = _password(gettext_lazy("password, once more"))
    language = LanguageField()
    time_zone = ZoneField(help_text=gettext_lazy("Where you live. Reminders come by this clock."))

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        show_offsets(self, now)
        # The server's own zone is rarely the person's: app.js proposes the browser's.
        if not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-own-zone"] = ""
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody with this address is here already."))
        return email

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        password, again = typed.get("password"), typed.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords differ."))
        elif password:
            try:
                validate_password(password, User(email=typed.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return typed
