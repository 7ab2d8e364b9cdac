"""What sweeps and people at once must not do. Run on PostgreSQL by .ci/run (marker `concurrency`)."""

from datetime import date, time, timedelta

import pytest

from cards.models import Card, Deadline, Message, Reminder, User, Watch
from cards.services.cards import delete_card
from cards.services.timetable import mark_stale, refresh, replan
from cards.services.watches import mark_seen, snooze
from cards.tasks import tick
from tests.factories import act, make_card, make_plan, make_user, utc
from tests.mail_server import MailServer
from tests.test_concurrency import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

KNOWN = utc("2026-10-01 00:00")
DUE = utc("2026-12-17 01:00")


def cards_due(count: int, **facts: object) -> list[Card]:
    return [
        make_card(
            make_user(f"p{n}@example.org"), expires_on=date(2026, 12, 31), now=KNOWN, **facts  # type: ignore[arg-type]
        )
        for n in range(count)
    ]  # fmt: skip


def assert_all_well(results: list[object], now: object) -> None:
    assert [r for r in results if isinstance(r, Exception)] == []
    assert [r for r in results if isinstance(r, dict) and "failed: " in str(r)] == []
    for card in Card.objects.all():
        assert refresh(card, now).changed == []  # type: ignore[arg-type]


def test_two_sweeps_beside_a_snooze_say_it_once_or_on_its_day(mail_server: MailServer) -> None:
    cards = cards_due(12)
    watches = list(Watch.objects.select_related("deadline__card", "user").order_by("pk"))
    snoozes = [
        lambda w=watch: snooze(watch=w, until=date(2026, 12, 19), by=w.user, now=DUE) for watch in watches
    ]
    results = at_once(lambda: tick(DUE), lambda: tick(DUE, holder="hand"), *snoozes)
    tick(DUE)
    assert_all_well(results, DUE)
    assert set(Watch.objects.values_list("slot", flat=True)) == {"snooze:2026-12-19"}
    tick(utc("2026-12-19 01:00"))
    # Said before the snooze or not at all; and then each once on the day.
    leads = Reminder.objects.filter(slot="lead:7", state="said").count()
    assert len(mail_server.mails) == leads + len(cards)
    assert not Reminder.objects.filter(state="taken").exists()


def test_a_replan_beside_sweeps_loses_and_doubles_nothing(mail_server: MailServer) -> None:
    cards = cards_due(8)
    people = list(User.objects.all())
    tick(utc("2026-12-10 01:00"))
    before = len(mail_server.mails)
    User.objects.update(remind_at=time(9, 30))
    mark_stale(Card.objects.all())
    replans = [lambda p=person: replan(p.cards.all(), DUE) for person in people]
    results = at_once(lambda: tick(DUE), lambda: tick(DUE, holder="hand"), *replans)
    assert_all_well(results, DUE)
    tick(DUE + timedelta(minutes=30))
    assert Reminder.objects.filter(slot="lead:7", state="said").count() == len(cards)
    told = [mail["To"] for mail in mail_server.mails[before:]]
    assert sorted(told) == sorted(card.owner.email for card in cards)


def test_a_sweep_that_ends_deadlines_and_people_who_act_do_not_wait_for_each_other(
    mail_server: MailServer,
) -> None:
    """The last word of a plan, its end noted, and an entry beside: three ways to lock one card."""
    for turn in range(6):
        Card.objects.all().delete()
        User.objects.all().delete()
        cards = cards_due(6)
        for card in cards:
            make_plan(card, on=date(2026, 12, 10), now=KNOWN)
        now = utc("2026-12-18 01:00") + timedelta(seconds=turn)
        acts = [
            lambda c=card, n=now: act(c, "top-up", on=date(2026, 12, 17), now=n) for card in cards
        ]  # fmt: skip
        results = at_once(lambda n=now: tick(n), lambda n=now: tick(n, holder="hand"), *acts)
        tick(now)
        assert_all_well(results, now)
        assert set(Deadline.objects.filter(kind="plan-end").values_list("state", flat=True)) == {"passed"}


def test_seen_and_an_entry_at_once_keep_both(mail_server: MailServer) -> None:
    cards = cards_due(6)
    watches = list(Watch.objects.select_related("deadline__card", "user").order_by("pk"))
    jobs = [lambda w=watch: mark_seen(watch=w, by=w.user, now=DUE) for watch in watches]
    jobs += [lambda c=card: act(c, "note", on=date(2026, 12, 16), now=DUE) for card in cards]
    assert_all_well(at_once(*jobs, lambda: tick(DUE)), DUE)
    assert not Watch.objects.filter(seen_at=None).exists()
    assert set(Watch.objects.values_list("slot", flat=True)) == {"margin:1"}


def test_a_card_deleted_beside_a_sweep_is_gone_and_the_others_are_told(mail_server: MailServer) -> None:
    for turn in range(5):
        Card.objects.all().delete()
        User.objects.all().delete()
        cards = cards_due(8)
        now = DUE + timedelta(seconds=turn)
        jobs = [lambda c=card: delete_card(card=c) for card in cards[:4]]
        results = at_once(lambda n=now: tick(n), lambda n=now: tick(n, holder="hand"), *jobs)
        assert [r for r in results if isinstance(r, Exception)] == []
        tick(now + timedelta(minutes=10))
        assert Card.objects.count() == 4
        assert Reminder.objects.filter(slot="lead:7", state="said").count() == 4
        assert not Message.objects.filter(state="queued").exists()
