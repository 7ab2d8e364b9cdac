"""What to search for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import LineField

SHORTEST, LONGEST = 2, 100


class SearchForm(forms.Form):
    """One line of words; the keyboard of a phone offers to search with it."""

    q = LineField(
        label=_("Search for"),
        required=False,
        min_length=SHORTEST,
        max_length=LONGEST,
        error_messages={"min_length": _("Please type two characters at least.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
        help_text=_(
            "Part of a note, an order or case number, a payment method, a card's name, a file's name."
        ),
    )
