"""A plan bought for a card: the offer as it was bought, and when it starts."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import PeriodUnit, Plan, Subscription, SubscriptionIntent
from cards.queries.offers import snapshot_of
from cards.queries.place import Place

from .action import plain
from .data_size import read_size, show_size, size_field, size_unit_field
from .fields import (
    FIRST_DAY,
    LAST_DAY,
    AmountField,
    CountField,
    CurrencyField,
    DayField,
    LineField,
    check_amount,
    check_period,
    unit_field,
)
from .moment import THERE, clock_field, hour_field, read_moment, set_clock

MOST_UNITS = 10_000_000


class PlanForm(forms.Form):
    """`cleaned_data` gains `day` (at the card's place), `starts_at` and `data_mib`."""

    name = LineField(label=gettext_lazy("plan"), max_length=100)
    starts_on = DayField(label=gettext_lazy("starts on"))
    starts_time = hour_field(
        label=gettext_lazy("time"),
        help_text=gettext_lazy("For passes counted in hours: when it was activated."),
    )
    clock = clock_field()
    period_count = CountField(
        label=gettext_lazy("valid for"),
        required=False,
        help_text=gettext_lazy("Empty: it has no end of its own."),
    )
    period_unit = unit_field()
    price = AmountField(label=gettext_lazy("price"), required=False)
    currency = CurrencyField(required=False)
    intent = forms.ChoiceField(
        label=gettext_lazy("when it ends"),
        choices=[
            (SubscriptionIntent.RENEW.value, gettext_lazy("Renew it: remind me")),
            (SubscriptionIntent.LET_END.value, gettext_lazy("Let it end: remind me of nothing")),
        ],
        initial=SubscriptionIntent.RENEW.value,
    )
    is_auto_renewing = forms.BooleanField(
        label=gettext_lazy("renews by itself"),
        required=False,
        help_text=gettext_lazy("You are still reminded: a renewal counts when you have recorded it."),
    )
    first_use_by_on = DayField(
        label=gettext_lazy("begins with the first use, at the latest on"),
        required=False,
        help_text=gettext_lazy("Empty: its validity begins on the day above."),
    )
    alarm_amount = size_field(label=gettext_lazy("warn below this much data"))
    alarm_unit = size_unit_field()
    data_amount = size_field(label=gettext_lazy("data"))
    data_unit = size_unit_field()
    minutes = CountField(label=gettext_lazy("minutes"), required=False, min_value=0, max_value=MOST_UNITS)
    sms = CountField(label=gettext_lazy("SMS"), required=False, min_value=0, max_value=MOST_UNITS)
    has_hotspot = forms.BooleanField(label=gettext_lazy("hotspot allowed"), required=False)
    has_first_day = forms.BooleanField(
        label=gettext_lazy("the day it starts counts as its first day"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Most plans count it: 7 days from 1 December end on 7 December."),
    )

    def __init__(self, *args: Any, place: Place, **options: Any) -> None:
        super().__init__(*args, **options)
        self.place = place
        self.fields["alarm_unit"].required = False
        set_clock(self, "clock", place)
        self.fields["starts_on"].help_text = place.hint
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["day"], cleaned["starts_at"] = read_moment(
            self, self.place, day="starts_on", hour="starts_time", clock="clock"
        )
        check_period(self, "period_count", "period_unit")
        check_amount(self, "price", "currency")
        cleaned["alarm_unit"] = cleaned.get("alarm_unit") or "gb"
        cleaned["alarm_mib"] = read_size(self, "alarm_amount", "alarm_unit")
        begins, day = cleaned.get("first_use_by_on"), cleaned.get("day")
        if begins is not None and day is not None and begins < day:
            self.add_error("first_use_by_on", _("This lies before the day the plan starts."))
        cleaned["data_mib"] = read_size(self, "data_amount", "data_unit")
        return cleaned

    @property
    def remark(self) -> str:
        """Return what is to be said of a valid form besides its effect."""
        cleaned = self.cleaned_data
        if not cleaned.get("period_count"):
            return _("Without a validity the plan has no end to be reminded of.")
        if cleaned["period_unit"] == PeriodUnit.HOUR and cleaned["starts_at"] is None:
            return _("Without a time the hours count from the first minute of the day.")
        return ""

    @property
    def is_told_more(self) -> bool:
        names = ("data_amount", "alarm_amount", "minutes", "sms", "has_hotspot")
        return any(bool(self[name].value()) or bool(self[name].errors) for name in names)


def first_of(offer: Plan | None, query: Mapping[str, str], place: Place) -> dict[str, Any]:
    """Return what the form of a new plan begins with: today, or the offer and the day that a link names."""
    try:
        day = date.fromisoformat(query.get("starts_on", ""))
    except ValueError:
        day = place.today
    first: dict[str, Any] = {"starts_on": day if FIRST_DAY <= day <= LAST_DAY else place.today}
    if offer is None:
        return first
    copied = snapshot_of(offer)
    size, unit = show_size(copied.pop("data_mib"))
    first |= {name: value for name, value in copied.items() if value not in (None, "")}
    return {**first, "price": plain(offer.price), "data_amount": size, "data_unit": unit}


def initial_of(plan: Subscription, place: Place) -> dict[str, Any]:
    """Return what the form shows of a plan before anything is typed."""
    names = ("name", "period_count", "period_unit", "currency", "intent", "is_auto_renewing", "minutes")
    more = ("sms", "has_hotspot", "has_first_day")
    size, unit = show_size(plan.data_mib)
    alarm, alarm_unit = show_size(plan.alarm_mib)
    local = plan.starts_at.astimezone(ZoneInfo(place.zone)) if plan.starts_at else None
    return {
        **{name: getattr(plan, name) for name in (*names, *more)},
        "starts_on": local.date() if local else plan.starts_on,
        "starts_time": local.time() if local else None,
        "clock": THERE,
        "first_use_by_on": plan.first_use_by_on,
        "alarm_amount": alarm,
        "alarm_unit": alarm_unit,
        "price": plain(plan.price),
        "data_amount": size,
        "data_unit": unit,
    }
