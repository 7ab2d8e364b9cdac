"""Ways in which a reminder could have been lost, doubled or left standing, each shut."""

from dataclasses import fields
from datetime import date, time, timedelta

import pytest

from cards.models import Card, Deadline, Event, Message, MessageReminder, Reminder, User, Watch
from cards.queries.health import is_beat_late, last_beat
from cards.services.actions import void_action
from cards.services.cards import archive_card, delete_card, restore_card, set_intent
from cards.services.dates import add_date, edit_date, meet_date
from cards.services.people import Preferences, save_preferences
from cards.services.rules import RuleFacts, set_rule
from cards.services.timetable import STALE, mark_stale, refresh
from cards.services.watches import mark_seen, mute, unmark
from cards.tasks import sign_of_life, tick
from tests.factories import act, make_card, make_plan, make_user, utc, watch_of
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

# As in test_taking.py: leads 30 24Nov, 14 10Dec, 7 17Dec, 3 21Dec, 1 23Dec, 0 24Dec; margin 25 to 31 Dec.
NEVER = utc("2026-10-01 00:00")


def card_of_december(email: str = "alice@example.org", **facts: object) -> Card:
    user = User.objects.filter(email=email).first() or make_user(email)
    return make_card(user, expires_on=date(2026, 12, 31), now=NEVER, **facts)  # type: ignore[arg-type]


def said(card: Card) -> list[str]:
    rows = Reminder.objects.filter(watch__deadline__card=card, state="said")
    return list(rows.order_by("taken_at", "pk").values_list("slot", flat=True))


def stages(days: int | None) -> RuleFacts:
    stage = {"name": "Grace", "count": days, "unit": "day", "consequence": "number"}
    return RuleFacts(counts=("top-up",), period_count=180, period_unit="day", stages=(stage,))


# A mail waits for its server, and meanwhile something happens to its card


def test_a_waiting_reminder_survives_a_change_that_leaves_its_date(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    tick(utc("2026-12-17 01:00"))
    set_rule(
        card=card, facts=stages(30), applies_from=NEVER.date(), by=card.owner, now=utc("2026-12-17 02:00")
    )
    mail_server.start()
    tick(utc("2026-12-17 03:00"))
    tick(utc("2026-12-17 04:00"))
    assert (said(card), len(mail_server.mails)) == (["lead:7"], 1)


@pytest.mark.parametrize("is_tried_between", [False, True])
def test_a_waiting_reminder_survives_the_archive_and_back(
    mail_server: MailServer, is_tried_between: bool
) -> None:
    card = make_card(make_user(), now=NEVER)
    make_plan(card, on=date(2026, 12, 1), now=NEVER)
    tick(utc("2026-12-07 01:00"))
    mail_server.stop()
    tick(utc("2026-12-08 01:00"))  # its last word, after:1
    assert Deadline.objects.get().state == "passed"
    archive_card(card=card, by=card.owner, now=utc("2026-12-08 01:30"))
    if is_tried_between:
        tick(utc("2026-12-08 02:00"))
        assert Reminder.objects.get(slot="after:1").state == "dropped"
    restore_card(card=card, by=card.owner, now=utc("2026-12-08 02:30"))
    mail_server.start()
    tick(utc("2026-12-08 03:00"))
    tick(utc("2026-12-08 04:00"))
    assert (said(card), len(mail_server.mails)) == (["lead:0", "after:1"], 2)
    assert Deadline.objects.get().state == "passed"


def test_a_reminder_silenced_while_it_waited_is_said_when_the_silence_ends(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    tick(utc("2026-12-17 01:00"))
    mute(watch=watch_of(card), by=card.owner, now=utc("2026-12-17 02:00"))
    mail_server.start()
    tick(utc("2026-12-17 03:00"))
    assert said(card) == []
    unmark(watch=watch_of(card), by=card.owner, now=utc("2026-12-17 04:00"))
    assert tick(utc("2026-12-17 04:01"))["drifted"] == 0
    assert (said(card), Reminder.objects.count()) == (["lead:7"], 3)  # 30 and 14 were superseded
    assert MessageReminder.objects.filter(is_dropped=True).count() == 1


def test_what_waits_is_not_said_after_let_it_lapse_or_seen(mail_server: MailServer) -> None:
    lapsing, seen = card_of_december(), card_of_december(label="Kuwait")
    mail_server.stop()
    tick(utc("2026-12-17 01:00"))
    set_intent(card=lapsing, intent="lapse", by=lapsing.owner, now=utc("2026-12-17 02:00"))
    mark_seen(watch=watch_of(seen), by=seen.owner, now=utc("2026-12-17 02:00"))
    mail_server.start()
    tick(utc("2026-12-17 03:00"))
    assert mail_server.mails == []
    set_intent(card=lapsing, intent="keep", by=lapsing.owner, now=utc("2026-12-18 02:00"))
    tick(utc("2026-12-18 02:01"))
    assert (said(lapsing), said(seen)) == (["lead:7"], [])


def test_a_mail_server_away_for_a_week_still_gets_what_is_true(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    tick(utc("2026-11-24 01:00"))
    for day in (25, 26, 28, 30):
        tick(utc(f"2026-11-{day} 01:00"))
    tick(utc("2026-12-01 01:00"))
    mail_server.start()
    tick(utc("2026-12-01 02:00"))
    assert (said(card), Message.objects.get().state) == (["lead:30"], "sent")


def test_mail_goes_to_the_address_that_the_person_has_now(mail_server: MailServer) -> None:
    card = card_of_december()
    mail_server.stop()
    tick(utc("2026-12-17 01:00"))
    User.objects.filter(pk=card.owner_id).update(email="new@example.org")
    mail_server.start()
    tick(utc("2026-12-17 02:00"))
    assert [mail["To"] for mail in mail_server.mails] == ["new@example.org"]
    assert Message.objects.get().address == "new@example.org"


def test_a_card_or_person_deleted_while_a_mail_waits_stops_only_that(mail_server: MailServer) -> None:
    cards = [card_of_december(f"{name}@example.org") for name in ("alice", "bob", "eve")]
    both = card_of_december("bob@example.org", label="Kuwait")
    mail_server.stop()
    tick(utc("2026-12-17 01:00"))
    delete_card(card=cards[0])
    delete_card(card=cards[1])
    cards[2].owner.delete()
    mail_server.start()
    tick(utc("2026-12-17 02:00"))
    assert [mail["To"] for mail in mail_server.mails] == ["bob@example.org"]
    assert mail_server.mails[0]["Subject"].startswith("Kuwait")
    assert said(both) == ["lead:7"]
    assert sorted(Message.objects.values_list("state", flat=True)) == ["sent", "stopped"]


def test_an_account_that_is_not_active_is_still_reminded(mail_server: MailServer) -> None:
    # Who can't sign in can still keep a number alive; deleting the card or the account ends it.
    card = card_of_december()
    User.objects.update(is_active=False)
    tick(utc("2026-12-17 01:00"))
    assert said(card) == ["lead:7"]


# After the end


def test_a_loss_that_was_put_off_is_said_again_when_it_comes(mail_server: MailServer) -> None:
    card = card_of_december()
    for days, now in ((5, NEVER), (20, utc("2027-01-08 00:00"))):
        set_rule(card=card, facts=stages(days), applies_from=NEVER.date(), by=card.owner, now=now)
        for _ in range(60):
            watch = watch_of(card)
            if watch.next_at is None or watch.next_at > utc("2027-01-25 00:00"):
                break
            tick(max(now, watch.next_at))
    assert [slot for slot in said(card) if slot == "lost"] == ["lost", "lost"]
    assert said(card)[-1] == "lost"
    assert Event.objects.filter(card=card, kind="date-reached").count() == 1
    assert Event.objects.filter(card=card, kind="number-lost").count() == 2


def test_another_margin_after_the_end_repeats_nothing(mail_server: MailServer) -> None:
    card = card_of_december()
    tick(utc("2027-01-03 01:00"))
    Card.objects.filter(pk=card.pk).update(margin_days=2)
    refresh(card, utc("2027-01-03 02:00"))
    tick(utc("2027-01-03 03:00"))
    assert (said(card), watch_of(card).slot) == (["after:3"], "after:4")


@pytest.mark.parametrize("is_muted", [False, True])
def test_an_end_with_nothing_more_to_say_passes_by_itself_and_is_no_drift(
    mail_server: MailServer, is_muted: bool
) -> None:
    card = make_card(make_user(), now=NEVER)
    make_plan(card, on=date(2026, 12, 1), intent="let-end", now=NEVER)
    if is_muted:
        mute(watch=watch_of(card, "plan-end"), by=card.owner, now=NEVER)
    tick(utc("2026-12-07 01:00"))
    tick(utc("2026-12-07 16:00"))
    assert Deadline.objects.get().state == "passed"
    assert [tick(utc(f"2026-12-{day} 16:00"))["drifted"] for day in (10, 11, 12)] == [0, 0, 0]
    assert Event.objects.filter(kind="date-reached").count() == 1
    assert not Event.objects.filter(kind="drift").exists()


def test_the_question_for_a_date_comes_back_when_the_date_is_undone(mail_server: MailServer) -> None:
    card = make_card(make_user(), purposes=("number-keeping",), now=utc("2026-12-01 00:00"))
    tick(utc("2026-12-08 01:00"))
    reading = act(
        card, "reading", on=date(2026, 12, 9), now=utc("2026-12-09 00:00"), expires_on=date(2027, 9, 1)
    )
    tick(utc("2027-01-07 01:00"))
    void_action(action=reading, by=card.owner, now=utc("2027-01-10 00:00"))
    tick(utc("2027-01-10 00:01"))
    assert (said(card), watch_of(card, "ask-validity").slot) == (["ask:1", "ask:2"], "ask:3")


# One bad row, too much work, a clock that was wrong


def test_dates_that_cannot_be_worked_out_never_hold_up_a_reminder(mail_server: MailServer) -> None:
    card = make_card(make_user(), now=NEVER)
    make_plan(card, on=date(2026, 12, 1), now=NEVER)
    bad = make_plan(card, on=date(2027, 12, 1), now=NEVER)
    type(bad).objects.filter(pk=bad.pk).update(period_unit="year", period_count=9_999)
    report = tick(utc("2026-12-08 01:00"))  # the first plan's last word: then the card is worked out anew
    assert (said(card), report["taken"]["poisoned"]) == (["after:1"], 0)
    assert report["drifted"] == 1
    assert tick(utc("2026-12-08 01:30"))["drifted"] == 0  # again in an hour


def test_stale_cards_are_all_done_by_one_tick_however_many() -> None:
    alice = make_user()
    cards = [make_card(alice, expires_on=date(2026, 12, 31), now=NEVER) for _ in range(120)]
    User.objects.update(remind_at=time(20))
    mark_stale(Card.objects.all())
    assert tick(utc("2026-10-02 00:00"))["drifted"] == 0
    assert not Card.objects.filter(planned_at=STALE).exists()
    assert Watch.objects.filter(next_at=utc("2026-11-23 12:00")).count() == len(cards)


def test_preferences_are_saved_although_one_card_is_broken() -> None:
    alice = make_user()
    broken, good = card_of_december(), card_of_december(label="Kuwait")
    bad = make_plan(broken, on=date(2026, 12, 1), now=NEVER)
    type(bad).objects.filter(pk=bad.pk).update(period_unit="year", period_count=9_999)
    alice.refresh_from_db()
    User.objects.update(is_active=False)  # by somebody else, meanwhile
    values = {item.name: getattr(alice, item.name) for item in fields(Preferences)}
    changed = Preferences(**{**values, "remind_at": time(20)})
    save_preferences(user=alice, preferences=changed, now=utc("2026-10-02 00:00"))
    alice.refresh_from_db()
    assert (alice.remind_at, alice.is_active) == (time(20), False)
    assert watch_of(good).next_at == utc("2026-11-23 12:00")


def test_a_beat_from_the_future_or_of_a_failed_tick_is_no_sign_of_life() -> None:
    now = utc("2026-12-17 01:00")
    tick(now + timedelta(days=900))
    assert is_beat_late(last_beat(), now=now)
    tick(now)
    assert not is_beat_late(last_beat(), now=now)
    later = now + timedelta(minutes=5)
    report = {"taken": "failed: OperationalError: disk full", "delivered": {}}
    sign_of_life(later, took=1, report=report)
    beat = last_beat()
    assert beat is not None
    assert (is_beat_late(beat, now=later), beat.report) == (True, report)


def test_two_people_editing_one_date_keep_what_the_other_did() -> None:
    card = card_of_december()
    by = {"by": card.owner, "now": NEVER}
    row = add_date(card=card, kind="own", due_on=date(2026, 12, 1), note="", **by)
    other = type(row).objects.get(pk=row.pk)
    meet_date(row=other, is_met=True, **by)
    edit_date(row=row, kind="own", due_on=date(2026, 12, 2), note="moved", **by)
    row.refresh_from_db()
    assert (row.met_at, row.note) == (NEVER, "moved")
