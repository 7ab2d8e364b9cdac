"""The start page: what must I do next?"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cards.models import Card, Message, MessageKind, MessageState, User
from cards.queries.start import TILES, start_page
from cards.services.cards import archive_card, set_intent
from cards.services.dates import add_date
from tests.factories import NOW, client_of, make_card, make_operator, make_plan, make_user

pytestmark = pytest.mark.django_db


def labels(user: User) -> list[str]:
    return [tile.card.label for tile in start_page(user, now=NOW).tiles]


def page_of(user: User, path: str = "/") -> str:
    with time_machine.travel(NOW, tick=False):
        response = client_of(user).get(path)
    assert response.status_code == 200
    return response.content.decode()


def fail_a_reminder(user: User, **fields: object) -> Message:
    values = {
        "kind": MessageKind.REMINDER, "user": user, "address": user.email, "state": MessageState.FAILED,
        "subject": "Bahrain: 3 days left", "error": "550 no such <mailbox>", "message_id": "<1@test>",
        "created_at": NOW - timedelta(hours=1), "next_try_at": NOW,
    }  # fmt: skip
    return Message.objects.create(**{**values, **fields})


def test_a_person_without_cards_is_offered_the_first_one() -> None:
    text = page_of(make_user())
    assert "Never lose a number again" in text
    assert 'href="/cards/add/"' in text


def test_without_an_account_the_page_asks_to_sign_in() -> None:
    response = Client().get("/")
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/")


def test_what_is_over_or_due_comes_first_then_the_rest_by_urgency_and_what_is_lost_last() -> None:
    alice = make_user()
    grace = ({"name": "Grace", "count": 10, "unit": "day", "consequence": "number"},)
    old = NOW - timedelta(days=200)
    make_card(alice, label="far", expires_on=date(2027, 9, 1))
    make_card(alice, label="nothing")
    make_card(alice, label="asked", purposes=("number-keeping",), now=old)
    make_card(alice, label="soon", expires_on=date(2026, 12, 20))
    make_card(alice, label="due", expires_on=date(2026, 12, 3))
    make_card(alice, label="over", expires_on=date(2026, 11, 28), now=old)
    make_card(alice, label="lost", expires_on=date(2026, 10, 1), now=old, period=(90, "day"), stages=grace)
    assert labels(alice) == ["over", "due", "asked", "soon", "far", "nothing", "lost"]


def test_a_tile_says_countdown_date_both_places_safe_date_consequence_and_next_step() -> None:
    alice = make_user()
    card = make_card(
        alice,
        label="Bank codes",
        number="+97336123456",
        operator=make_operator("Batelco", "BH"),
        expires_on=date(2026, 12, 31),
        period=(180, "day"),
        stages=({"name": "Grace", "count": 30, "unit": "day", "consequence": "number"},),
    )
    text = page_of(alice)
    for words in (
        "<strong>30</strong>",
        "days left",
        "Thu, 31 Dec 2026",
        "(Bahrain)",
        "On your clock it ends Fri, 1 Jan 2027 05:00.",
        "Do it by <strong>Thu, 24 Dec 2026</strong>",
        "Number lost after Sat, 30 Jan 2027.",
        "+973 3612 3456",
        f'href="/cards/{card.public_id}/actions/add/"',
    ):
        assert words in text


def test_each_kind_of_deadline_has_its_own_button() -> None:
    alice = make_user()
    asked = make_card(alice, purposes=("number-keeping",))
    planned = make_card(alice)
    plan = make_plan(planned, on=NOW.date())
    dated = make_card(alice)
    row = add_date(card=dated, kind="own", due_on=date(2026, 12, 9), note="Contract", by=dated.owner, now=NOW)
    text = page_of(alice)
    assert f'href="/cards/{asked.public_id}/actions/add/?kind=reading"' in text
    assert f'href="/cards/{planned.public_id}/actions/add/?plan={plan.public_id}"' in text
    assert f'action="/dates/{row.public_id}/met/"' in text


def test_a_card_that_may_lapse_is_not_urgent() -> None:
    alice = make_user()
    card = make_card(alice, expires_on=date(2026, 12, 3))
    assert start_page(alice, now=NOW).urgent == 1
    set_intent(card=card, intent="lapse", by=alice, now=NOW)
    page = start_page(alice, now=NOW)
    assert (page.urgent, page.tiles[0].stage, page.tiles[0].stage_text) == (0, "none", "let lapse")


def test_archived_cards_and_cards_of_others_are_not_shown() -> None:
    alice, bob = make_user(), make_user("bob@example.org")
    make_card(bob, label="Bob's")
    archive_card(card=make_card(alice, label="Put away"), by=alice, now=NOW)
    make_card(alice, label="Mine")
    assert labels(alice) == ["Mine"]
    text = page_of(alice)
    assert "Bob&#x27;s" not in text
    assert "Put away" not in text


def test_a_failed_reminder_is_shown_loudly_with_its_error_escaped() -> None:
    alice = make_user()
    fail_a_reminder(alice)
    fail_a_reminder(make_user("bob@example.org"), message_id="<2@test>", error="secret of bob")
    text = page_of(alice)
    assert "could not be delivered" in text
    assert "550 no such &lt;mailbox&gt;" in text
    assert "secret of bob" not in text


def test_a_failure_is_over_once_a_later_reminder_got_through() -> None:
    alice = make_user()
    fail_a_reminder(alice)
    fail_a_reminder(alice, message_id="<2@test>", state=MessageState.SENT, sent_at=NOW)
    assert start_page(alice, now=NOW).failures == ()


def test_a_reminder_that_waits_after_an_error_is_shown_but_one_just_queued_is_not() -> None:
    alice = make_user()
    waiting = fail_a_reminder(alice, state=MessageState.QUEUED, error="421 try later")
    fail_a_reminder(alice, message_id="<2@test>", state=MessageState.QUEUED, error="")
    assert start_page(alice, now=NOW).failures == (waiting,)
    assert "It is tried again on" in page_of(alice)


def fill(alice: User, count: int) -> None:
    """Add cards of each kind; by copying rows, because a thousand through the services take a minute."""
    while Card.objects.count() < min(count, 30):
        number = Card.objects.count()
        card = make_card(alice, label=f"Card {number}", expires_on=date(2026, 12, 5))
        make_plan(card, on=NOW.date(), price=Decimal(5), currency="EUR")
    copies = [
        Card(owner=alice, label=f"Copy {n}", created_at=NOW, urgent_at=NOW)
        for n in range(count - Card.objects.count())
    ]
    Card.objects.bulk_create(copies)


def test_the_page_takes_the_same_queries_and_stays_small_with_any_number_of_cards() -> None:
    alice = make_user()
    client, queries = client_of(alice), []
    for count in (1, 3, 1000):
        fill(alice, count)
        with (
            CaptureQueriesContext(
                connection,
            ) as captured,
            time_machine.travel(NOW, tick=False),
        ):
            response = client.get("/")
        queries.append(len(captured))
        assert len(response.content) < 100_000
    assert len(set(queries)) == 1
    assert queries[0] <= 12
    assert f"{1000 - TILES} more cards" in response.content.decode()
