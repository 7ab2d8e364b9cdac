"""One action: what was done, when, for how much, and what the operator then says."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import Action, ActionKind
from cards.queries.action_page import OF_A_PLAN, UNTIL, ActionPage

from .data_size import read_size, show_size, size_field, size_unit_field
from .fields import (
    MOST_MONEY,
    AmountField,
    CountField,
    CurrencyField,
    DayField,
    LineField,
    TextField,
    check_amount,
)
from .moment import THERE, clock_field, hour_field, read_moment, set_clock

# A phone's clock may run a little ahead of the server's.
GRACE = timedelta(minutes=5)
MORE_FIELDS = (
    "acted_time", "until_on", "days_given", "balance", "data_left", "method", "order_number", "note",
)  # fmt: skip


class ActionForm(forms.Form):
    """`cleaned_data` gains `day` (at the card's place), `acted_at`, `data_left_mib`, `subscription`."""

    kind = forms.ChoiceField(label=gettext_lazy("what was done"))
    acted_on = DayField(label=gettext_lazy("date"))
    amount = AmountField(label=gettext_lazy("amount"), required=False)
    currency = CurrencyField(required=False)
    expires_on = DayField(
        label=gettext_lazy("new expiry"),
        required=False,
        help_text=gettext_lazy(
            "As the operator shows it now. Leave it empty to have it worked out by the rule."
        ),
    )
    plan = forms.ChoiceField(
        label=gettext_lazy("for a plan"),
        required=False,
        help_text=gettext_lazy("An entry for a plan moves the plan's end and never the line's."),
    )
    acted_time = hour_field(label=gettext_lazy("time"))
    clock = clock_field()
    charge = forms.ChoiceField(
        label=gettext_lazy("for a fixed charge"),
        required=False,
        help_text=gettext_lazy("A fee for it confirms its next turn."),
    )
    until_on = DayField(
        label=gettext_lazy("lasts until"),
        required=False,
        help_text=gettext_lazy(
            "Of a top-up or credit received: the last day of this credit. "
            "Of a suspension: the last day on which it must be restored."
        ),
    )
    days_given = CountField(
        label=gettext_lazy("days of validity given away"),
        required=False,
        help_text=gettext_lazy("Where credit sent takes validity along."),
    )
    balance = forms.DecimalField(
        label=gettext_lazy("balance"),
        required=False,
        min_value=-MOST_MONEY,
        max_value=MOST_MONEY,
        max_digits=12,
        decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Please give an amount such as 12.50.")},
        help_text=gettext_lazy("What is left on the card afterwards, in the same currency."),
    )
    data_left = size_field(label=gettext_lazy("data left"))
    data_unit = size_unit_field()
    method = LineField(label=gettext_lazy("payment method"), max_length=60, required=False)
    order_number = LineField(label=gettext_lazy("order number"), max_length=100, required=False)
    note = TextField(label=gettext_lazy("note"), required=False)

    def __init__(self, *args: Any, page: ActionPage, **options: Any) -> None:
        super().__init__(*args, **options)
        self.page, self.place = page, page.place
        self._choose("kind", page.kinds)
        plans = [(plan.public_id, plan.name) for plan in page.plans]
        if plans:
            self._choose("plan", [("", _("– none: it is for the line")), *plans])
        else:
            del self.fields["plan"]
        kept = (self.initial or {}).get("charge")  # of an entry to be corrected: it may have ended since
        charges = [
            (row.public_id, row.name)
            for row in page.facts.charges
            if row.ended_at is None or row.public_id == kept
        ]
        if charges:
            self._choose("charge", [("", _("– none")), *charges])
        else:
            del self.fields["charge"]
        if page.needs:
            text = _("What counts for this card needs: %(needs)s.")
            self.fields["kind"].help_text = text % {"needs": page.needs}
        set_clock(self, "clock", self.place)
        self.fields["acted_on"].help_text = self.place.hint
        self.fields["acted_on"].widget.attrs["max"] = max(self.place.today, self.place.today_here).isoformat()
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_moment(cleaned)
        check_amount(self, "amount", "currency")
        check_amount(self, "balance", "currency")
        cleaned["data_left_mib"] = read_size(self, "data_left", "data_unit")
        cleaned["subscription"] = self.page.plan(cleaned.get("plan") or "")
        cleaned["charge"] = self.page.charge(cleaned.get("charge") or "")
        self._clean_reading(cleaned)
        self._clean_extras(cleaned)
        if cleaned["subscription"] and cleaned.get("kind") and cleaned["kind"] not in OF_A_PLAN:
            self.add_error(
                "plan",
                _("A plan takes renewals, readings, data, the first use, fees, refunds and notes."),
            )
        return cleaned

    def _clean_moment(self, cleaned: dict[str, Any]) -> None:
        place = self.place
        day, at = read_moment(self, place, day="acted_on", hour="acted_time", clock="clock")
        if at is not None and at > place.now + GRACE:
            self.add_error("acted_time", _("This is still to come. Record it when it is done."))
        elif at is None and day is not None and day > place.today:
            # Someone whose day is ahead: the earlier of both is taken.
            if day > place.today_here:
                self.add_error("acted_on", _("This day is still to come. Record it when it is done."))
            day = place.today
        cleaned["day"], cleaned["acted_at"] = day, at

    def _clean_reading(self, cleaned: dict[str, Any]) -> None:
        expires_on, day = cleaned.get("expires_on"), cleaned.get("day")
        if cleaned.get("kind") == ActionKind.READING:
            told = ("expires_on", "balance", "data_left")
            if all(cleaned.get(name) is None and name not in self.errors for name in told):
                self.add_error("expires_on", _("What does the operator show: a date, a balance, data left?"))
        elif expires_on is not None and day is not None and expires_on < day:
            self.add_error("expires_on", _("The new expiry lies before the day of the action."))
        is_gone = self.page.is_history and cleaned.get("kind") not in (ActionKind.RESTORED, self.page.kept)
        if is_gone and expires_on is not None:
            self.add_error("expires_on", _("The line is gone: it has no new date."))

    def _clean_extras(self, cleaned: dict[str, Any]) -> None:
        kind, day, until = cleaned.get("kind"), cleaned.get("day"), cleaned.get("until_on")
        if until is not None and kind not in UNTIL:
            self.add_error("until_on", _("Only a top-up, credit received or a suspension lasts until a day."))
        elif until is not None and day is not None and until < day:
            self.add_error("until_on", _("This lies before the day of the action."))
        if cleaned.get("days_given") is not None and kind != ActionKind.CREDIT_SENT:
            self.add_error("days_given", _("Only credit sent gives validity away."))
        if cleaned["charge"] is not None and kind != ActionKind.FEE:
            self.add_error("charge", _("Only a fee confirms a fixed charge."))

    @property
    def is_told_more(self) -> bool:
        """Tell whether the folded part holds something typed or an error, so that nothing is hidden."""
        names = [name for name in MORE_FIELDS if name in self.fields]
        if self.is_bound:
            return any(name in self.errors or self.data.get(name) for name in names)
        return any(self.get_initial_for_field(self.fields[name], name) for name in names)


def initial_of(action: Action, reading: Action | None, page: ActionPage) -> dict[str, Any]:
    """Return what the form shows of an entry that is to be corrected."""
    size, unit = show_size(action.data_left_mib)
    local = action.acted_at.astimezone(ZoneInfo(page.place.zone)) if action.acted_at else None
    return {
        "kind": action.kind,
        "acted_on": local.date() if local else action.acted_on,
        "acted_time": local.time() if local else None,
        "clock": THERE,
        "amount": plain(action.amount),
        "currency": action.currency or page.currency_first(page.card.owner),
        "expires_on": action.expires_on or (reading.expires_on if reading else None),
        "plan": action.subscription.public_id if action.subscription else "",
        "charge": action.charge.public_id if action.charge else "",
        "until_on": action.until_on,
        "days_given": action.days_given,
        "balance": plain(action.balance),
        "data_left": size,
        "data_unit": unit,
        "method": action.method,
        "order_number": action.order_number,
        "note": action.note,
    }


def plain(amount: Decimal | None) -> str:
    """Return "5" or "2.5": an amount without the zeros that the column keeps."""
    return "" if amount is None else f"{amount.normalize():f}"
