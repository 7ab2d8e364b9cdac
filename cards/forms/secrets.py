"""What opens a line: PINs, PUKs, an eSIM's code as text or as a picture."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.platform.qr import MOST_BYTES, PictureError, read_codes
from cards.queries.identity import SECRET_FIELDS, secret_label
from cards.rules.serials import CodeError, digits_of, is_pin, is_puk, parse_activation_code

from .fields import LineField


def _secret(name: str, **options: Any) -> LineField:
    numeric = {"inputmode": "numeric"} if name.startswith("p") else {}
    shy = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
    widget = forms.TextInput(attrs={**shy, **numeric})
    return LineField(label=name, max_length=300, required=False, widget=widget, **options)


class SecretsForm(forms.Form):
    """New values for what opens the line. An empty field keeps what is there; nothing kept is ever shown."""

    activation_code = _secret(
        "activation_code",
        help_text=gettext_lazy("Begins with LPA:1$. An install link does as well."),
    )
    picture = forms.FileField(
        label=gettext_lazy("or a picture of its QR code"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif,image/bmp"}),
        help_text=gettext_lazy("A screenshot or a photo. The picture itself is not kept."),
    )
    confirmation_code = _secret("confirmation_code")
    pin = _secret("pin")
    puk = _secret("puk")
    pin2 = _secret("pin2")
    puk2 = _secret("puk2")
    forget = forms.MultipleChoiceField(
        label=gettext_lazy("forget"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kept: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in SECRET_FIELDS:
            self.fields[name].label = secret_label(name)
            if name in kept:
                self.fields[name].widget.attrs["placeholder"] = _("kept; empty leaves it as it is")
        choice = self.fields["forget"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(name, capfirst(secret_label(name))) for name in kept]
        if not kept:
            del self.fields["forget"]
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean_activation_code(self) -> str:
        """Return the code as a QR code holds it."""
        typed = self.cleaned_data["activation_code"]
        if not typed:
            return ""
        try:
            return parse_activation_code(typed).text
        except CodeError as error:
            text = {
                "address": _("The server's address in this code is not one. Please check it."),
                "matching": _(
                    "The part after the server's address may hold letters, digits and dashes only."
                ),
                "oid": _("The fourth part of this code must be numbers with dots between them."),
            }.get(error.part, _("An activation code looks like LPA:1$server.example$ABC-123."))
            raise ValidationError(text) from None

    def clean_picture(self) -> str:
        """Return the activation code that is in the picture."""
        picture: UploadedFile[bytes] | None = self.cleaned_data["picture"]
        if picture is None:
            return ""
        if (picture.size or 0) > MOST_BYTES:
            raise ValidationError(_picture_text("too-big"))
        try:
            texts = read_codes(picture.read())
        except PictureError as error:
            raise ValidationError(_picture_text(error.reason)) from None
        codes = {code for code in map(_code_or_none, texts) if code}
        if not codes:
            raise ValidationError(_("The QR code in this picture is no eSIM activation code."))
        if len(codes) > 1:
            raise ValidationError(_("There are several activation codes in this picture. Cut out one."))
        return codes.pop()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("pin", "pin2", "puk", "puk2"):
            if not cleaned.get(name):
                continue
            cleaned[name] = digits_of(cleaned[name])
            if name.startswith("pin") and not is_pin(cleaned[name]):
                self.add_error(name, _("A PIN has 4 to 8 digits."))
            elif name.startswith("puk") and not is_puk(cleaned[name]):
                self.add_error(name, _("A PUK has 8 digits."))
        typed, seen = cleaned.get("activation_code"), cleaned.get("picture")
        if typed and seen and typed != seen:
            self.add_error("picture", _("This picture holds another code than the one you typed."))
        return cleaned

    @property
    def values(self) -> dict[str, str]:
        """Return what to keep, by field; an empty text for what is to be forgotten."""
        cleaned = self.cleaned_data
        found = dict.fromkeys(cleaned.get("forget", ()), "")
        found |= {name: cleaned[name] for name in SECRET_FIELDS if cleaned[name]}
        if cleaned["picture"]:
            found["activation_code"] = cleaned["picture"]
        return found


def _code_or_none(text: str) -> str:
    try:
        return parse_activation_code(text).text
    except CodeError:
        return ""


def _picture_text(reason: str) -> str:
    return {
        "too-big": _("The picture is too big: at most 8 MB."),
        "too-many-pixels": _("The picture is too big: at most 40 megapixels."),
        "unreadable": _("This file can't be read as a picture. PNG, JPEG, WebP, GIF and BMP can."),
    }.get(reason, _("No QR code is to be seen in this picture. Take it closer and straight."))
