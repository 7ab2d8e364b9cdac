"""Lives of lines that use and top-ups keep alive: giffgaff, TELUS, Ultra PayGo, ValueGB."""

from decimal import Decimal

import pytest

from tests.factories import utc
from tests.lives.life import begin

pytestmark = pytest.mark.django_db


def test_giffgaff_any_use_gives_six_months_and_the_end_is_the_loss(mailbox_dir: object) -> None:
    life = begin("gb-giffgaff", now="2026-03-01", form="esim")
    assert life.ends() == "none"
    assert life.ends("ask-validity") == "None"  # open, and without a date: nobody knows it yet
    life.does("sms", "2026-03-01")
    # 1 March + 6 months, the day itself not counted
    assert life.ends() == "2026-09-01"
    assert life.ends("ask-validity") == "met"
    life.at("2026-04-01")
    assert life.outcome("message-read", "2026-04-01") == "other-kind"
    life.does("message-read", "2026-04-01")
    assert life.ends() == "2026-09-01"
    life.at("2026-08-31")
    life.does("data", "2026-08-31")
    # 31 August + 6 months is the last day of February
    assert life.ends() == "2027-02-28"
    life.at("2026-09-01")
    call = life.does("call", "2026-09-01")
    assert life.ends() == "2027-03-01"
    life.undoes(call)
    assert life.ends() == "2027-02-28"
    # Nothing of the operator's says that there is a time to save it: lost as soon as it ends, in London.
    line = life.deadline()
    assert line.save_until_at == utc("2027-03-01 00:00")
    assert line.lost_at == utc("2027-03-01 00:00")
    life.at("2027-02-28 23:59")
    assert life.events("number-lost") == 0
    life.at("2027-03-01 00:01")
    assert life.events("number-lost") == 1
    assert life.outcome("sms", "2027-03-02") == "after-loss"


def test_telus_each_amount_gives_its_own_time_and_an_unknown_mode_the_earlier_end(
    mailbox_dir: object,
) -> None:
    life = begin("ca-telus-prepaid", now="2026-01-10")

    def top_up(amount: str, on: str, currency: str = "CAD") -> str:
        life.at(on)
        life.does("top-up", on, amount=Decimal(amount), currency=currency)
        return life.ends()

    assert top_up("10", "2026-01-10") == "2026-02-09"  # 10 January + 30 days
    assert top_up("24.99", "2026-01-20") == "2026-02-19"  # still the lowest tier: 30 days
    assert top_up("25", "2026-02-01") == "2026-04-02"  # 1 February + 60 days
    assert top_up("100", "2026-03-01") == "2027-03-01"  # 1 March + 365 days
    assert life.outcome("top-up", "2026-03-05", amount=Decimal("9.99"), currency="CAD") == "too-small"
    assert life.outcome("top-up", "2026-03-05", amount=Decimal("100"), currency="USD") == "other-currency"
    # TELUS does not say what a small top-up does to a year that is running: the earlier end.
    assert top_up("10", "2026-03-05") == "2026-04-04"
    # The SMS says it kept the year: one reading within what the rule allows settles it.
    life.does("reading", "2026-03-05", expires_on=life.deadline().ends_on.replace(2027, 3, 1))  # type: ignore[union-attr]
    assert life.ends() == "2027-03-01"


def test_ultra_paygo_missed_by_ten_days_is_in_arrears_and_by_forty_is_gone(mailbox_dir: object) -> None:
    life = begin("us-ultra-mobile-paygo", now="2026-03-05")
    life.does("reading", "2026-03-05", expires_on=utc("2026-03-31 00:00").date())
    assert life.ends() == "2026-03-31"
    life.at("2026-04-10")
    assert life.deadline().state == "open"
    life.does("renewal", "2026-04-10")
    # From the end that had passed, not from the day it was paid: 31 March + 30 days
    assert life.ends() == "2026-04-30"
    line = life.deadline()
    # Suspended for 30 days, to 30 May; then it is gone, by the clock of the east coast.
    assert line.lost_at == utc("2026-05-31 04:00")
    life.at("2026-05-29")
    assert life.events("number-lost") == 0
    life.at("2026-06-09")
    assert life.events("number-lost") == 1
    assert life.outcome("renewal", "2026-06-09") == "after-loss"
    life.does("renewal", "2026-06-09")
    assert life.deadline().ends_on == utc("2026-04-30 00:00").date()


def test_valuegb_starts_anew_with_each_top_up_and_too_small_a_one_does_nothing(mailbox_dir: object) -> None:
    life = begin("hk-valuegb", now="2026-01-01")
    life.does("top-up", "2026-01-01", amount=Decimal(50), currency="HKD")
    assert life.ends() == "2027-01-01"  # 1 January + 365 days
    life.at("2026-03-01")
    assert life.outcome("top-up", "2026-03-01", amount=Decimal("49.9"), currency="HKD") == "too-small"
    life.does("top-up", "2026-03-01", amount=Decimal("49.9"), currency="HKD")
    assert life.ends() == "2027-01-01"
    life.at("2026-06-01")
    life.does("top-up", "2026-06-01", amount=Decimal(100), currency="HKD")
    # Reset: 1 June + 365 days, nothing of the seven months that were left
    assert life.ends() == "2027-06-01"
    line = life.deadline()
    # The balance goes at once, the number can be resumed for 30 days: up to 1 July
    assert line.save_until_at == utc("2027-07-01 16:00")
    assert line.lost_at == utc("2027-07-01 16:00")
