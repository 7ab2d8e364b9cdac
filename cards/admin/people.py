"""People. Staff look; superusers add accounts, set passwords and give rights."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.accounts.people import Rights, add_person, set_password, set_rights
from cards.forms.preferences import LanguageField, PreferencesForm
from cards.forms.zones import ZoneField, show_offsets
from cards.models import User
from cards.services.people import Preferences, save_preferences
from cards.web.clock import now_of

from .base import RowForm, StaffAdmin, is_superuser

if TYPE_CHECKING:  # Django's classes take no type arguments at run time
    PasswordBase = AdminPasswordChangeForm[User]
    PeopleBase = UserAdmin[User]
else:
    PasswordBase, PeopleBase = AdminPasswordChangeForm, UserAdmin

RIGHTS = ("is_active", "is_staff", "is_superuser")
PREFERENCES = tuple(PreferencesForm.base_fields)


class PersonForm(PreferencesForm, RowForm[User]):
    """Preferences and rights of somebody."""

    class Meta:
        model = User
        fields = (*PREFERENCES, *RIGHTS)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        is_kept = all(typed.get(name) for name in RIGHTS)
        others = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
        if not is_kept and not others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("This is the last account that may give rights. Give them to another one first.")
            )
        return typed


class NewPersonForm(RowForm[User]):
    """The least that an account needs."""

    new_password = forms.CharField(
        label=gettext_lazy("password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(password_validators_help_text_html, str)(),
    )
    language = LanguageField()
    time_zone = ZoneField(initial=settings.TIME_ZONE)

    class Meta:
        model = User
        fields = ("email", "language", "time_zone", "is_staff", "is_superuser")

    def __init__(self, *args: Any, now: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        show_offsets(self, now)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody with this address is here already."))
        return email

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password


class PasswordForm(PasswordBase):
    """Accounts here always have a password: there is no other way in yet."""

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(user, *args, **options)
        self.fields.pop("usable_password", None)
        for name in ("password1", "password2"):
            self.fields[name].required = True

    def save(self, commit: bool = True) -> User:
        set_password(user=self.user, password=self.cleaned_data["password1"])
        return self.user


@admin.register(User)
class PersonAdmin(StaffAdmin[User], PeopleBase):
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = PasswordForm
    list_display = (
        "email", "name", "language", "time_zone", "is_active", "is_staff", "is_superuser", "last_login",
    )  # fmt: skip
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("email", "name", "public_id")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("email", "sign_in", "last_login", "public_id")
    fieldsets = (
        (None, {"fields": ("email", "sign_in", "last_login", "public_id")}),
        (gettext_lazy("Preferences"), {"fields": PREFERENCES}),
        (
            gettext_lazy("Rights"),
            {
                "fields": RIGHTS,
                "description": gettext_lazy(
                    "An account that is not active can't sign in; its reminders go on."
                ),
            },
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "new_password", "language", "time_zone", "is_staff", "is_superuser")}),
    )

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        made: Any = super().get_form(request, obj, change=change, **kwargs)
        now = now_of(request)

        class FormNow(made):  # type: ignore[misc]
            """The form of this request: offsets of time zones need to know when it is."""

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, now=now, **options)

        return FormNow

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        typed = form.cleaned_data
        rights = Rights(**{name: typed[name] for name in RIGHTS if name in typed})
        if not change:
            made = add_person(
                email=typed["email"],
                password=typed["new_password"],
                language=typed["language"],
                time_zone=typed["time_zone"],
                rights=rights,
            )
            obj.pk = made.pk
            return
        row = User.objects.get(pk=obj.pk)
        set_rights(user=row, rights=rights)
        chosen = Preferences(**{name: typed[name] for name in PREFERENCES})
        save_preferences(user=row, preferences=chosen, now=now_of(request))

    @admin.display(description=gettext_lazy("password"))
    def sign_in(self, user: User) -> SafeString:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new password"))
