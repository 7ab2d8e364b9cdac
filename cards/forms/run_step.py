"""The form of one step, made of what the step asks for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.catalogue.asks import ASKS, Shape
from cards.models import ActionKind, Card
from cards.queries.numbers import stored_number
from cards.queries.run_choices import RunChoices
from cards.queries.run_words import label_of
from cards.rules.playbook import Step, StepKind
from cards.rules.serials import CodeError, is_iccid_doubtful, parse_activation_code

from .data_size import read_size, show_size, size_unit_field
from .fields import LineField, TextField, check_amount, clean_iccid
from .run_fields import FUTURE, CodeField, field_of
from .run_successor import add_successor_fields, clean_successor, successor_in

# Without these a step says nothing.
REQUIRED = frozenset({"owed", "effective_on", "action_kind", "acted_on", "activated_on", "applied_on"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form: a field, or two beside each other."""

    first: forms.BoundField
    second: forms.BoundField | None = None


class StepForm(forms.Form):
    """`cleaned_data` gains nothing; `values`, `subscription`, `offer` and `paid_as` are what was typed."""

    note = TextField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, step: Step, choices: RunChoices, must_explain: bool = False, **more: Any):
        self.step, self.choices, self.place = step, choices, choices.page.place
        self.must_explain = must_explain
        initial = choices.first(step)
        initial["data_left"], initial["data_unit"] = _size(_mib(initial.get("data_left")))
        options = {"initial": initial, "auto_id": f"id_{step.key}_%s", **more}
        super().__init__(*args, **options)
        fields = {name: self.fields.pop(name) for name in list(self.fields)}
        self._build()
        self.fields |= fields
        for name in step.asks:
            if name in self.fields:
                self.fields[name].required = self._is_required(name)

    def _build(self) -> None:
        step = self.step
        if step.is_for_successor:
            add_successor_fields(self, self.choices.page.card, self.choices.others)
        if step.kind is StepKind.PAY:
            self._choice("paid_as", _("What it was"), self.choices.paid_rows(step))
        if self.choices.needs_target(step):
            self._choice("target", _("It is about"), self.choices.targets, is_required=False)
        for name in step.asks:
            if name != "currency":
                self.fields[name] = field_of(name, self.choices)
            shape = ASKS[name].shape
            if shape is Shape.MONEY and "currency" not in self.fields:
                self.fields["currency"] = CodeField(label=label_of("currency"), required=False)
            elif shape is Shape.DATA:
                self.fields["data_unit"] = size_unit_field()
                self.fields["data_unit"].required = False
            elif name == "plan":
                self.fields["plan_text"] = LineField(
                    label=_("Another plan, in your words"), max_length=100, required=False
                )
        if step.kind is StepKind.PAY and self.choices.plans and self.choices.offers:
            keep = ("", _("nothing: it goes on beside the others"))
            rows = [keep, *((plan.public_id, plan.name) for plan in self.choices.plans)]
            self._choice("replaces", _("A new plan takes the place of"), rows, is_required=False)

    def _choice(self, name: str, label: str, rows: Any, *, is_required: bool = True) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=rows, required=is_required)

    def _is_required(self, name: str) -> bool:
        step = self.step
        if name in REQUIRED or name == "renew_or_let_end":
            return True
        if name == "amount":
            return step.kind in (StepKind.PAY, StepKind.WAIT)
        return len(step.asks) == 1 and name not in ("plan", "case_number")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.step.asks:
            shape = ASKS[name].shape
            if shape is Shape.MONEY:
                check_amount(self, name, "currency")
            elif shape is Shape.DAY and name not in FUTURE:
                self._clean_day(name)
        if "data_left" in self.fields:
            if cleaned.get("data_left") is not None and not cleaned.get("data_unit"):
                self.add_error("data_left", _("GB or MB?"))
            cleaned["data_left"] = read_size(self, "data_left", "data_unit")
        if "plan" in self.fields:
            self._clean_plan(cleaned)
        if cleaned.get("paid_as") and not self._is_payment(cleaned["paid_as"]):
            self.add_error("paid_as", _("This plan is not to be had any more. Please choose again."))
        self._clean_anything(cleaned)
        if self.step.is_for_successor:
            clean_successor(self)
        if self.must_explain and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Please say why it is right as it is."))
        return cleaned

    def _clean_day(self, name: str) -> None:
        """Take the day at the card's place; the person's own may be ahead of it."""
        day = self.cleaned_data.get(name)
        if day is None or day <= self.place.today:
            return
        if day > self.place.today_here:
            self.add_error(name, _("This day is still to come. Record it when it is done."))
        else:
            self.cleaned_data[name] = self.place.today

    def _clean_plan(self, cleaned: dict[str, Any]) -> None:
        text = cleaned.get("plan_text") or ""
        if text:
            cleaned["plan"] = text
        elif not cleaned.get("plan") and not {"plan", "plan_text"} & set(self.errors):
            self.add_error("plan_text", _("Which plan is it?"))

    def _clean_anything(self, cleaned: dict[str, Any]) -> None:
        """A step that reads something off wants at least one value."""
        if self.step.kind not in (StepKind.READ, StepKind.VERIFY):
            return
        names = [name for name in self.step.asks if name in self.fields and name != "currency"]
        if names and all(cleaned.get(name) in (None, "") and name not in self.errors for name in names):
            self.add_error(names[0], _("Please give at least one of the values."))

    def clean_iccid(self) -> str:
        return clean_iccid(self.cleaned_data["iccid"])

    def clean_phone_number(self) -> str:
        typed = str(self.cleaned_data["phone_number"])
        operator = self.choices.page.card.operator
        country = operator.country if operator else ""
        number = stored_number(typed, country) if typed else ""
        if number is None:
            raise ValidationError(
                _("This can't be a phone number of that country. Please check the digits.")
                if country or typed.startswith("+")
                else _("Please begin with the country code, such as +973.")
            )
        return number

    def clean_activation_code(self) -> str:
        typed = self.cleaned_data["activation_code"]
        try:
            return parse_activation_code(typed).text if typed else ""
        except CodeError:
            text = _("An activation code looks like LPA:1$server.example$ABC-123.")
            raise ValidationError(text) from None

    def _is_payment(self, value: str) -> bool:
        is_plan = self.choices.subscription(value) or self.choices.offer(value)
        return value in ActionKind.values or is_plan is not None

    @property
    def values(self) -> dict[str, Any]:
        """Return what was typed, by ask; the currency with every amount."""
        cleaned = self.cleaned_data
        names = [*self.step.asks, *(["currency"] if "currency" in self.fields else [])]
        found = {name: cleaned.get(name) for name in names}
        if not any(found.get(name) is not None for name in names if ASKS[name].shape is Shape.MONEY):
            found.pop("currency", None)
        return found

    @property
    def subscription(self) -> Any:
        """Return the plan in use that is meant; None for the line. Of a new plan: the one it replaces."""
        cleaned = self.cleaned_data
        if self.step.kind is not StepKind.PAY:
            target = cleaned.get("target") or ""
        elif self.offer is not None:
            target = cleaned.get("replaces") or ""
        else:
            target = cleaned.get("paid_as") or ""
        return self.choices.subscription(target) if target else None

    @property
    def successor(self) -> Card | None:
        """Return the card in this one's place; None: a new one, or no such step."""
        return successor_in(self, self.choices.others) if self.step.is_for_successor else None

    @property
    def offer(self) -> Any:
        return self.choices.offer(self.cleaned_data.get("paid_as") or "")

    @property
    def paid_as(self) -> str:
        """Return the kind of entry that the payment becomes; "" where nothing is paid."""
        value = self.cleaned_data.get("paid_as") or ""
        if value in ActionKind.values:
            return value
        return ActionKind.RENEWAL.value if value and self.offer is None else ""

    @property
    def has_doubtful_iccid(self) -> bool:
        iccid = self.cleaned_data.get("iccid") or ""
        return bool(iccid) and is_iccid_doubtful(iccid)

    @property
    def lines(self) -> list[Line]:
        """Return the fields in the order in which they stand, units beside their numbers."""
        beside = {"data_left": "data_unit"}
        money = next((name for name in self.fields if self._is_money(name)), "")
        if money:
            beside[money] = "currency"
        hidden = {"note", *beside.values()}
        return [
            Line(self[name], self[beside[name]] if name in beside else None)
            for name in self.fields
            if name not in hidden
        ]

    def _is_money(self, name: str) -> bool:
        return name in ASKS and ASKS[name].shape is Shape.MONEY

    @property
    def is_noted(self) -> bool:
        """Whether the folded note holds something, so that nothing is hidden."""
        return self.must_explain or "note" in self.errors or bool(self["note"].value())


def _size(mib: int | None) -> tuple[str, str]:
    """Show a size as it was most likely typed: 0.9 GB comes back as that, not as 922 MB."""
    if mib is not None and mib >= 512 and mib % 100:
        return f"{mib / 1024:.2f}".rstrip("0").rstrip("."), "gb"
    return show_size(mib)


def _mib(value: Any) -> int | None:
    return int(Decimal(value)) if value not in (None, "") else None
