"""What the scheduler opens by itself, through the tick: check-ups, and the steps a card asks for."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card, Event, Heartbeat, Playbook, Run, User
from cards.runs import opening
from cards.runs.starting import abandon_run
from cards.services.cards import archive_card, edit_card, facts_of, set_intent
from cards.services.playbooks import retire_playbook, save_playbook
from cards.tasks import tick
from tests.factories import NOW, act, client_of, make_card, make_user, utc

from .play import Play

pytestmark = pytest.mark.django_db
OLD = utc("2026-08-01 00:00")


def opened(card: Card) -> list[tuple[str, str]]:
    rows = Run.objects.filter(card=card).order_by("pk")
    return [(row.playbook.key, str(row.opened_on)) for row in rows]


def switch(card: Card, **switches: bool) -> None:
    row = Card.objects.get(pk=card.pk)
    facts: dict[str, Any] = dict(switches)
    edit_card(card=row, facts=replace(facts_of(row), **facts), by=card.owner, now=NOW)


def days(first: str, count: int) -> None:
    for day in range(count):
        tick(utc(first) + timedelta(days=day, hours=1))


def test_a_check_up_is_opened_a_quarter_after_the_card_came_and_after_the_last_one() -> None:
    card = make_card(make_user(), now=utc("2026-09-02 12:00"))
    days("2026-12-01 00:00", 1)
    assert opened(card) == []
    days("2026-12-02 02:00", 3)
    assert opened(card) == [("check-up", "2026-12-02")]
    run = Run.objects.get()
    assert run.by is None and Event.objects.get(kind="run-opened").by is None
    assert card.deadlines.get(kind="check-up").ends_on == date(2026, 12, 16)
    play = Play(card, run, utc("2026-12-10 00:00"))
    play.does("log-in")
    for step in play.standing.playbook.steps[1:]:
        play.skips(step.key)
    assert play.is_done
    days("2027-03-02 00:00", 3)
    assert len(opened(card)) == 1
    days("2027-03-09 00:00", 3)
    assert opened(card)[1:] == [("check-up", "2027-03-10")]


@pytest.mark.parametrize("end", ["archived", "cancelled", "ported", "lost", "lapse", "cancelling", "off"])
def test_a_card_that_is_gone_or_let_go_is_left_in_peace(end: str) -> None:
    card = make_card(make_user(), now=OLD)
    if end == "archived":
        archive_card(card=card, by=card.owner, now=NOW)
    elif end == "off":
        switch(card, has_check_ups=False)
    elif end in ("lapse", "cancelling"):
        set_intent(card=card, intent=end, by=card.owner, now=NOW)
    else:
        act(card, end, on=date(2026, 11, 1))
    days("2026-12-05 00:00", 2)
    assert opened(card) == []


def test_staff_can_say_how_often_and_for_which_cards_and_retire_it() -> None:
    card = make_card(make_user(), now=OLD, purposes=("data",))
    row = Playbook.objects.select_related("current").get(key="check-up")
    assert row.current is not None
    text = row.current.text
    staff = make_user("staff@example.org")
    save_playbook(key="check-up", text='purposes = ["roaming"]\n' + text, by=staff, now=NOW)
    days("2026-12-05 00:00", 1)
    assert opened(card) == []
    yearly = text.replace('count = 3, unit = "month"', 'count = 1, unit = "year"')
    assert yearly != text
    save_playbook(key="check-up", text=yearly, by=staff, now=NOW)
    days("2026-12-07 00:00", 1)
    assert opened(card) == []
    save_playbook(key="check-up", text=text, by=staff, now=NOW)
    retire_playbook(playbook=Playbook.objects.get(key="check-up"), is_retired=True, now=NOW)
    days("2026-12-09 00:00", 1)
    assert opened(card) == []
    retire_playbook(playbook=Playbook.objects.get(key="check-up"), is_retired=False, now=NOW)
    days("2026-12-11 00:00", 1)
    assert opened(card) == [("check-up", "2026-12-11")]


def number_card(alice: User, **switches: bool) -> Card:
    card = make_card(
        alice, now=NOW, purposes=("number-keeping",), period=(180, "day"), expires_on=date(2027, 3, 1)
    )
    switch(card, has_check_ups=False, **switches)
    return card


def test_the_fitting_steps_open_with_the_first_reminder_where_that_is_switched_on() -> None:
    alice = make_user()
    asks, silent = number_card(alice, opens_runs=True), number_card(alice)
    # Safe date 22 Feb, first lead 30 days before, at 09:00 in Shanghai.
    days("2027-01-20 04:00", 3)
    assert opened(asks) == []
    days("2027-01-23 04:00", 2)
    assert opened(asks) == [("renew-number-keeping", "2027-01-23")]
    assert opened(silent) == []


def test_steps_that_were_given_up_are_not_opened_again_for_the_same_date() -> None:
    card = number_card(make_user(), opens_runs=True)
    days("2027-01-24 04:00", 1)
    run = Run.objects.get()
    abandon_run(run=run, reason="not now", by=card.owner, now=utc("2027-01-25 00:00"))
    days("2027-01-26 04:00", 10)
    assert len(opened(card)) == 1
    act(card, "top-up", on=date(2027, 2, 10), now=utc("2027-02-10 00:00"))
    days("2027-07-05 04:00", 2)
    assert [key for key, _day in opened(card)] == ["renew-number-keeping"] * 2


def test_one_bad_card_never_stops_the_others(caplog: pytest.LogCaptureFixture) -> None:
    alice = make_user()
    bad = make_card(alice, now=OLD, label="poison", period=(1, "day"))
    good = make_card(alice, now=OLD, label="good")
    # A rule that no program would write: working the dates out fails.
    bad.rules.update(tiers=[{"minimum": "no number", "count": 1, "unit": "day"}])
    with caplog.at_level("CRITICAL"):
        days("2026-12-05 00:00", 1)
    assert opened(good) == [("check-up", "2026-12-05")] and opened(bad) == []


def test_what_is_too_much_for_one_tick_is_gone_on_with_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(opening, "_CHUNK", 2)
    alice = make_user()
    for number in range(5):
        make_card(alice, now=OLD, label=f"Card {number}")
    first = utc("2026-12-05 00:00")
    counts = []
    for minute in range(4):
        report = tick(first + timedelta(minutes=minute))
        counts.append((Run.objects.count(), report["daily"]))
    assert counts == [(2, "2 opened, more to come"), (4, "2 opened, more to come"), (5, "done"), (5, "-")]
    assert Heartbeat.objects.get(name="daily").report == {"opened": 1}


def statements(now: datetime) -> int:
    with CaptureQueriesContext(connection) as captured:
        tick(now)
    return len(captured)


def test_an_idle_sweep_asks_nothing_of_playbooks() -> None:
    alice = make_user()
    make_card(alice, now=NOW)
    tick(NOW)
    with CaptureQueriesContext(connection) as captured:
        tick(NOW + timedelta(minutes=1))
    assert not [query for query in captured if "playbook" in query["sql"] or "cards_run" in query["sql"]]
    first = statements(NOW + timedelta(minutes=2))
    number_card(alice, opens_runs=True)
    tick(NOW + timedelta(minutes=3))
    assert statements(NOW + timedelta(minutes=4)) == first


def test_both_switches_are_on_the_cards_form() -> None:
    alice = make_user()
    card = make_card(alice)
    path = f"/cards/{card.public_id}/edit/"
    page = client_of(alice).get(path).content.decode()
    assert 'name="opens_runs"' in page and 'name="has_check_ups"' in page
    assert 'name="opens_runs"' not in client_of(alice).get("/cards/add/").content.decode()
    typed = {"label": "Bahrain", "purposes": ["data"], "form": "physical", "billing": "prepaid"}
    client_of(alice).post(path, {**typed, "opens_runs": "on"})
    card.refresh_from_db()
    assert (card.opens_runs, card.has_check_ups) == (True, False)
