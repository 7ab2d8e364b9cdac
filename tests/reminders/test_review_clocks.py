"""Doubts about every other clock, each told through the services: known late, moved, hidden, taken back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cards.models import Card, CatalogueRule, Deadline, Reminder, Rule
from cards.services.cards import archive_card, edit_card, facts_of, restore_card, set_intent
from cards.services.charges import ChargeFacts, add_charge, edit_charge
from cards.services.dates import add_date
from cards.services.proposals import (
    accept_proposed_rule,
    decline_proposed_rule,
    propose_changed_rules,
)
from cards.services.rules import RuleFacts, facts_of_version, set_rule
from cards.services.subscriptions import SubscriptionFacts, close_subscription, edit_subscription
from tests.factories import make_plan, make_user, utc
from tests.lives.life import Life, begin, day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox_dir")]


def edits(life: Life, **facts: Any) -> None:
    edit_card(card=life.card, facts=replace(facts_of(life.card), **facts), by=life.owner, now=life.now)
    life.card = Card.objects.get(pk=life.card.pk)
    life._holds()


def said(life: Life, kind: str) -> list[str]:
    rows = Reminder.objects.filter(watch__deadline__card=life.card, watch__deadline__kind=kind, state="said")
    return [row.slot for row in rows.order_by("taken_at", "pk")]


def leads(life: Life) -> str:
    card = Card.objects.select_related("leading").get(pk=life.card.pk)
    return str(card.leading.kind) if card.leading else "none"


def esim(now: str = "2026-01-01", **facts: Any) -> Life:
    return begin("airalo", now=now, rule=None, form="esim", purposes=("data",), **facts)


def bill(life: Life, first_on: str, kind: str = "bill") -> Any:
    facts = ChargeFacts(
        kind=kind, name="Bill", first_on=day(first_on), period_count=1, amount=Decimal(5), currency="KWD"
    )
    return add_charge(card=life.card, facts=facts, by=life.owner, now=life.now)


# Moved to a nearer date: one reminder soon, rather than none


@pytest.mark.parametrize(
    ("name", "kind"), [("install_by_on", "install-by"), ("first_use_by_on", "first-use")]
)
@pytest.mark.parametrize("nearer", ["2026-03-12", "2026-03-11", "2026-03-10"])
def test_a_date_of_the_card_moved_nearer_is_reminded_of_at_once(name: str, kind: str, nearer: str) -> None:
    life = esim(**{name: day("2026-12-31")})
    life.at("2026-03-10")
    assert said(life, kind) == []
    edits(life, **{name: day(nearer)})
    life.at("2026-03-10 12:01")
    assert len(said(life, kind)) == 1
    life.at("2026-03-14")
    assert said(life, kind)[-1] == "after:1"
    edits(life, **{name: day("2026-02-01")})
    life.at("2026-03-15")
    assert len(said(life, kind)) >= 3  # over since before it was known: said once more, of this date


def test_a_fee_moved_nearer_is_reminded_of_at_once() -> None:
    life = esim()
    fee = bill(life, "2026-12-31", "fee")
    life.at("2026-03-10")
    facts = ChargeFacts(
        name="Fee", first_on=day("2026-03-11"), amount=Decimal(5), currency="KWD", period_count=1
    )
    edit_charge(charge=fee, facts=facts, by=life.owner, now=life.now)
    life.at("2026-03-10 12:01")
    assert len(said(life, "charge")) == 1
    edit_charge(charge=fee, facts=replace(facts, first_on=day("2025-03-11")), by=life.owner, now=life.now)
    life.at("2026-03-10 12:02")
    assert len(said(life, "charge")) == 2  # over for a year: asked once


# Data


def test_a_renewal_of_the_plan_drops_its_run_out_date_and_one_of_the_line_does_not() -> None:
    life = esim(now="2026-03-01")
    plan = make_plan(life.card, on=day("2026-03-01"), now=life.now, period_count=30)
    subject = str(plan.pk)
    life.does("reading", "2026-03-01", data_left_mib=1000)
    life.at("2026-03-06")
    life.does("reading", "2026-03-06", data_left_mib=500, acted_at=utc("2026-03-06 08:00"))
    assert life.ends("data", subject) == "2026-03-11"
    life.does("renewal", "2026-03-06")
    assert life.ends("data", subject) == "2026-03-11"
    # After the reading of that day: it is filled up again, and no reading says of what is left.
    again = life.does("renewal", "2026-03-06", subscription=plan, acted_at=utc("2026-03-06 09:00"))
    assert life.ends("data", subject) == "dropped"
    life.undoes(again)
    assert life.ends("data", subject) == "2026-03-11"


def test_readings_of_a_plan_that_is_closed_say_nothing_of_the_next_one() -> None:
    life = esim(now="2026-03-01")
    old = make_plan(life.card, on=day("2026-03-01"), now=life.now, period_count=30)
    life.does("reading", "2026-03-01", data_left_mib=1000)
    life.at("2026-03-06")
    life.does("reading", "2026-03-06", data_left_mib=500)
    close_subscription(subscription=old, by=life.owner, now=life.now)
    new = make_plan(life.card, on=day("2026-03-07"), now=life.now, period_count=30)
    assert life.ends("data", str(new.pk)) == "none"


def test_two_readings_of_one_day_come_to_the_same_in_both_orders() -> None:
    ends = set()
    for turn, order in enumerate(((0, 1), (1, 0))):
        life = esim(now="2026-03-01", owner=make_user(f"{turn}@example.org"))
        plan = make_plan(life.card, on=day("2026-03-01"), now=life.now, period_count=60)
        life.does("reading", "2026-03-01", data_left_mib=1000)
        life.at("2026-03-06")
        both = ((800, utc("2026-03-06 02:00")), (500, utc("2026-03-06 09:00")))
        for index in order:
            left, at = both[index]
            life.does("reading", "2026-03-06", data_left_mib=left, acted_at=at)
        ends.add(life.ends("data", str(plan.pk)))
    assert ends == {"2026-03-11"}


# What leads


def test_a_fee_or_a_bill_that_is_over_hides_no_line_that_is_lost_tomorrow() -> None:
    life = begin("us-ultra-mobile-paygo", now="2026-03-05")
    life.does("reading", "2026-03-05", expires_on=day("2026-03-31"))
    for kind in ("bill", "fee"):
        bill(life, "2026-01-10", kind)
    life.at("2026-03-30")
    assert leads(life) == "line"
    life.does("suspended", "2026-02-01", until_on=day("2026-02-10"))
    add_date(card=life.card, kind="own", due_on=day("2026-02-01"), note="", by=life.owner, now=life.now)
    life.at("2026-04-29")  # suspended since its end, lost on 30 April
    assert life.deadline("suspension").state == "open"
    assert leads(life) == "line"


def test_the_question_for_a_date_does_not_hide_the_date_that_is_only_hearsay() -> None:
    life = begin("kw-zain", now="2026-01-01", rule=None)
    facts = RuleFacts(counts=("top-up",), period_count=30, period_unit="day", confidence="C")
    set_rule(card=life.card, facts=facts, applies_from=day("2026-01-01"), by=life.owner, now=life.now)
    life.does("top-up", "2026-01-01")
    life.at("2026-01-30")
    assert life.ends("ask-validity") == "None"
    assert life.ends() == "2026-01-31"
    assert leads(life) == "line"


# The first use


def test_a_plan_counts_from_the_day_of_its_first_use_at_the_place_of_the_card() -> None:
    life = begin("gb-giffgaff", now="2026-03-01", rule=None, form="esim", purposes=("data",))
    plan = make_plan(
        life.card, on=day("2026-03-01"), now=life.now, period_count=30, first_use_by_on=day("2026-06-30")
    )
    life.at("2026-03-02 01:00")
    # 2 March for whoever typed it, still 1 March in London
    life.does("first-used", "2026-03-02", acted_at=utc("2026-03-01 23:30"), subscription=plan)
    assert life.ends("plan-end", str(plan.pk)) == "2026-03-30"
    facts = SubscriptionFacts(name="Pass", starts_on=day("2026-03-01"), period_count=30)
    life.at("2026-03-05")
    edit_subscription(
        subscription=plan,
        facts=replace(facts, first_use_by_on=day("2026-05-01")),
        by=life.owner,
        now=life.now,
    )
    assert life.ends("plan-end", str(plan.pk)) == "2026-03-30"
    edit_subscription(subscription=plan, facts=facts, by=life.owner, now=life.now)
    assert life.ends("plan-end", str(plan.pk)) == "2026-03-30"
    assert life.dates("first-use") == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_day_pass_that_begins_with_use_in_the_night_of_the_clock_change(order: tuple[int, int]) -> None:
    """London on 29 March 2026: from 01:00 to 02:00 there is no hour; 24 hours stay 24 hours."""
    life = begin("gb-giffgaff", now="2026-03-20", rule=None, form="esim", purposes=("data",))
    plan = make_plan(life.card, on=day("2026-03-20"), now=life.now, period_count=24, period_unit="hour",
                     first_use_by_on=day("2026-06-30"))  # fmt: skip
    subject = str(plan.pk)
    # Unused it begins by itself with the first instant of the last day.
    assert life.deadline("plan-end", subject).ends_at == utc("2026-06-30 23:00")
    life.at("2026-03-29 22:00")
    uses: tuple[dict[str, Any], ...] = (
        {"kind": "first-used", "acted_at": utc("2026-03-29 00:30")}, {"kind": "data"},
    )  # fmt: skip
    for index in order:
        life.does(on="2026-03-29", subscription=plan, **uses[index])
    assert life.deadline("plan-end", subject).ends_at == utc("2026-03-30 00:30")


def test_use_without_an_hour_begins_a_day_pass_at_the_first_instant_of_its_day() -> None:
    life = begin("gb-giffgaff", now="2026-03-20", rule=None, form="esim", purposes=("data",))
    plan = make_plan(life.card, on=day("2026-03-20"), now=life.now, period_count=24, period_unit="hour",
                     first_use_by_on=day("2026-06-30"))  # fmt: skip
    life.at("2026-03-24 22:00")
    life.does("data", "2026-03-24", subscription=plan)
    life.does("data", "2026-03-24", subscription=plan, acted_at=utc("2026-03-24 20:00"))
    assert life.deadline("plan-end", str(plan.pk)).ends_at == utc("2026-03-25 00:00")


# The line is over, at rest, awake


def test_a_cancelled_card_keeps_its_refund_and_its_bill_and_says_nothing_else() -> None:
    life = begin("hk-valuegb", now="2026-01-01", install_by_on=day("2026-05-01"))
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD", until_on=day("2026-06-01"))
    make_plan(life.card, on=day("2026-01-01"), now=life.now, period_count=60)
    for kind in ("bill", "fee"):
        bill(life, "2026-02-10", kind)
    for kind in ("refund", "promotion", "identity"):
        add_date(card=life.card, kind=kind, due_on=day("2026-03-01"), note="", by=life.owner, now=life.now)
    life.at("2026-01-20")
    gone = life.does("cancelled", "2026-01-20")
    still = Deadline.objects.filter(card=life.card, state="open").values_list("kind", flat=True)
    assert set(still) == {"refund", "bill"}
    life.undoes(gone)
    still = Deadline.objects.filter(card=life.card, state="open").values_list("kind", flat=True)
    assert {"line", "plan-end", "identity", "promotion", "charge", "credit-lot"} <= set(still)


def test_a_line_at_rest_is_woken_early_late_or_put_to_rest_for_longer() -> None:
    life = begin("hk-valuegb", now="2026-01-01", rule=None)
    life.does("suspended", "2026-01-01", until_on=day("2026-07-01"))
    # The operator bars it meanwhile: that names no other day.
    barred = life.does("suspended", "2026-01-01")
    assert life.ends("suspension") == "2026-07-01"
    life.undoes(barred)
    life.at("2026-03-01")
    early = life.does("restored", "2026-03-01")
    assert life.ends("suspension") == "met"
    life.undoes(early)
    assert life.ends("suspension") == "2026-07-01"
    life.does("suspended", "2026-03-01", until_on=day("2026-08-01"))
    assert life.dates("suspension") == ["2026-08-01"]
    life.at("2026-08-20")
    assert said(life, "suspension")[-1].startswith("chase")
    life.does("restored", "2026-08-20")
    assert life.dates("suspension") == []


# A rule of the catalogue that changes


def changes(life: Life, digest: str, **data: Any) -> int:
    row = CatalogueRule.objects.get(operator=life.card.operator)
    CatalogueRule.objects.filter(pk=row.pk).update(data={**row.data, "tiers": [], **data}, digest=digest)
    return propose_changed_rules(now=life.now)


def valuegb() -> Life:
    life = begin("hk-valuegb", now="2026-01-01")
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD")
    life.at("2026-02-01")
    return life


def test_a_declined_change_is_not_proposed_again_and_a_newer_one_is() -> None:
    life = valuegb()
    assert changes(life, "b", period_count=300) == 1
    assert life.ends() == "2026-10-28"  # 1 January + 300 days
    decline_proposed_rule(card=life.card, by=life.owner, now=life.now)
    assert life.ends() == "2027-01-01"
    assert changes(life, "b", period_count=300) == 0
    assert changes(life, "c", period_count=200) == 1
    assert life.ends() == "2026-07-20"


def test_a_change_that_goes_back_after_it_was_taken_over_is_proposed_too() -> None:
    life = valuegb()
    row = CatalogueRule.objects.get(operator=life.card.operator)
    first = (row.digest, row.data["period_count"])
    assert changes(life, "b", period_count=400) == 1
    accept_proposed_rule(card=life.card, applies_from=day("2025-12-01"), by=life.owner, now=life.now)
    assert life.ends() == "2027-02-05"  # 1 January + 400 days
    assert changes(life, first[0], period_count=first[1]) == 1
    assert life.ends() == "2027-01-01"


def test_a_change_taken_over_from_a_later_day_is_not_proposed_again_until_it_is_undone() -> None:
    life = valuegb()
    assert changes(life, "b", period_count=300) == 1
    accept_proposed_rule(card=life.card, applies_from=day("2026-12-01"), by=life.owner, now=life.now)
    assert propose_changed_rules(now=life.now) == 0
    assert life.ends() == "2027-01-01"
    taken = life.card.actions.filter(kind="rule-changed").latest("pk")
    life.undoes(taken)
    assert life.ends() == "2026-10-28"
    life.undoes(life.card.actions.get(voids=taken))
    assert life.ends() == "2027-01-01"
    assert propose_changed_rules(now=life.now) == 0


def test_of_a_rule_changed_by_hand_the_earlier_of_both_dates_rules() -> None:
    life = valuegb()
    facts = replace(facts_of_version(life.card.rules.get()), tiers=(), period_count=100)
    set_rule(card=life.card, facts=facts, applies_from=day("2026-01-01"), by=life.owner, now=life.now)
    assert changes(life, "b", period_count=300) == 1
    assert life.ends() == "2026-04-11"
    assert str(life.deadline().proposed_on) == "2026-10-28"


def test_the_safe_day_of_the_shorter_period_never_puts_the_end_off() -> None:
    life = valuegb()
    facts = replace(facts_of_version(life.card.rules.get()), tiers=(), period_count=94)
    set_rule(card=life.card, facts=facts, applies_from=day("2026-01-01"), by=life.owner, now=life.now)
    row = life.deadline()
    assert (str(row.ends_on), str(row.act_by_on)) == ("2026-04-05", "2026-03-29")  # 94 days, margin 7
    assert changes(life, "b", period_count=89) == 1  # margin 1: 31 March, safe on 30 March
    row = life.deadline()
    assert (str(row.ends_on), str(row.act_by_on)) == ("2026-03-31", "2026-03-29")


def test_a_shorter_time_after_the_end_is_told_and_never_ends_the_reminders_sooner() -> None:
    life = valuegb()
    own = life.deadline()
    assert changes(life, "b", stages=[], is_lost_at_end=True) == 1
    row = life.deadline()
    assert row.ends_on == own.ends_on
    assert row.save_until_at == row.ends_at  # the earlier of both: save it before
    assert row.lost_at == own.lost_at  # and nobody calls it lost while it may be saved


def test_a_card_from_the_archive_is_asked_of_a_change_that_came_meanwhile() -> None:
    life = valuegb()
    archive_card(card=life.card, by=life.owner, now=life.now)
    assert changes(life, "b", period_count=300) == 0
    assert life.ends() == "dropped"
    restore_card(card=life.card, by=life.owner, now=life.now)
    assert life.ends() == "2026-10-28"
    assert Rule.objects.filter(card=life.card, is_proposed=True).count() == 1
    set_intent(card=life.card, intent="lapse", by=life.owner, now=life.now)
    assert changes(life, "c", period_count=200) == 1
    set_intent(card=life.card, intent="keep", by=life.owner, now=life.now)
    assert life.ends() == "2026-07-20"
    gone = life.does("cancelled", "2026-02-01")
    assert changes(life, "d", period_count=150) == 1
    assert life.ends() == "dropped"
    life.undoes(gone)
    assert life.ends() == "2026-05-31"
