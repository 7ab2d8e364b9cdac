"""A card's page: deadlines, reminders, plans, rule, facts, history."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Action, Card, Event, EventKind, Watch
from cards.queries.sight import Reader
from cards.queries.slots import slot_text
from cards.queries.timeline import timeline, undone_of
from cards.services.actions import ActionFacts, correct_action, void_action
from cards.services.dates import add_date, meet_date
from cards.services.rules import RuleFacts, set_rule
from cards.services.subscriptions import close_subscription
from cards.services.watches import mute, snooze
from tests.factories import NOW, act, client_of, make_card, make_operator, make_plan, make_user, watch_of

pytestmark = pytest.mark.django_db

READER = Reader(language="en", zone="Asia/Shanghai")
GRACE = ({"name": "Grace", "count": 30, "unit": "day", "consequence": "number"},)


def text_of(card: Card, query: str = "") -> str:
    with time_machine.travel(NOW, tick=False):
        response = client_of(card.owner).get(f"/cards/{card.public_id}/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def history(card: Card, page: int = 1) -> list[str]:
    return [item.title for item in timeline(card, undone_of(card), page=page, reader=READER).items]


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ("lead:3", "3 days before"),
        ("lead:1", "1 day before"),
        ("lead:0", "on the last safe day"),
        ("lead:12h", "12 hours before"),
        ("lead:0h", "at once"),
        ("margin:2", "daily up to the last day, no. 2"),
        ("after:3", "day 3 after the end"),
        ("lost", "when it can no longer be saved"),
        ("ask:2", "the question for the date, no. 2"),
        ("ask-lost", "the question whether it is lost"),
        ("chase:2", "not done yet, reminder 2"),
        ("snooze:2026-12-03", "after the snooze until Thu, 3 Dec 2026"),
        ("lead:x", "lead:x"),
        ("new-word", "new-word"),
    ],
)
def test_every_slot_has_words(slot: str, words: str) -> None:
    assert slot_text(slot, READER) == words


def test_the_leading_deadline_says_date_places_safe_date_consequence_and_next_reminder() -> None:
    card = make_card(
        make_user(),
        expires_on=date(2026, 12, 31),
        operator=make_operator(),
        period=(180, "day"),
        stages=GRACE,
    )
    text = text_of(card)
    for words in (
        "<strong>30</strong> <span>days left</span>",
        "<strong>Thu, 31 Dec 2026</strong></time> (Bahrain)",
        "On your clock it ends Fri, 1 Jan 2027 05:00.",
        "Do it by <strong>Thu, 24 Dec 2026</strong> to be safe.",
        "Number lost after Sat, 30 Jan 2027.",
        "Next reminder: 1 Dec 09:00 (30 days before)",
        "A top-up gives 180 days from that day; "
        "the day itself is not counted (1 March and 180 days is 28 August).",
        "After the end: Grace, 30 days; at stake: the number.",
    ):
        assert words in text


def test_an_assumed_place_hearsay_and_an_unconfirmed_reading_are_marked() -> None:
    alice = make_user()
    card = make_card(alice)
    rule = RuleFacts(counts=("top-up",), period_count=90, period_unit="day", confidence="C")
    set_rule(card=card, facts=rule, applies_from=date(2026, 1, 1), by=alice, now=NOW)
    act(card, "top-up", on=date(2026, 11, 1), amount=Decimal(1), currency="EUR")
    text = text_of(card)
    assert "hearsay: ask the operator" in text
    assert "place assumed" in text
    assert "hearsay</span>" in text

    firm = make_card(alice, period=(90, "day"), operator=make_operator())
    act(firm, "top-up", on=date(2026, 11, 1))
    act(firm, "reading", on=date(2026, 11, 2), expires_on=date(2027, 6, 1))
    assert "Somebody read Tue, 1 Jun 2027, later than the rule allows." in text_of(firm)


def test_plans_show_their_terms_and_end_and_closed_ones_can_be_opened() -> None:
    card = make_card(make_user())
    plan = make_plan(card, on=NOW.date(), name="Week", price=Decimal("4.5"), currency="USD", data_mib=1536)
    old = make_plan(card, on=date(2026, 10, 1), name="Old")
    close_subscription(subscription=old, by=old.card.owner, now=NOW)
    text = text_of(card)
    assert "7 days · USD 4.50 · 1.5 GB of data" in text
    assert "from Tue, 1 Dec 2026 to Mon, 7 Dec 2026" in text
    for address in (
        f"/cards/{card.public_id}/actions/add/?plan={plan.public_id}",
        f"/plans/{plan.public_id}/edit/",
        f"/plans/{plan.public_id}/close/",
        f"/plans/{old.public_id}/reopen/",
    ):
        assert f'"{address}"' in text


def test_own_dates_can_be_met_and_those_met_are_listed() -> None:
    card = make_card(make_user())
    row = add_date(
        card=card, kind="identity", due_on=date(2027, 1, 5), note="Passport", by=card.owner, now=NOW
    )
    text = text_of(card)
    assert "Identity re-check: Passport" in text
    assert f'action="/dates/{row.public_id}/met/"' in text
    meet_date(row=row, is_met=True, by=card.owner, now=NOW)
    text = text_of(card)
    assert "Dates that are done" in text
    assert 'name="undo"' in text


def test_the_persons_word_on_a_reminder_is_shown_and_can_be_taken_back() -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1), period=(180, "day"))
    watch = watch_of(card)
    addresses = [f"/watches/{watch.public_id}/{what}/" for what in ("seen", "snooze", "mute", "leads")]
    assert [address in text_of(card) for address in addresses] == [True] * 4
    assert f"/watches/{watch.public_id}/reset/" not in text_of(card)
    snooze(watch=watch, until=date(2027, 1, 10), by=card.owner, now=NOW)
    assert "snoozed until Sun, 10 Jan 2027" in text_of(card)
    mute(watch=Watch.objects.get(), by=card.owner, now=NOW)
    text = text_of(card)
    assert "Muted: nothing reminds you of this." in text
    assert f"/watches/{watch.public_id}/reset/" in text


def test_history_mixes_actions_and_events_newest_first() -> None:
    card = make_card(make_user(), now=NOW - timedelta(days=9))
    act(card, "sms", on=date(2026, 11, 30))
    act(card, "top-up", on=date(2026, 11, 10))
    Event.objects.create(card=card, kind=EventKind.REMINDER_SENT, happened_at=NOW, details={"slot": "lead:7"})
    assert history(card) == ["Reminder sent", "SMS sent", "Card added", "Top-up"]
    assert "7 days before" in text_of(card)


def test_an_undone_entry_is_struck_through_and_its_undoing_can_be_taken_back() -> None:
    card = make_card(make_user())
    entry = act(card, "top-up", on=date(2026, 11, 10), expires_on=date(2027, 2, 8))
    assert "new expiry Mon, 8 Feb 2027" in text_of(card)
    void_action(action=entry, by=card.owner, now=NOW)
    void = Action.objects.get(voids=entry)
    text = text_of(card)
    assert "is-void" in text
    assert history(card) == ["Undone: Top-up", "Card added", "Top-up"]
    assert f"/actions/{void.public_id}/undo/" in text
    assert f"/actions/{entry.public_id}/undo/" not in text


def test_a_corrected_entry_stands_beside_the_one_it_replaces() -> None:
    card = make_card(make_user())
    entry = act(card, "top-up", on=date(2026, 11, 10), expires_on=date(2027, 2, 8))
    facts = ActionFacts(kind="top-up", acted_on=date(2026, 11, 11), amount=Decimal(7), currency="EUR")
    new = correct_action(action=entry, facts=facts, by=card.owner, now=NOW)
    assert history(card) == ["Card added", "Top-up (corrected)", "Top-up"]
    assert f"/actions/{new.public_id}/correct/" in text_of(card)


def test_a_rule_that_was_undone_is_not_shown() -> None:
    card = make_card(make_user(), period=(180, "day"))
    assert "gives 180 days" in text_of(card)
    void_action(action=Action.objects.get(kind="rule-changed"), by=card.owner, now=NOW)
    assert "No rule: dates come from readings only." in text_of(card)


def test_what_a_person_typed_is_escaped() -> None:
    nasty = "<script>alert(1)</script>"
    card = make_card(make_user(), label=nasty, seller=nasty, note=nasty, operator=make_operator(nasty, "BH"))
    act(card, "note", on=NOW.date(), note=nasty)
    assert "<script>alert" not in text_of(card)


def test_a_long_history_has_pages_and_a_senseless_page_is_the_first() -> None:
    card = make_card(make_user(), note="x" * 4000)
    Action.objects.bulk_create(
        Action(card=card, kind="sms", acted_on=date(2026, 1, 1), note="y" * 4000, recorded_at=NOW)
        for _ in range(90)
    )
    assert [len(history(card, page)) for page in (1, 2, 3, 4, 5)] == [30, 30, 30, 1, 0]
    text = text_of(card, "?page=2")
    assert '"?page=1#history"' in text
    assert '"?page=3#history"' in text
    assert len(text) < 100_000
    for query in ("?page=x", "?page=-1", "?page=0", "?page=99999999999999999999", "?page=٣"):
        assert "Older" in text_of(card, query)


def test_the_page_takes_the_same_queries_with_any_history() -> None:
    card = make_card(make_user(), expires_on=date(2027, 3, 1), period=(180, "day"), operator=make_operator())
    client, queries = client_of(card.owner), []
    for count in (1, 3, 300):
        while Action.objects.filter(kind="sms").count() < min(count, 9):
            undone = act(card, "sms", on=date(2026, 11, 5))
            void_action(action=undone, by=card.owner, now=NOW)
            act(card, "top-up", on=date(2026, 11, 5), expires_on=date(2027, 3, 1))
            make_plan(card, on=NOW.date())
            add_date(card=card, kind="own", due_on=date(2027, 1, 1), note="", by=card.owner, now=NOW)
        Event.objects.bulk_create(
            Event(card=card, kind="date-changed", happened_at=NOW, by=card.owner) for _ in range(count)
        )
        with CaptureQueriesContext(connection) as captured, time_machine.travel(NOW, tick=False):
            response = client.get(f"/cards/{card.public_id}/")
        queries.append(len(captured))
        assert len(response.content) < 100_000
    assert len(set(queries)) == 1
    assert queries[0] <= 20


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_speaks_the_persons_language(language: str) -> None:
    card = make_card(make_user(language=language), expires_on=date(2026, 12, 31))
    assert ("2026年12月31日" in text_of(card)) is (language == "zh-hans")


def test_a_card_of_somebody_else_is_not_there() -> None:
    card = make_card(make_user("bob@example.org"))
    client: Any = client_of(make_user())
    assert client.get(f"/cards/{card.public_id}/").status_code == 404
    assert client.get("/cards/unknown/").status_code == 404
