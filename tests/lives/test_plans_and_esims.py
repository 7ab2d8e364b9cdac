"""Lives of data cards and eSIMs: Bahrain without a rule, an eSIM that begins with its first use."""

from datetime import time

import pytest

from cards.models import Deadline
from tests.factories import make_plan, make_user, utc
from tests.lives.life import begin, day

pytestmark = pytest.mark.django_db


def test_bahrain_data_card_without_a_rule_lives_by_its_passes(mailbox_dir: object) -> None:
    owner = make_user(time_zone="Asia/Shanghai", remind_at=time(9))
    life = begin("bh-batelco", now="2026-01-31", rule=None, owner=owner, purposes=("data",))
    # Nobody knows what keeps the line: no date, and for a data card no question either.
    assert life.ends() == "none"
    assert life.ends("ask-validity") == "none"
    month = make_plan(
        life.card, on=day("2026-01-31"), now=life.now, name="Month", period_count=1, period_unit="month"
    )
    # A plan counts the day it is bought: a month from 31 January ends on 27 February.
    assert life.ends("plan-end", str(month.pk)) == "2026-02-27"
    life.at("2026-02-26")
    life.does("renewal", "2026-02-26", subscription=month)
    # From its anchor, not from the last result: 31 January + 2 months less the first day.
    assert life.ends("plan-end", str(month.pk)) == "2026-03-30"
    life.at("2026-03-01 07:30")
    pass_ = make_plan(
        life.card,
        on=day("2026-03-01"),
        now=life.now,
        name="24 hours",
        period_count=24,
        period_unit="hour",
        starts_at=utc("2026-03-01 07:30"),
    )
    row = life.deadline("plan-end", str(pass_.pk))
    assert row.ends_at == row.act_by_at == utc("2026-03-02 07:30")
    # 10:30 in Bahrain; the last good day there is the 2nd.
    assert str(row.ends_on) == "2026-03-02"
    life.at("2026-03-02 08:00")
    assert life.dates("plan-end") == ["2026-03-02", "2026-03-30"]
    leading = Deadline.objects.get(pk=type(life.card).objects.get(pk=life.card.pk).leading_id)
    assert leading.subject == str(pass_.pk)
    # The pass is over; the word after it was said, and then the month leads.
    life.at("2026-03-03 02:00").at("2026-03-03 02:01")
    assert life.ends("plan-end", str(pass_.pk)) == "passed"
    leading = Deadline.objects.get(pk=type(life.card).objects.get(pk=life.card.pk).leading_id)
    assert leading.subject == str(month.pk)


def test_an_esim_is_installed_in_time_and_counts_from_its_first_use(mailbox_dir: object) -> None:
    life = begin(
        "airalo",
        now="2026-04-01",
        rule=None,
        form="esim",
        purposes=("data", "roaming"),
        install_by_on=day("2026-04-30"),
    )
    plan = make_plan(
        life.card,
        on=day("2026-04-01"),
        now=life.now,
        name="30 days",
        period_count=30,
        first_use_by_on=day("2026-06-30"),
    )
    subject = str(plan.pk)
    assert life.ends("install-by") == "2026-04-30"
    assert life.ends("first-use", subject) == "2026-06-30"
    # Unused it begins by itself on the last day: 30 June + 30 days, that day counted.
    assert life.ends("plan-end", subject) == "2026-07-29"
    life.at("2026-04-10")
    installed = life.does("installed", "2026-04-10")
    assert life.ends("install-by") == "met"
    life.undoes(installed)
    assert life.ends("install-by") == "2026-04-30"
    life.does("installed", "2026-04-10")
    life.at("2026-05-20")
    used = life.does("first-used", "2026-05-20", subscription=plan)
    assert life.ends("first-use", subject) == "met"
    # 20 May is the first of 30 days.
    assert life.ends("plan-end", subject) == "2026-06-18"
    life.undoes(used)
    assert life.ends("first-use", subject) == "2026-06-30"
    assert life.ends("plan-end", subject) == "2026-07-29"
    life.does("data", "2026-05-22", subscription=plan)
    assert life.ends("plan-end", subject) == "2026-06-20"
