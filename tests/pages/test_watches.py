"""A person's own word on one deadline."""

from datetime import date

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cards.models import Watch
from tests.factories import NOW, client_of, make_card, make_user, utc, watch_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def make_watch() -> Watch:
    """A line that ends on 31 December, margin 7: the last days begin after the 24th."""
    alice = make_user(time_zone="UTC")
    return watch_of(make_card(alice, expires_on=date(2026, 12, 31), zone="UTC", now=utc("2026-09-01")))


def post(client: Client, name: str, watch: Watch, **data: str) -> HttpResponse:
    return client.post(reverse(f"watch_{name}", args=[watch.public_id]), data)


def said(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_seen_is_quiet_up_to_the_last_days_and_the_message_says_to_when() -> None:
    watch = make_watch()
    response = post(client_of(watch.user), "seen", watch)
    assert said(response) == "Seen. Next reminder: 25 Dec 09:00 (daily up to the last day, no. 1)"


def test_a_snooze_waits_until_that_day() -> None:
    watch = make_watch()
    post(client_of(watch.user), "snooze", watch, until="2026-12-20")
    watch.refresh_from_db()
    assert (watch.snoozed_until, watch.next_at) == (date(2026, 12, 20), utc("2026-12-20 09:00"))


def test_a_snooze_can_not_pass_the_beginning_of_the_last_days() -> None:
    watch = make_watch()
    client = client_of(watch.user)
    limit = client.get(reverse("watch_snooze", args=[watch.public_id])).context["form"].limit
    assert limit == date(2026, 12, 25)
    assert post(client, "snooze", watch, until="2026-12-25").status_code == 302
    response = post(client, "snooze", watch, until="2026-12-26")
    assert response.status_code == 422
    assert response.context["form"].errors["until"] == [
        "That is too late: a reminder can wait until Fri, 25 Dec 2026 at most."
    ]


@pytest.mark.parametrize("until", ["2026-12-01", "2025-01-01", "2026-12-40", "", "soon", "\x00"])
def test_a_snooze_needs_a_day_to_come(until: str) -> None:
    watch = make_watch()
    response = post(client_of(watch.user), "snooze", watch, until=until)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["until"])
    watch.refresh_from_db()
    assert watch.snoozed_until is None


def test_muting_stops_everything_and_the_reset_brings_it_back() -> None:
    watch = make_watch()
    client = client_of(watch.user)
    planned = watch.next_at
    post(client, "mute", watch)
    watch.refresh_from_db()
    assert (watch.is_muted, watch.next_at) == (True, None)
    post(client, "reset", watch)
    watch.refresh_from_db()
    assert (watch.is_muted, watch.next_at) == (False, planned)


def test_own_leads_are_stored_falling_and_taken_back_by_an_empty_field() -> None:
    watch = make_watch()
    client = client_of(watch.user)
    post(client, "leads", watch, leads="1, 10;2 10")
    watch.refresh_from_db()
    assert (watch.leads, watch.slot) == ([10, 2, 1], "lead:10")
    assert 'value="10, 2, 1"' in client.get(reverse("watch_leads", args=[watch.public_id])).content.decode()
    post(client, "leads", watch, leads="")
    watch.refresh_from_db()
    assert watch.leads is None


@pytest.mark.parametrize(
    "leads", ["401", "-1", "1.5", "soon", "7; drop", ",".join(map(str, range(21))), "1" * 10_000, "\x00"]
)
def test_leads_that_make_no_sense_get_an_error_and_stay_in_the_field(leads: str) -> None:
    watch = make_watch()
    response = post(client_of(watch.user), "leads", watch, leads=leads)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["leads"])
    watch.refresh_from_db()
    assert watch.leads is None


def test_what_changes_at_once_is_no_link() -> None:
    watch = make_watch()
    client = client_of(watch.user)
    urls = [reverse(f"watch_{name}", args=[watch.public_id]) for name in ("seen", "mute", "reset")]
    assert [client.get(url).status_code for url in urls] == [405, 405, 405]


def test_what_is_someone_elses_is_not_there() -> None:
    watch = make_watch()
    client = client_of(make_user("bob@example.org"))
    names = ("seen", "snooze", "mute", "reset", "leads")
    answers = [post(client, name, watch, leads="1", until="2026-12-20") for name in names]
    assert [answer.status_code for answer in answers] == [404] * 5
