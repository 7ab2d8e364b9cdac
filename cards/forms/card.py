"""A card's facts; on adding also when it ends: a date, a rule, a plan."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import ActionKind, Billing, Card, Form, Purpose, User
from cards.queries.numbers import show_number, stored_number
from cards.queries.operators import operators_meant

from .fields import (
    AmountField,
    CountField,
    CountryField,
    CurrencyField,
    DayField,
    LineField,
    TextField,
    check_amount,
    check_period,
    clean_iccid,
    unit_field,
)

# What keeps most lines alive; a rule with several kinds is made on the rule's own page.
KEEPERS = (
    ActionKind.TOP_UP,
    ActionKind.RENEWAL,
    ActionKind.PLAN_BOUGHT,
    ActionKind.SMS,
    ActionKind.CALL,
    ActionKind.DATA,
    ActionKind.CHARGEABLE,
    ActionKind.CALL_RECEIVED,
    ActionKind.MESSAGE_READ,
)


class CardForm(forms.Form):
    """What a person says about a card, except its dates."""

    label = LineField(
        label=gettext_lazy("label"),
        max_length=100,
        help_text=gettext_lazy("What you call it, such as “Bahrain, bank codes”."),
    )
    number = LineField(
        label=gettext_lazy("phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
        help_text=gettext_lazy(
            "With the country code, such as +973 3612 3456, or as dialled in its country."
        ),
    )
    operator = LineField(
        label=gettext_lazy("operator"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "operators", "autocomplete": "off"}),
    )
    country = CountryField(
        required=False,
        help_text=gettext_lazy("A day ends on the operator's clock, not on yours."),
    )
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("what it is for"),
        choices=Purpose.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A number-keeping card without a date is asked after until it has one."),
    )
    form = forms.ChoiceField(label=gettext_lazy("form"), choices=Form.choices, initial=Form.PHYSICAL.value)
    billing = forms.ChoiceField(
        label=gettext_lazy("billing"), choices=Billing.choices, initial=Billing.PREPAID.value
    )
    activated_on = DayField(label=gettext_lazy("activated on"), required=False)
    margin_days = CountField(
        label=gettext_lazy("margin in days"),
        min_value=0,
        max_value=60,
        required=False,
        help_text=gettext_lazy(
            "How long before the operator's date it should be done. Empty: 7 days for periods of 90 days "
            "and more, 1 day from 28 days on, none below."
        ),
    )
    seller = LineField(label=gettext_lazy("seller"), max_length=100, required=False)
    note = TextField(label=gettext_lazy("note"), required=False)

    def __init__(self, *args: Any, person: User, operator_id: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person, self.operator_id = person, operator_id
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._place(cleaned)
        if cleaned.get("number"):
            cleaned["number"] = self._number(cleaned["number"], cleaned.get("country") or "")
        return cleaned

    def _place(self, cleaned: dict[str, Any]) -> None:
        """Take name and country from an operator that is known in one country only.

        A closed operator stays with the card that has it; no other card can be given it.
        """
        name = cleaned.get("operator")
        if not name or "country" in self.errors:
            return
        country = cleaned.get("country") or ""
        meant = operators_meant(self.person, name)
        fitting = [row for row in meant if not country or row.country == country]
        if len({(row.name, row.country) for row in fitting}) == 1:
            cleaned["operator"], cleaned["country"] = fitting[0].name, fitting[0].country
        elif not country:
            self.add_error(
                "country", _("In which country is this operator? Its clock decides when a day ends.")
            )
        closed = [row for row in fitting if row.retired_on is not None]
        if closed and len(closed) == len(fitting) and all(row.pk != self.operator_id for row in closed):
            self.add_error("operator", _("This operator is closed: no new card can be of it."))

    def _number(self, typed: str, country: str) -> str:
        """Return the number as +97336123456; an error at the field where it can't be one."""
        number = stored_number(typed, country)
        if number is not None:
            return number
        hint = (
            _("This can't be a phone number of that country. Please check the digits.")
            if country or typed.startswith("+")
            else _("Please begin with the country code, such as +973, or choose the country.")
        )
        self.add_error("number", hint)
        return typed


class EditCardForm(CardForm):
    """A card that is there already: also what is opened for it by itself."""

    opens_runs = forms.BooleanField(
        label=gettext_lazy("open the fitting steps by itself"),
        required=False,
        help_text=gettext_lazy(
            "When the reminders of its most urgent date begin. Otherwise they are offered."
        ),
    )
    has_check_ups = forms.BooleanField(
        label=gettext_lazy("regular check-up"),
        required=False,
        help_text=gettext_lazy("From time to time: state, charges, personal data, password, promotions."),
    )


def initial_of(card: Card) -> dict[str, Any]:
    """Return what the form shows of a card before anything is typed."""
    return {
        "label": card.label,
        "number": show_number(card.number),
        "operator": card.operator.name if card.operator else "",
        "country": card.operator.country if card.operator else "",
        "purposes": card.purposes,
        "form": card.form,
        "billing": card.billing,
        "activated_on": card.activated_on,
        "margin_days": card.margin_days,
        "seller": card.seller,
        "note": card.note,
        "opens_runs": card.opens_runs,
        "has_check_ups": card.has_check_ups,
    }


class NewCardForm(CardForm):
    """A card together with what gives it its first date."""

    iccid = LineField(
        label="ICCID",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("The long number on the card, from 89 on. It tells whose card it is."),
    )
    expires_on = DayField(
        label=gettext_lazy("last day of validity"),
        required=False,
        help_text=gettext_lazy(
            "As the operator's app, SMS or site says it. Leave it empty when you don't know."
        ),
    )
    rule_action = forms.ChoiceField(
        label=gettext_lazy("it is kept alive by"),
        choices=[(kind.value, kind.label) for kind in KEEPERS],
        initial=ActionKind.TOP_UP.value,
    )
    rule_count = CountField(label=gettext_lazy("every"), required=False)
    rule_unit = unit_field()
    last_on = DayField(
        label=gettext_lazy("last done on"),
        required=False,
        help_text=gettext_lazy("The date is counted from here; nothing is guessed without it."),
    )
    plan_name = LineField(label=gettext_lazy("plan"), max_length=100, required=False)
    plan_starts_on = DayField(label=gettext_lazy("starts on"), required=False)
    plan_count = CountField(label=gettext_lazy("valid for"), required=False)
    plan_unit = unit_field()
    plan_price = AmountField(label=gettext_lazy("price"), required=False)
    plan_currency = CurrencyField(required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        # Whoever says nothing about a card most likely wants to keep its number.
        self.fields["purposes"].initial = [Purpose.NUMBER_KEEPING.value]
        self.today = today

    def clean_iccid(self) -> str:
        return clean_iccid(self.cleaned_data["iccid"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_rule(cleaned)
        self._clean_plan(cleaned)
        return cleaned

    def _clean_rule(self, cleaned: dict[str, Any]) -> None:
        check_period(self, "rule_count", "rule_unit")
        last_on = cleaned.get("last_on")
        if last_on is None:
            return
        # A day of grace: the operator's calendar may be ahead of the person's.
        if last_on > self.today + timedelta(days=1):
            self.add_error("last_on", _("This day is still to come."))
        elif not cleaned.get("rule_count") and "rule_count" not in self.errors:
            self.add_error("rule_count", _("How long does it last after that? Or give the last day above."))

    def _clean_plan(self, cleaned: dict[str, Any]) -> None:
        check_period(self, "plan_count", "plan_unit")
        check_amount(self, "plan_price", "plan_currency")
        told = ("plan_starts_on", "plan_count", "plan_price")
        is_told = any(cleaned.get(name) is not None for name in told)
        if is_told and not cleaned.get("plan_name") and "plan_name" not in self.errors:
            self.add_error("plan_name", _("What is the plan called?"))


RULE_FIELDS = ("rule_action", "rule_count", "rule_unit", "last_on")
PLAN_FIELDS = ("plan_name", "plan_starts_on", "plan_count", "plan_unit", "plan_price", "plan_currency")
MORE_FIELDS = ("iccid", "form", "billing", "activated_on", "margin_days", "seller", "note")


def typed_of(form: CardForm) -> dict[str, Any]:
    """Return what was sent as first values, so that a page can be shown again without judging it."""
    return {
        name: field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        for name, field in form.fields.items()
    }
