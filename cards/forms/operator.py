"""An operator of a person's own: typed, or read from a file of the catalogue."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.catalogue.errors import CatalogueError
from cards.catalogue.lines import line_of
from cards.catalogue.operators import CatalogueOperator
from cards.catalogue.parse import parse_operator
from cards.models import Operator
from cards.queries.catalogue_words import said
from cards.rules.places import is_zone

from .fields import CountryField, LineField

LARGEST_FILE = 1_000_000
_PREFIX = re.compile(r"\+[1-9]\d{1,14}")
_SITE = re.compile(r"https?://[^\s<>\"']+")


class ListField(forms.CharField):
    """Several short texts, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        parts = [part.strip() for part in re.split(r"[,;\n，、；]+", str(super().clean(value) or ""))]
        return tuple(dict.fromkeys(part for part in parts if part))


class OwnOperatorForm(forms.Form):
    name = LineField(label=gettext_lazy("name"), max_length=100)
    country = CountryField(
        required=False, help_text=gettext_lazy("A day ends on the operator's clock, not on yours.")
    )
    aliases = ListField(
        label=gettext_lazy("other names"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Separated by commas."),
    )
    site = LineField(
        label=gettext_lazy("site"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        validators=[RegexValidator(_SITE, gettext_lazy("Please give an address that begins with https://."))],
    )
    app = LineField(label=gettext_lazy("app"), max_length=100, required=False)
    hotline = LineField(
        label=gettext_lazy("hotline"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    number_prefixes = ListField(
        label=gettext_lazy("number prefixes"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "Such as +97339, separated by commas: new numbers that begin so are proposed."
        ),
    )
    time_zones = ListField(
        label=gettext_lazy("time zones"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "Such as Asia/Bahrain; with several, the day that ends first counts. Empty: the country's."
        ),
    )
    weekend = forms.TypedMultipleChoiceField(
        label=gettext_lazy("weekend"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Empty: the country's."),
    )
    note = LineField(label=gettext_lazy("note"), max_length=1000, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean_aliases(self) -> tuple[str, ...]:
        return self._fitting("aliases", lambda name: len(name) <= 100 and name.isprintable())

    def clean_number_prefixes(self) -> tuple[str, ...]:
        squeezed = tuple(part.replace(" ", "") for part in self.cleaned_data["number_prefixes"])
        self.cleaned_data["number_prefixes"] = squeezed
        return self._fitting("number_prefixes", lambda part: _PREFIX.fullmatch(part) is not None)

    def clean_time_zones(self) -> tuple[str, ...]:
        return self._fitting("time_zones", is_zone)

    def clean_weekend(self) -> tuple[int, ...]:
        days = tuple(self.cleaned_data["weekend"])
        if len(days) == len(WEEKDAYS):
            raise ValidationError(_("A week needs a working day."))
        return days

    def _fitting(self, name: str, is_fine: Any) -> tuple[str, ...]:
        parts: tuple[str, ...] = self.cleaned_data[name]
        for part in parts:
            if not is_fine(part):
                raise ValidationError(_("“%(part)s” can't be taken here.") % {"part": part})
        return parts


def initial_of(row: Operator) -> dict[str, Any]:
    """Return what the form shows of an operator before anything is typed."""
    same = (
        "name",
        "country",
        "aliases",
        "app",
        "hotline",
        "number_prefixes",
        "time_zones",
        "weekend",
        "note",
    )
    return {**{name: getattr(row, name) for name in same}, "site": row.site_url}


class ImportForm(forms.Form):
    """`told`: the operator that the file describes, once the form is valid."""

    told: CatalogueOperator
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,text/plain,application/toml"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = "operator.toml"
        if cleaned.get("file") is not None:
            name = cleaned["file"].name or name
            cleaned["text"] = self._read(cleaned["file"])
        text = (cleaned.get("text") or "").replace("\r\n", "\n")
        if not text.strip():
            if not self.errors:
                self.add_error("file", _("Please choose a file, or paste its text."))
            return cleaned
        try:
            self.told = parse_operator(text, key=_key(name), file=name)
        except CatalogueError as error:
            self.add_error("text", _sentence(text, error))
        cleaned["text"] = text
        return cleaned

    def _read(self, file: Any) -> str:
        if file.size > LARGEST_FILE:
            self.add_error("file", _("This file is too large for one operator."))
            return ""
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("This is no text file."))
            return ""
        # Shown where it can be mended: nothing of a refused file is lost.
        self.data = {**self.data.dict(), "text": text}  # type: ignore[attr-defined]
        return text


def _key(name: str) -> str:
    return (
        slugify(name.rsplit("/", 1)[-1].removesuffix(".toml").replace("_", "-"))[:80].strip("-") or "operator"
    )


def _sentence(text: str, error: CatalogueError) -> str:
    """Return "Line 12, rule[0].period: must be ..." in the language of the page."""
    line = line_of(text, error)
    values = {"line": line, "field": error.field, "message": said(error)}
    if line and error.field:
        return _("Line %(line)d, %(field)s: %(message)s") % values
    if line:
        return _("Line %(line)d: %(message)s") % values
    return _("%(field)s: %(message)s") % values if error.field else said(error)
