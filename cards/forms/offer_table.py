"""Ten plans at once: typed in a table, or pasted as text that fills it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .fields import DayField, LineField, TextField
from .offer_paste import Pasted
from .offers import COLUMNS, OfferForm, with_currency

ROWS = 10
LONGEST_PASTE = 20_000


class BatchForm(forms.Form):
    """What is said of all rows together, and the text to paste."""

    paste = TextField(
        label=gettext_lazy("Paste a table or a list"),
        max_length=LONGEST_PASTE,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
    )
    source = LineField(
        label=gettext_lazy("where you read it"),
        max_length=700,
        required=False,
        help_text=gettext_lazy("An address or a word, for yourself later. May stay empty."),
    )
    seen_on = DayField(label=gettext_lazy("read on"), required=False)
    is_shared = forms.BooleanField(label=gettext_lazy("for everybody here"), required=False)

    def __init__(self, *args: Any, may_share: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["is_shared"]
        for field in self.fields.values():
            field.label = capfirst(field.label)


class OfferTable:
    """The table of one page. `is_read` says that pasted text was moved into it, to be looked at first."""

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        today: date,
        currency: str,
        may_share: bool,
        first: Mapping[str, Any] | None = None,
    ) -> None:
        self.unused: list[str] = []
        self.batch = BatchForm(data, may_share=may_share, initial={"seen_on": today})
        if data is None:
            cells = [
                dict(first or {"currency": currency}),
                *({"currency": currency} for _row in range(ROWS - 1)),
            ]
            self.rows = [OfferForm(prefix=_prefix(n), initial=row) for n, row in enumerate(cells)]
            self.is_read = False
            return
        typed = [{name: data.get(f"{_prefix(n)}-{name}", "") for name in COLUMNS} for n in range(ROWS)]
        self.is_read = self._take_pasted(data, typed, currency)
        self.rows = [_row(n, row) for n, row in enumerate(typed)]

    def _take_pasted(self, data: Mapping[str, str], typed: list[dict[str, Any]], currency: str) -> bool:
        """Move pasted lines into empty rows; what finds no place stays in the text field."""
        if not self.batch.is_valid() or not self.batch.cleaned_data["paste"].strip():
            return False
        pasted = Pasted(self.batch.cleaned_data["paste"])
        self.unused = pasted.unused
        free = [row for row in typed if _is_empty(row)]
        for row, cells in zip(free, pasted.rows, strict=False):
            row.update({"currency": currency, **{name: text for name, text in cells.items() if text}})
        self.taken = min(len(free), len(pasted.rows))
        rest = pasted.text_from(self.taken)
        self.batch = BatchForm(_plain(data, paste=rest), may_share="is_shared" in self.batch.fields)
        self.batch.full_clean()
        if pasted.too_wide:
            self.batch.add_error(
                "paste",
                _("A line here has more cells than the table has columns. Please split or shorten it."),
            )
        elif rest:
            self.batch.add_error(
                "paste", _("These lines found no empty row. Save the table first, then go on with them.")
            )
        return True

    @property
    def used(self) -> list[OfferForm]:
        """Return the rows that hold something."""
        return [form for form in self.rows if form.is_bound]

    @property
    def is_more_open(self) -> bool:
        """Tell whether the rows behind the third hold anything."""
        return any(form.is_bound for form in self.rows[3:])

    @property
    def has_errors(self) -> bool:
        return bool(self.batch.errors) or any(form.errors for form in self.used)

    def is_valid(self, known: Iterable[tuple[str, Decimal | None, int | None, str]]) -> bool:
        """Check every row, also against the others and the plans that are `known`."""
        used = self.used
        if not used and not self.batch.errors:
            self.rows[0] = OfferForm({"r0-currency": self.rows[0]["currency"].value()}, prefix=_prefix(0))
            self.rows[0].errors["name"] = self.rows[0].error_class([_("Please give at least one plan.")])
            return False
        seen = set(known)
        for form in used:
            if form.is_valid():
                if form.identity in seen:
                    form.add_error("name", _("This plan is here already, with the same price and validity."))
                else:
                    seen.add(form.identity)
        return not self.has_errors


def _prefix(number: int) -> str:
    return f"r{number}"


def _row(number: int, cells: Mapping[str, Any]) -> OfferForm:
    prefix = _prefix(number)
    if _is_empty(cells):
        # Nothing was typed, so nothing can be wrong with it.
        return OfferForm(prefix=prefix, initial={"currency": cells.get("currency", "")})
    return OfferForm({f"{prefix}-{name}": text for name, text in with_currency(cells).items()}, prefix=prefix)


def _is_empty(cells: Mapping[str, Any]) -> bool:
    """A row holds something when anything but its currency, which is proposed, was typed."""
    return not any(str(cells.get(name, "")).strip() for name in COLUMNS if name != "currency")


def _plain(data: Mapping[str, str], **changes: str) -> dict[str, str]:
    return {**{name: data.get(name, "") for name in data}, **changes}
