"""Playbooks: staff change their text; what was in force before stays as a version."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cards.catalogue.errors import CatalogueError
from cards.catalogue.playbooks import KEY, LONGEST_KEY, parse_playbook
from cards.models import Playbook, PlaybookVersion, RunState
from cards.queries.catalogue_words import said_with_place
from cards.services.playbooks import retire_playbook, save_playbook, use_version
from cards.web.clock import now_of
from cards.web.person import person_of

from .base import RowForm, SealedFields, StaffAdmin

_BREAK = mark_safe("<br>")


class PlaybookForm(RowForm[Playbook]):
    """The text is checked as a whole: an error names its field and stands beside the text."""

    text = forms.CharField(
        label=gettext_lazy("text"),
        # Lines stay as they are typed: the text is a file.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 110, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "TOML, as docs/playbooks.md says. Saving adds a version that new runs follow; those under way "
            "keep theirs."
        ),
    )

    class Meta:
        model = Playbook
        fields = ("key",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        current = self.instance.current if self.instance.pk else None
        if current is not None:
            self.fields["text"].initial = current.text
        key = self.fields.get("key")
        if key is not None:
            key.help_text = _("Small letters, digits and single hyphens; it never changes.")

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if not KEY.fullmatch(key) or len(key) > LONGEST_KEY:
            raise ValidationError(_("Please use small letters, digits and single hyphens."))
        return key

    def clean_text(self) -> str:
        """Check it as the services will; a browser ends lines its own way."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")
        key = self.instance.key or self.cleaned_data.get("key") or "playbook"
        try:
            parse_playbook(text, key=key)
        except CatalogueError as error:
            raise ValidationError(said_with_place(error)) from error
        return text


@admin.register(Playbook)
class PlaybookAdmin(StaffAdmin[Playbook]):
    form = PlaybookForm
    list_display = ("key", "title", "version", "is_built_in", "is_by_staff", "open_runs", "is_retired")
    list_filter = ("is_built_in", "retired_at")
    list_select_related = ("current",)
    search_fields = ("key",)
    ordering = ("key",)
    actions = ("retire", "offer_again")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Playbook]:
        is_open = Q(runs__state=RunState.OPEN)
        return super().get_queryset(request).annotate(open_here=Count("runs", filter=is_open))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Playbook | None = None) -> bool:
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Playbook | None = None) -> Any:
        return ("key", "text", "is_built_in", "retired_at", "versions") if obj else ("key", "text")

    def get_readonly_fields(self, request: HttpRequest, obj: Playbook | None = None) -> Any:
        return ("key", "is_built_in", "retired_at", "versions") if obj else ()

    def save_model(self, request: HttpRequest, obj: Playbook, form: Any, change: bool) -> None:
        key = obj.key if change else form.cleaned_data["key"]
        version = save_playbook(
            key=key, text=form.cleaned_data["text"], by=person_of(request), now=now_of(request)
        )
        obj.pk = version.playbook_id

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: Playbook) -> str:
        return _title(row.current)

    @admin.display(description=gettext_lazy("current version"), ordering="current__number")
    def version(self, row: Playbook) -> str:
        return str(row.current.number) if row.current is not None else "–"

    @admin.display(description=gettext_lazy("changed by staff"), boolean=True)
    def is_by_staff(self, row: Playbook) -> bool:
        return row.current is not None and row.current.is_by_staff

    @admin.display(description=gettext_lazy("open runs"), ordering="open_here")
    def open_runs(self, row: Playbook) -> int:
        count: int = row.open_here  # type: ignore[attr-defined]
        return count

    @admin.display(description=gettext_lazy("retired"), boolean=True, ordering="retired_at")
    def is_retired(self, row: Playbook) -> bool:
        return row.retired_at is not None

    @admin.display(description=gettext_lazy("versions"))
    def versions(self, row: Playbook) -> SafeString:
        rows = [
            (
                reverse("admin:cards_playbookversion_change", args=[version.pk]),
                version.number,
                _("in force") if version.pk == row.current_id else "",
            )
            for version in row.versions.only("pk", "number")
        ]
        return format_html_join(_BREAK, '<a href="{}">{}</a> {}', rows)

    @admin.action(description=gettext_lazy("Retire: start it no more"), permissions=["act"])
    def retire(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for row in Playbook.objects.filter(pk__in=[row.pk for row in chosen]):
            retire_playbook(playbook=row, is_retired=True, now=now_of(request))
        self.message_user(request, _("Retired: runs under way go on."), messages.SUCCESS)

    @admin.action(description=gettext_lazy("Offer it again"), permissions=["act"])
    def offer_again(self, request: HttpRequest, chosen: QuerySet[Playbook]) -> None:
        for row in Playbook.objects.filter(pk__in=[row.pk for row in chosen]):
            retire_playbook(playbook=row, is_retired=False, now=now_of(request))
        self.message_user(request, _("It can be started again."), messages.SUCCESS)


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(SealedFields[PlaybookVersion]):
    """Versions never change; new runs can follow an older one again."""

    list_display = ("playbook", "number", "title", "is_current", "is_by_staff", "by", "created_at")
    list_filter = ("is_by_staff", "playbook__key")
    list_select_related = ("playbook", "by")
    search_fields = ("playbook__key",)
    ordering = ("playbook__key", "-number")
    actions = ("use",)
    fields = ("playbook", "number", "is_current", "is_by_staff", "by", "created_at", "as_typed")

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: PlaybookVersion) -> str:
        return _title(row)

    @admin.display(description=gettext_lazy("in force"), boolean=True)
    def is_current(self, row: PlaybookVersion) -> bool:
        return row.pk == row.playbook.current_id

    @admin.display(description=gettext_lazy("text"))
    def as_typed(self, row: PlaybookVersion) -> SafeString:
        return format_html_join(_BREAK, "{}", ((line or " ",) for line in row.text.splitlines()))

    @admin.action(description=gettext_lazy("Have new runs follow this version"), permissions=["act"])
    def use(self, request: HttpRequest, chosen: QuerySet[PlaybookVersion]) -> HttpResponse | None:
        rows = list(chosen.select_related("playbook"))
        if len({row.playbook_id for row in rows}) < len(rows):
            text = _("Please choose one version of a playbook.")
            self.message_user(request, text, messages.ERROR)
            return None
        for row in rows:
            use_version(version=row)
        self.message_user(request, _("New runs follow it; those under way keep theirs."), messages.SUCCESS)
        return None


def _title(version: PlaybookVersion | None) -> str:
    """Return its title; a text that this program can't read any more has none."""
    try:
        words = version.definition.title if version is not None else None
    except CatalogueError:
        return "–"
    return words.in_language(get_language() or "en") if words is not None else "–"
