"""Doubts about fees, bills and balances, told through the services: the earlier date, and never silence."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cards.models import Card, Charge, Deadline, Reminder, Subscription
from cards.queries.ledger import load_facts
from cards.services.actions import ActionFacts, record_action, void_action
from cards.services.cards import edit_card, facts_of
from cards.services.charges import ChargeFacts, add_charge, edit_charge, end_charge, reopen_charge
from cards.services.rules import RuleFacts, set_rule
from cards.services.timetable import refresh
from cards.services.wanted import wanted_of
from tests.factories import make_plan, make_user, utc
from tests.lives.life import Life, begin, day

pytestmark = pytest.mark.django_db
MONTHLY: dict[str, Any] = {"period_count": 1, "period_unit": "month"}


def facts(first_on: str, **more: Any) -> ChargeFacts:
    values: dict[str, Any] = {"name": "Fee", "amount": Decimal(5), "currency": "KWD", **MONTHLY, **more}
    return ChargeFacts(first_on=day(first_on), **values)


def charged(life: Life, first_on: str, **more: Any) -> Charge:
    return add_charge(card=life.card, facts=facts(first_on, **more), by=life.owner, now=life.now)


def confirms(life: Life, charge: Charge, on: str) -> Any:
    return life.does("fee", on, charge=charge, amount=Decimal(5), currency="KWD")


def edits(life: Life, charge: Charge, first_on: str, **more: Any) -> None:
    edit_charge(charge=charge, facts=facts(first_on, **more), by=life.owner, now=life.now)
    life._holds()


def reads(life: Life, on: str, balance: str, currency: str = "KWD", **more: Any) -> Any:
    return life.does("reading", on, balance=Decimal(balance), currency=currency, **more)


def said(life: Life, kind: str) -> list[str]:
    rows = Reminder.objects.filter(
        watch__deadline__card=life.card, watch__deadline__kind=kind, state="said"
    ).order_by("taken_at", "pk")
    return [row.slot for row in rows]


def zain(now: str = "2026-01-15", **more: Any) -> Life:
    return begin("kw-zain", now=now, rule=None, **more)


# Turns and their confirmations


def test_one_turn_that_two_people_confirm_is_one_turn(mailbox_dir: object) -> None:
    life = zain()
    fee = charged(life, "2026-01-31")
    life.at("2026-02-05")
    first = confirms(life, fee, "2026-01-31")
    assert life.ends("charge") == "2026-02-28"
    second = confirms(life, fee, "2026-01-31")
    assert life.ends("charge") == "2026-02-28"
    confirms(life, fee, "2026-01-30")
    assert life.ends("charge") == "2026-02-28"
    life.undoes(first)
    life.undoes(second)
    # the one of 30 January stands
    assert life.ends("charge") == "2026-02-28"


def test_two_turns_that_are_over_are_confirmed_on_one_day_and_no_third_one(mailbox_dir: object) -> None:
    life = zain()
    bill = charged(life, "2026-01-31", kind="bill")
    life.at("2026-03-05")
    for ends in ("2026-02-28", "2026-03-31", "2026-03-31"):
        confirms(life, bill, "2026-03-05")
        assert life.ends("bill") == ends


def test_confirmations_entered_in_any_order_come_to_the_same(mailbox_dir: object) -> None:
    life = zain()
    fee = charged(life, "2026-01-31")
    life.at("2026-04-01")
    for on in ("2026-03-31", "2026-01-31", "2026-02-28"):
        entry = confirms(life, fee, on)
    assert life.ends("charge") == "2026-04-30"
    life.undoes(entry)
    assert life.ends("charge") == "2026-03-31"  # one of three is missing: the earlier date
    confirms(life, fee, "2026-02-28")
    assert life.ends("charge") == "2026-04-30"


def test_an_edit_to_a_later_first_day_leaves_no_turn_out(mailbox_dir: object) -> None:
    life = zain()
    fee = charged(life, "2026-01-31")
    life.at("2026-02-02")
    confirms(life, fee, "2026-01-31")
    # It was never due in January: what was confirmed then is no turn of this schedule.
    edits(life, fee, "2026-03-15")
    assert life.ends("charge") == "2026-03-15"
    edits(life, fee, "2026-02-05")
    assert life.ends("charge") == "2026-03-05"  # 31 January stands for 5 February, five days early
    edits(life, fee, "2026-01-31")
    assert life.ends("charge") == "2026-02-28"


def test_a_monthly_fee_that_becomes_a_yearly_one_is_not_put_off_by_years(mailbox_dir: object) -> None:
    life = zain(now="2025-01-15")
    fee = charged(life, "2025-01-31")
    life.at("2025-07-01")
    for on in ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"):
        confirms(life, fee, on)
    assert life.ends("charge") == "2025-07-31"
    edits(life, fee, "2025-01-31", period_unit="year")
    assert life.ends("charge") == "2026-01-31"


def test_a_charge_ended_and_begun_again_asks_for_the_turn_where_it_stopped(mailbox_dir: object) -> None:
    life = zain()
    fee = charged(life, "2026-01-31")
    confirms(life, fee, "2026-01-15")
    end_charge(charge=fee, by=life.owner, now=life.now)
    assert life.ends("charge") == "dropped"
    life.at("2026-06-01")
    reopen_charge(charge=fee, by=life.owner, now=life.now)
    life._holds()
    assert life.ends("charge") == "2026-02-28"
    life.at("2026-06-01 12:01")
    assert len(said(life, "charge")) == 1  # one thing, however much was missed


# Cover


def test_a_fee_that_loses_its_cover_is_reminded_of_and_one_that_finds_it_stops(mailbox_dir: object) -> None:
    life = zain()
    charged(life, "2026-03-31")
    reads(life, "2026-01-15", "20")
    assert life.deadline("charge").is_covered
    life.at("2026-03-20").at("2026-03-26 12:00")
    assert said(life, "charge") == []
    reads(life, "2026-03-26", "4")
    assert not life.deadline("charge").is_covered
    life.at("2026-03-26 12:01")
    assert said(life, "charge") == ["lead:7"]
    life.at("2026-03-27 03:00")
    life.does("top-up", "2026-03-27", amount=Decimal(10), currency="KWD")
    assert life.deadline("charge").is_covered
    life.at("2026-03-28 03:00").at("2026-03-30 03:00").at("2026-03-31 03:00")
    assert said(life, "charge") == ["lead:7"]
    life.at("2026-04-01 03:00")
    assert said(life, "charge") == ["lead:7", "chase:1"]  # did it happen?


def test_another_fee_takes_the_cover_away(mailbox_dir: object) -> None:
    life = zain()
    fee = charged(life, "2026-02-28")
    reads(life, "2026-01-15", "7")
    assert life.deadline("charge").is_covered
    charged(life, "2026-02-27", name="Other", amount=Decimal(4))
    assert not life.deadline("charge", str(fee.pk)).is_covered
    assert life.ends("balance") == "2026-02-27"


def test_who_asked_for_long_leads_only_is_told_of_a_fee_too(mailbox_dir: object) -> None:
    life = zain(owner=make_user(leads=[30, 14]))
    charged(life, "2026-03-31")
    reads(life, "2026-01-15", "0")
    life.at("2026-03-23 00:00")
    assert said(life, "charge") == []
    life.at("2026-03-30 23:59")
    assert said(life, "charge") == ["lead:7"]


def test_a_daily_fee_that_is_covered_says_nothing_before_its_hour(mailbox_dir: object) -> None:
    life = zain(now="2026-01-15 06:00")
    fee = charged(life, "2026-01-15", period_unit="day")
    reads(life, "2026-01-15", "900")
    confirms(life, fee, "2026-01-15")
    assert life.ends("charge") == "2026-01-16"
    life.at("2026-01-16 20:30")
    assert said(life, "charge") == []


# Balances


def test_money_of_another_currency_hides_no_balance_that_runs_out(mailbox_dir: object) -> None:
    life = zain()
    charged(life, "2026-02-28")
    reads(life, "2026-01-15", "7")
    assert life.ends("balance") == "2026-03-27"  # 28 February is covered, 28 March is not
    reads(life, "2026-01-15", "100", "USD")
    assert life.ends("balance") == "2026-03-27"
    assert life.deadline("charge").is_covered
    life.at("2026-01-16")
    usd = charged(life, "2026-02-10", name="Roaming", currency="USD", amount=Decimal(200))
    assert life.ends("balance") == "2026-02-09"
    assert not life.deadline("charge", str(usd.pk)).is_covered
    reads(life, "2026-01-16", "7")
    assert life.ends("balance") == "2026-02-09"


def test_automatic_top_up_takes_the_date_away_only_while_it_works(mailbox_dir: object) -> None:
    life = zain()
    charged(life, "2026-02-28")
    reads(life, "2026-01-15", "4")
    assert life.ends("balance") == "2026-02-27"

    def automatic(below: str | None) -> None:
        amount = None if below is None else Decimal(below)
        known = replace(facts_of(life.card), topup_below=amount, topup_amount=amount, topup_currency="KWD")
        edit_card(card=life.card, facts=known, by=life.owner, now=life.now)
        life.card.refresh_from_db()
        life._holds()

    automatic("3")
    assert life.ends("balance") == "dropped"
    automatic(None)
    assert life.ends("balance") == "2026-02-27"
    automatic("3")
    life.at("2026-01-20")
    # Below what it should be topped up at: nobody may count on it.
    reads(life, "2026-01-20", "1")
    assert life.ends("balance") == "2026-01-21"  # 3 went in 5 days: 1 lasts one day more


def test_a_reading_before_a_top_up_of_its_day_holds_no_more_money_in_any_order(mailbox_dir: object) -> None:
    for turn in ("reading", "top-up"):
        life = zain(owner=make_user(f"{turn}@example.org"))
        charged(life, "2026-02-28")
        top_up = {"amount": Decimal(10), "currency": "KWD", "acted_at": utc("2026-01-15 10:00")}
        if turn == "top-up":
            life.does("top-up", "2026-01-15", **top_up)
        reads(life, "2026-01-15", "3", acted_at=utc("2026-01-15 09:00"))
        if turn == "reading":
            life.does("top-up", "2026-01-15", **top_up)
        assert life.ends("balance") == "2026-04-27"  # 3 + 10 are two fees of 5


@pytest.mark.parametrize(
    ("amount", "first_on", "balance"),
    [("0.001", "2026-01-01", "999999999"), ("5", "2016-01-01", "999999999"), ("5", "2016-01-01", "1")],
)
def test_daily_fees_of_years_are_worked_out_at_once(
    mailbox_dir: object, amount: str, first_on: str, balance: str
) -> None:
    life = zain()
    for number in range(3):
        charged(life, first_on, name=f"Fee {number}", amount=Decimal(amount), period_unit="day")
    reads(life, "2026-01-15", balance)
    make_plan(life.card, on=day("2016-01-01"), now=life.now, is_auto_renewing=True, price=Decimal(1),
              currency="KWD", period_count=1)  # fmt: skip
    known = load_facts(life.card)
    began = time.perf_counter()
    for _ in range(10):
        wanted_of(known)
    assert (time.perf_counter() - began) / 10 < 0.03
    assert refresh(life.card, life.now).changed == []


# Laws

DEEDS = ("top-up", "reading", "data", "confirmed", "suspended", "restored", "renewal", "first-used", "sent")
LEDGERS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 90), st.integers(0, 20)), min_size=1, max_size=12
)


def entry_of(deed: str, offset: int, number: int, charge: Charge, plan: Subscription) -> ActionFacts:
    on = day("2026-01-01") + timedelta(days=offset)
    amount, until = Decimal(number), on + timedelta(days=number + 3)
    money: dict[str, Any] = {"amount": amount, "currency": "KWD"}
    told: dict[str, tuple[str, dict[str, Any]]] = {
        "top-up": ("top-up", {**money, "until_on": until}),
        "reading": ("reading", {"balance": amount, "currency": "KWD", "expires_on": until}),
        "data": ("reading", {"data_left_mib": number * 50, "subscription": plan}),
        "confirmed": ("fee", {**money, "charge": charge}),
        "suspended": ("suspended", {"until_on": until}),
        "sent": ("credit-sent", {"days_given": number}),
        "renewal": ("renewal", {"subscription": plan}),
        "first-used": ("first-used", {"subscription": plan}),
    }
    kind, more = told.get(deed, (deed, {}))
    return ActionFacts(kind=kind, acted_on=on, **more)


def standing(life: Life) -> list[tuple[str, str, str]]:
    """Return the deadlines without their subjects: a lot that is entered anew has another place."""
    rows = Deadline.objects.filter(card=life.card, state__in=("open", "passed"))
    return sorted((row.kind, str(row.ends_on), row.state) for row in rows)


@given(LEDGERS, st.integers(0, 11))
@settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_an_entry_undone_and_entered_anew_gives_the_same_dates_and_time_changes_none(
    mailbox_dir: object, ledger: list[tuple[str, int, int]], index: int
) -> None:
    with transaction.atomic():
        life = zain(now="2026-05-01", owner=make_user(f"law-{Card.objects.count()}@example.org"))
        rule = RuleFacts(counts=("top-up",), period_count=60, period_unit="day", zero_count=45)
        set_rule(card=life.card, facts=rule, applies_from=day("2026-01-01"), by=life.owner, now=life.now)
        charge = charged(life, "2026-01-31")
        plan = make_plan(life.card, on=day("2026-01-01"), now=life.now, period_count=200,
                         first_use_by_on=day("2026-04-01"))  # fmt: skip
        told = [entry_of(*one, charge, plan) for one in ledger]
        entries = [record_action(card=life.card, facts=one, by=life.owner, now=life.now) for one in told]
        life._holds()
        chosen = index % len(told)
        before = standing(life)
        void_action(action=entries[chosen], by=life.owner, now=life.now)
        life._holds()
        again = record_action(card=life.card, facts=told[chosen], by=life.owner, now=life.now)
        life._holds()
        if [one.acted_on for one in told].count(told[chosen].acted_on) == 1:
            assert standing(life) == before
        dates = {row.pk: row.ends_at for row in life.card.deadlines.all()}
        refresh(life.card, life.now + timedelta(days=4000))
        assert {row.pk: row.ends_at for row in life.card.deadlines.all()} == dates
        assert again.pk
        transaction.set_rollback(True)
