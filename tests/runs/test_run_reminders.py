"""What is said of a run, and when: on the day an answer is due, then each week until somebody chases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cards.models import Reminder
from cards.services.cards import archive_card
from cards.tasks import tick
from tests.factories import NOW, act, make_card, make_operator, make_user, utc

from .play import Play

pytestmark = pytest.mark.django_db


def said(kind: str) -> list[str]:
    rows = Reminder.objects.filter(watch__deadline__kind=kind).order_by("due_at", "pk")
    return [f"{row.slot} {row.due_at:%m-%d %H:%M}" for row in rows]


def ticks(first: str, last: str) -> None:
    now, end = utc(first), utc(last)
    while now <= end:
        tick(now)
        now += timedelta(hours=6)


def test_a_late_review_is_asked_about_on_its_last_day_and_each_week_until_it_is_chased() -> None:
    card = make_card(make_user(), operator=make_operator(), purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("balance", balance=Decimal(0), currency="BHD")
    play.does_all("bound", "backup", "contact")
    play.does("apply", channel="phone", reason="left", applied_on=NOW.date())
    play.does("identity")
    # 15 working days over the national days: 24 December; nobody is told before.
    ticks("2026-12-01 13:00", "2027-01-02 01:00")
    assert said("wait") == ["lead:0 12-24 01:00", "chase:1 12-25 01:00", "chase:2 01-01 01:00"]
    play.now = utc("2027-01-02 02:00")
    play.chases("review", promised_on=date(2027, 1, 20))
    ticks("2027-01-02 07:00", "2027-01-20 07:00")
    assert said("wait")[3:] == ["lead:0 01-20 01:00"]
    play.now = utc("2027-01-20 08:00")
    play.does("review")
    ticks("2027-01-20 13:00", "2027-02-20 07:00")
    assert len(said("wait")) == 4


def test_a_payment_that_is_to_be_checked_is_asked_about_from_the_day_on_which_it_should_be_there() -> None:
    card = make_card(make_user(), operator=make_operator(), purposes=("number-keeping",))
    play = Play.of(card, "top-up")
    play.does_all("open-app", "promotions")
    play.does("pay", amount=Decimal(5), currency="BHD")
    ticks("2026-12-01 07:00", "2026-12-04 07:00")
    assert said("verify") == ["lead:0 12-02 01:00", "chase:1 12-03 01:00"]
    play.now = utc("2026-12-04 08:00")
    play.not_yet("check")
    ticks("2026-12-04 13:00", "2026-12-06 07:00")
    assert said("verify")[2:] == ["lead:0 12-05 01:00", "chase:1 12-06 01:00"]


def test_a_card_put_into_the_archive_asks_nothing_more() -> None:
    card = make_card(make_user(), purposes=("number-keeping",))
    play = Play.of(card, "top-up")
    play.does_all("open-app", "promotions")
    play.does("pay", amount=Decimal(5), currency="BHD")
    archive_card(card=card, by=card.owner, now=NOW)
    ticks("2026-12-01 07:00", "2026-12-14 07:00")
    assert said("verify") == []


def test_an_answer_is_waited_for_from_the_application_whatever_else_is_left() -> None:
    card = make_card(make_user(), operator=make_operator(), purposes=("roaming",))
    play = Play.of(card, "cancel-roaming")
    play.does("apply", channel="phone", reason="left", applied_on=NOW.date())
    # Identity, backup and the rest are not ticked yet: the review has begun all the same.
    assert play.ends("wait") == "2026-12-24"


def test_a_check_up_is_asked_about_twice_and_never_again() -> None:
    Play.of(make_card(make_user()), "check-up")
    ticks("2026-12-01 07:00", "2027-02-28 07:00")
    assert said("check-up") == ["lead:0 12-15 01:00", "after:1 12-16 01:00"]


def test_a_card_that_is_gone_is_renewed_no_more_also_where_steps_were_left_open() -> None:
    card = make_card(make_user(), purposes=("number-keeping",), expires_on=date(2026, 12, 31))
    play = Play.of(card, "top-up")
    play.does_all("open-app", "promotions")
    play.does("pay", amount=Decimal(5), currency="BHD")
    assert play.ends("verify") == "2026-12-02"
    act(card, "cancelled", on=NOW.date())
    assert play.ends("verify") == "none"
