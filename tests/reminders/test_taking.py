"""Taking reminders: once each, the most urgent after an outage, moved with their date."""

from datetime import date, timedelta

import pytest

from cards.models import Action, Card, Deadline, Message, Reminder
from cards.services.actions import ActionFacts, correct_action, void_action
from cards.services.cards import archive_card, restore_card, set_intent
from cards.services.timetable import refresh
from cards.services.watches import mark_seen, mute, snooze, unmark
from cards.tasks import tick
from tests.factories import act, make_card, make_user, utc, watch_of
from tests.mail_server import MailServer, text_of

pytestmark = pytest.mark.django_db

# No operator: the owner's zone. Shanghai is UTC+8, so 09:00 there is 01:00 UTC.
# ends 31 Dec, margin 7: act by the end of 24 Dec, base day 24 Dec; leads 30 24Nov, 14 10Dec,
# 7 17Dec, 3 21Dec, 1 23Dec, 0 24Dec; margin 1..7 on 25..31 Dec.


def subjects(server: MailServer) -> list[str]:
    return [mail["Subject"] for mail in server.mails]


def slots_said(card: Card) -> list[str]:
    rows = Reminder.objects.filter(watch__deadline__card=card, state="said")
    return [row.slot for row in rows.order_by("taken_at", "pk")]


def card_of_december(**facts: object) -> Card:
    facts.setdefault("now", utc("2026-10-01 00:00"))
    return make_card(make_user(), expires_on=date(2026, 12, 31), **facts)  # type: ignore[arg-type]


def test_two_sweeps_in_a_row_send_one_mail(mail_server: MailServer) -> None:
    card = card_of_december()
    tick(utc("2026-12-17 01:00"))
    tick(utc("2026-12-17 01:00"))
    assert len(mail_server.mails) == 1
    assert slots_said(card) == ["lead:7"]


def test_every_lead_and_every_day_of_the_margin_is_said_once(mail_server: MailServer) -> None:
    card = card_of_december()
    now = utc("2026-11-20 00:30")
    while now < utc("2026-12-31 23:00"):
        tick(now)
        now += timedelta(hours=6)
    leads = [f"lead:{k}" for k in (30, 14, 7, 3, 1, 0)]
    assert slots_said(card) == leads + [f"margin:{n}" for n in range(1, 8)]


def test_after_forty_days_off_one_mail_says_the_most_urgent_and_that_it_is_late(
    mail_server: MailServer,
) -> None:
    card = card_of_december()
    tick(utc("2026-11-20 01:00"))
    tick(utc("2026-12-29 03:00"))
    assert subjects(mail_server) == ["Bahrain: 2 days left"]
    assert slots_said(card) == ["margin:5"]
    assert "This reminder is late" in text_of(mail_server.mails[0])
    superseded = Reminder.objects.filter(state="superseded").count()
    assert superseded == 10
    tick(utc("2026-12-30 01:00"))
    assert slots_said(card) == ["margin:5", "margin:6"]


def test_an_outage_beyond_the_end_still_says_something(mail_server: MailServer) -> None:
    card = card_of_december()
    tick(utc("2027-01-20 03:00"))
    assert slots_said(card) == ["after:14"]
    assert subjects(mail_server) == ["Bahrain: over for 19 days"]


def test_a_mail_server_away_for_hours_delays_but_loses_nothing(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    now = utc("2026-12-17 01:00")
    for _ in range(60):
        tick(now)
        now += timedelta(minutes=5)
    [message] = Message.objects.all()
    assert (message.state, slots_said(card)) == ("queued", [])
    assert "refused" in message.error.lower()
    mail_server.start()
    tick(now + timedelta(minutes=10))
    assert subjects(mail_server) == ["Bahrain: 14 days left"]
    assert slots_said(card) == ["lead:7"]


def test_a_mail_server_away_for_days_gives_one_mail_for_one_deadline(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    for day in range(17, 25):
        tick(utc(f"2026-12-{day} 01:00"))
    mail_server.start()
    tick(utc("2026-12-24 05:00"))
    assert subjects(mail_server) == ["Bahrain: 7 days left"]
    assert slots_said(card) == ["lead:0"]


def test_one_bad_recipient_among_many_stops_nobody_else(mail_server: MailServer) -> None:
    mail_server.refuse.add("person3@example.org")
    mail_server.put_off.add("person5@example.org")
    for n in range(8):
        make_card(
            make_user(f"person{n}@example.org"),
            expires_on=date(2026, 12, 31),
            now=utc("2026-10-01 00:00"),
        )
    tick(utc("2026-12-17 01:00"))
    assert {mail["To"] for mail in mail_server.mails} == {
        f"person{n}@example.org" for n in (0, 1, 2, 4, 6, 7)
    }
    assert Message.objects.get(address="person3@example.org").state == "failed"
    assert "no such mailbox" in Message.objects.get(address="person3@example.org").error
    mail_server.put_off.clear()
    tick(utc("2026-12-17 01:30"))
    assert len(mail_server.to("person5@example.org")) == 1


def test_several_cards_of_one_person_come_in_one_mail(mail_server: MailServer) -> None:
    alice = make_user()
    for label in ("Bahrain", "Kuwait", "giffgaff"):
        make_card(alice, label=label, expires_on=date(2026, 12, 31), now=utc("2026-10-01 00:00"))
    tick(utc("2026-12-17 01:00"))
    assert subjects(mail_server) == ["Bahrain: 14 days left (and 2 more cards)"]


def test_a_moved_expiry_moves_its_reminders(mail_server: MailServer) -> None:
    card = card_of_december()
    act(card, "reading", on=date(2026, 12, 16), now=utc("2026-12-16 00:00"), expires_on=date(2027, 6, 30))
    tick(utc("2026-12-17 01:00"))
    tick(utc("2026-12-24 01:00"))
    assert subjects(mail_server) == []
    assert watch_of(card).slot == "lead:30"


def test_a_message_taken_before_the_date_moved_is_stopped(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    tick(utc("2026-12-17 01:00"))
    act(card, "reading", on=date(2026, 12, 17), now=utc("2026-12-17 01:02"), expires_on=date(2027, 6, 30))
    mail_server.start()
    tick(utc("2026-12-17 01:05"))
    assert subjects(mail_server) == []
    assert Message.objects.get().state == "stopped"
    assert Reminder.objects.get(slot="lead:7").state == "dropped"


def test_edited_there_and_back_repeats_nothing_and_skips_nothing(mail_server: MailServer) -> None:
    card = card_of_december()
    tick(utc("2026-12-10 01:00"))
    reading = Action.objects.get(card=card, kind="reading")
    there = correct_action(
        action=reading,
        facts=ActionFacts(kind="reading", acted_on=reading.acted_on, expires_on=date(2027, 1, 31)),
        by=card.owner,
        now=utc("2026-12-11 01:00"),
    )
    correct_action(
        action=there,
        facts=ActionFacts(kind="reading", acted_on=reading.acted_on, expires_on=date(2026, 12, 31)),
        by=card.owner,
        now=utc("2026-12-12 01:00"),
    )
    tick(utc("2026-12-16 23:00"))
    assert slots_said(card) == ["lead:14"]
    tick(utc("2026-12-17 01:00"))
    assert slots_said(card) == ["lead:14", "lead:7"]
    assert Deadline.objects.get(card=card, kind="line").cycle == 3


def test_an_action_undone_before_the_lead_leaves_the_lead_in_its_place(mail_server: MailServer) -> None:
    card = card_of_december(period=(180, "day"))
    tick(utc("2026-12-10 01:00"))
    topup = act(card, "top-up", on=date(2026, 12, 14), now=utc("2026-12-14 03:00"))
    void_action(action=topup, by=card.owner, now=utc("2026-12-15 03:00"))
    tick(utc("2026-12-16 23:00"))
    assert slots_said(card) == ["lead:14"]
    tick(utc("2026-12-17 01:00"))
    assert slots_said(card) == ["lead:14", "lead:7"]


def test_an_action_undone_after_the_lead_sends_it_at_once(mail_server: MailServer) -> None:
    card = card_of_december(period=(180, "day"))
    tick(utc("2026-12-10 01:00"))
    topup = act(card, "top-up", on=date(2026, 12, 16), now=utc("2026-12-16 03:00"))
    tick(utc("2026-12-17 01:00"))
    assert slots_said(card) == ["lead:14"]
    void_action(action=topup, by=card.owner, now=utc("2026-12-18 03:00"))
    tick(utc("2026-12-18 03:01"))
    assert slots_said(card) == ["lead:14", "lead:7"]


def test_two_undos_bring_the_first_state_back(mail_server: MailServer) -> None:
    card = card_of_december(period=(180, "day"))
    first = act(card, "top-up", on=date(2026, 12, 5), now=utc("2026-12-05 03:00"))
    second = act(card, "top-up", on=date(2026, 12, 6), now=utc("2026-12-06 03:00"))
    deadline = Deadline.objects.get(card=card, kind="line")
    assert deadline.ends_on == date(2027, 6, 4)
    void_action(action=second, by=card.owner, now=utc("2026-12-07 03:00"))
    void_action(action=first, by=card.owner, now=utc("2026-12-07 03:01"))
    deadline.refresh_from_db()
    assert deadline.ends_on == date(2026, 12, 31)
    tick(utc("2026-12-10 01:00"))
    assert slots_said(card) == ["lead:14"]


def test_undoing_an_undo_brings_the_entry_back() -> None:
    card = card_of_december(period=(180, "day"))
    topup = act(card, "top-up", on=date(2026, 12, 5), now=utc("2026-12-05 03:00"))
    void_action(action=topup, by=card.owner, now=utc("2026-12-06 03:00"))
    void = Action.objects.get(card=card, kind="void")
    void_action(action=void, by=card.owner, now=utc("2026-12-07 03:00"))
    assert Deadline.objects.get(card=card, kind="line").ends_on == date(2027, 6, 3)


def test_seen_silences_up_to_the_margin_and_not_inside(mail_server: MailServer) -> None:
    card = card_of_december()
    mark_seen(watch=watch_of(card), by=card.owner, now=utc("2026-12-01 00:00"))
    for day in range(10, 25):
        tick(utc(f"2026-12-{day} 01:00"))
    assert slots_said(card) == []
    tick(utc("2026-12-25 01:00"))
    assert slots_said(card) == ["margin:1"]


def test_a_snooze_speaks_on_its_day_and_mute_is_reversible(mail_server: MailServer) -> None:
    card = card_of_december()
    watch = watch_of(card)
    snooze(watch=watch, until=date(2026, 12, 19), by=card.owner, now=utc("2026-12-15 00:00"))
    for day in range(16, 20):
        tick(utc(f"2026-12-{day} 01:00"))
    assert slots_said(card) == ["snooze:2026-12-19"]
    mute(watch=watch_of(card), by=card.owner, now=utc("2026-12-20 00:00"))
    tick(utc("2026-12-21 01:00"))
    assert slots_said(card) == ["snooze:2026-12-19"]
    unmark(watch=watch_of(card), by=card.owner, now=utc("2026-12-22 00:00"))
    tick(utc("2026-12-23 01:00"))
    assert slots_said(card)[-1] == "lead:1"


def test_letting_lapse_stops_reminders_and_keeping_starts_them_again(mail_server: MailServer) -> None:
    card = card_of_december()
    set_intent(card=card, intent="lapse", by=card.owner, now=utc("2026-12-16 00:00"))
    tick(utc("2026-12-17 01:00"))
    tick(utc("2026-12-26 01:00"))
    assert slots_said(card) == []
    set_intent(card=card, intent="keep", by=card.owner, now=utc("2026-12-26 02:00"))
    tick(utc("2026-12-26 02:01"))
    assert slots_said(card) == ["margin:2"]


def test_an_archived_card_is_silent_until_it_is_restored(mail_server: MailServer) -> None:
    card = card_of_december()
    archive_card(card=card, by=card.owner, now=utc("2026-12-16 00:00"))
    tick(utc("2026-12-17 01:00"))
    assert slots_said(card) == []
    restore_card(card=card, by=card.owner, now=utc("2026-12-18 00:00"))
    tick(utc("2026-12-18 00:01"))
    assert slots_said(card) == ["lead:7"]


def test_refresh_is_idempotent_at_every_turn(mail_server: MailServer) -> None:
    card = card_of_december(period=(180, "day"))
    now = utc("2026-12-01 00:30")
    while now < utc("2027-05-01 00:00"):
        tick(now)
        assert refresh(card, now).changed == []
        now += timedelta(days=3)


def test_a_number_without_a_date_is_asked_about_on_day_seven_then_every_thirty(
    mail_server: MailServer,
) -> None:
    card = make_card(make_user(), purposes=("number-keeping",), now=utc("2026-12-01 00:00"))
    now = utc("2026-12-01 00:30")
    while now < utc("2027-02-15 00:00"):
        tick(now)
        now += timedelta(hours=12)
    assert slots_said(card) == ["ask:1", "ask:2", "ask:3"]
    rows = Reminder.objects.order_by("taken_at").values_list("due_at", flat=True)
    assert [str(row.date()) for row in rows] == ["2026-12-08", "2027-01-07", "2027-02-06"]
    act(card, "reading", on=date(2027, 2, 10), now=utc("2027-02-10 00:00"), expires_on=date(2027, 12, 31))
    assert Deadline.objects.get(card=card, kind="ask-validity").state == "met"
