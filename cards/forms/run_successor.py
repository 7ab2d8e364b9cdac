"""Which card takes this one's place: one of the person's, or a new one by its name."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _

from cards.models import Card

from .fields import LineField


def add_successor_fields(form: forms.BaseForm, card: Card, others: Sequence[Card]) -> None:
    """Give a form the two fields; the successor that is known already stands there first."""
    rows = [("", _("a new card, named below")), *((row.public_id, row.label) for row in others)]
    known = card.successor.public_id if card.successor in others and card.successor else ""
    form.fields["successor"] = forms.ChoiceField(
        label=_("The card in its place"), choices=rows, required=False, initial=known
    )
    form.fields["successor_name"] = LineField(
        label=_("Name of the new card"), max_length=100, required=False,
        initial="" if known else _("%(card)s (new)") % {"card": card.label[:90]},
    )  # fmt: skip


def clean_successor(form: forms.BaseForm) -> None:
    """Want one of both: a card, or the name of a new one."""
    told = form.cleaned_data
    is_wrong = "successor" in form.errors or "successor_name" in form.errors
    if not is_wrong and not told.get("successor") and not told.get("successor_name"):
        form.add_error("successor_name", _("What shall the new card be called?"))


def successor_in(form: forms.BaseForm, others: Sequence[Card]) -> Card | None:
    """Return the card that was chosen; None: a new one."""
    wanted = form.cleaned_data.get("successor")
    return next((row for row in others if row.public_id == wanted), None)


class SuccessorForm(forms.Form):
    """The two fields alone, beside the buttons that start other steps."""

    def __init__(self, *args: object, card: Card, others: Sequence[Card], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.others = others
        add_successor_fields(self, card, others)

    def clean(self) -> None:
        super().clean()
        clean_successor(self)

    @property
    def card(self) -> Card | None:
        return successor_in(self, self.others)
