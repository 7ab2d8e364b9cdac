"""Lives that hang on what the operator says: Kuwait missed and restored, a year rolled forward elsewhere."""

import pytest

from cards.models import Message
from cards.services.rules import RuleFacts, set_rule
from tests.lives.life import begin, day

pytestmark = pytest.mark.django_db


def test_kuwait_number_is_asked_for_missed_and_restored(mailbox_dir: object) -> None:
    life = begin("kw-zain", now="2026-01-01", rule=None)
    assert life.deadline("ask-validity").state == "open"
    life.at("2026-01-08 02:00")
    assert Message.objects.filter(state="sent").count() == 1  # "find out the validity", day 7
    life.at("2026-01-10")
    life.does("reading", "2026-01-10", expires_on=day("2026-06-30"))
    assert life.ends() == "2026-06-30"
    assert life.ends("ask-validity") == "met"
    line = life.deadline()
    # No period is known: a margin of seven days.
    assert str(line.act_by_on) == "2026-06-23"
    assert line.lost_at is None
    life.at("2026-06-30 20:59")
    assert line.ends_at is not None and line.ends_at > life.now
    life.at("2026-07-01")
    assert life.events("date-reached") == 1
    # Nobody knows how long it can be saved: it stays open, and nothing is called lost.
    life.at("2026-07-09")
    assert life.deadline().state == "open"
    assert life.events("number-lost") == 0
    life.at("2026-07-10")
    life.does("restored", "2026-07-10")
    assert life.deadline().ends_on == day("2026-06-30")
    life.does("reading", "2026-07-10", expires_on=day("2026-12-31"))
    assert life.ends() == "2026-12-31"
    assert life.deadline().state == "open"


def test_a_year_that_was_rolled_forward_elsewhere_needs_a_second_look(mailbox_dir: object) -> None:
    life = begin("bh-batelco", now="2026-03-01", rule=None)
    facts = RuleFacts(counts=("renewal",), period_count=1, period_unit="year", counts_from="end")
    set_rule(card=life.card, facts=facts, applies_from=day("2026-01-01"), by=life.owner, now=life.now)
    life.does("reading", "2026-03-01", expires_on=day("2027-02-20"))
    assert life.ends() == "2027-02-20"
    life.at("2026-12-01")
    # Another program has rolled it on by two years: later than one renewal can give.
    life.does("reading", "2026-12-01", expires_on=day("2029-02-20"))
    assert life.ends() == "2027-02-20"
    assert life.deadline().unconfirmed_on == day("2029-02-20")
    life.at("2027-01-05")
    life.does("reading", "2027-01-05", expires_on=day("2029-02-20"))
    assert life.ends() == "2029-02-20"
    assert life.deadline().unconfirmed_on is None
