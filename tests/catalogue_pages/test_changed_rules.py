"""A rule of the catalogue changes: its cards' owners see it, choose, and meanwhile the earlier date holds."""

from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse

from cards.models import Card, Event, EventKind, Message, Operator, Rule
from cards.services.proposals import (
    NothingProposed,
    accept_proposed_rule,
    decline_proposed_rule,
    propose_changed_rules,
)
from cards.services.rules import RuleFacts, set_rule
from cards.tasks import tick
from tests.catalogue_pages.files import EXAMPLE, example, follower, load, write
from tests.factories import NOW, act, client_of

pytestmark = pytest.mark.django_db

SHORTER = EXAMPLE.replace("count = 180", "count = 120").replace("count = 270", "count = 210")
LONGER = EXAMPLE.replace("count = 180", "count = 240").replace("count = 270", "count = 330")


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """Alice's card with the example's rule, topped up on 1 November."""
    card = follower(example(tmp_path))
    act(card, "top-up", on=date(2026, 11, 1), amount=Decimal(5), currency="BHD")
    return card


def change(folder: Path, text: str) -> int:
    write(folder, text)
    return load(folder).proposed


def line(card: Card) -> tuple[date | None, date | None]:
    row = card.deadlines.get(kind="line")
    return row.ends_on, row.proposed_on


def top_up(card: Card, day: date = date(2026, 12, 2)) -> None:
    act(card, "top-up", on=day, amount=Decimal(5), currency="BHD", now=NOW + timedelta(days=1))


def test_a_changed_rule_is_proposed_once_to_each_card_that_has_a_copy(card: Card, tmp_path: Path) -> None:
    assert change(tmp_path, SHORTER) == 1
    proposed = card.rules.get(is_proposed=True)
    # As the rule that it may replace: as if it had always been so.
    assert (proposed.period_count, proposed.applies_from) == (120, date(2026, 1, 1))
    assert proposed.by is None
    assert Event.objects.get(card=card, kind=EventKind.RULE_PROPOSED).by is None
    assert load(tmp_path).proposed == 0 and propose_changed_rules(now=NOW) == 0
    assert card.rules.filter(is_proposed=True).count() == 1


def test_until_the_choice_the_earlier_of_both_dates_holds(card: Card, tmp_path: Path) -> None:
    assert line(card) == (date(2027, 4, 30), None)  # 1 November + 180 days
    change(tmp_path, SHORTER)
    assert line(card) == (date(2027, 3, 1), date(2027, 3, 1))  # 1 November + 120 days
    top_up(card)
    assert line(card) == (date(2027, 4, 1), date(2027, 4, 1))  # 2 December + 120 days


def test_a_longer_rule_puts_nothing_off_before_the_choice(card: Card, tmp_path: Path) -> None:
    change(tmp_path, LONGER)
    top_up(card)
    assert line(card) == (date(2027, 5, 31), date(2027, 7, 30))  # 2 December + 180, and + 240 days


def test_accepting_makes_it_a_version_with_its_ledger_entry(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    digest = card.rules.get(is_proposed=True).catalogue_digest
    accept_proposed_rule(card=card, digest=digest, applies_from=date(2026, 11, 1), by=card.owner, now=NOW)
    assert not card.rules.filter(is_proposed=True).exists()
    row = card.rules.order_by("pk").last()
    assert row is not None and (row.period_count, row.applies_from) == (120, date(2026, 11, 1))
    assert (row.by, row.catalogue_digest) == (card.owner, digest)
    assert card.actions.filter(kind="rule-changed", rule=row).count() == 1
    assert line(card) == (date(2027, 3, 1), None)  # 1 November + 120 days
    assert load(tmp_path).proposed == 0


def test_declining_keeps_the_own_rule_and_the_same_change_is_not_proposed_again(
    card: Card, tmp_path: Path
) -> None:
    change(tmp_path, SHORTER)
    decline_proposed_rule(card=card, by=card.owner, now=NOW)
    assert Event.objects.get(card=card, kind=EventKind.RULE_DECLINED).by == card.owner
    top_up(card)
    assert line(card) == (date(2027, 5, 31), None)
    assert load(tmp_path).proposed == 0
    assert change(tmp_path, LONGER) == 1  # another change is


def test_a_newer_change_takes_the_place_of_an_older_one(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    looked_at = card.rules.get(is_proposed=True).catalogue_digest
    assert change(tmp_path, LONGER) == 1
    assert card.rules.get(is_proposed=True).period_count == 240
    with pytest.raises(NothingProposed):
        accept_proposed_rule(card=card, digest=looked_at, applies_from=NOW.date(), by=card.owner, now=NOW)
    assert card.rules.filter(is_proposed=True).count() == 1


def test_a_change_that_is_taken_back_takes_its_proposal_away(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    top_up(card)
    change(tmp_path, EXAMPLE)
    assert not card.rules.filter(is_proposed=True).exists()
    assert line(card) == (date(2027, 5, 31), None)


def test_a_rule_that_lost_its_period_is_no_proposal(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    text = EXAMPLE
    for known, unknown in (
        ('period = { count = 180, unit = "day" }', 'period = "unknown"'),
        ('period = { count = 1, unit = "year" }', 'period = "unknown"'),
        ('grace = { count = 90, unit = "day" }', 'grace = "unknown"'),
        ('loss_after = { count = 270, unit = "day" }', 'loss_after = "unknown"'),
    ):
        assert known in text
        text = text.replace(known, unknown)
    write(tmp_path, text)
    done = load(tmp_path)
    assert done.problems == []
    assert not card.rules.filter(is_proposed=True).exists()


def test_whoever_writes_an_own_rule_is_not_asked_any_more(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    facts = RuleFacts(counts=("top-up",), period_count=90, period_unit="day")
    set_rule(card=card, facts=facts, applies_from=date(2026, 1, 1), by=card.owner, now=NOW)
    assert not card.rules.filter(is_proposed=True).exists()
    assert change(tmp_path, LONGER) == 0


def test_the_mail_says_why_the_date_is_earlier(card: Card, tmp_path: Path, mailbox_dir: Path) -> None:
    change(tmp_path, SHORTER)
    top_up(card)
    # safe date 25 March (7 days before 1 April); lead 60 of 120 is too long, 30 days before is 23 February
    tick(NOW + timedelta(days=1))
    tick(NOW.replace(year=2027, month=2, day=24))
    assert Message.objects.filter(user=card.owner, state="sent").exists()
    files = [path for path in sorted(mailbox_dir.rglob("*")) if path.is_file()]
    letter = message_from_bytes(files[-1].read_bytes(), policy=policy.default)
    for part in ("plain", "html"):
        body = letter.get_body((part,))
        assert body is not None
        text = unescape(body.get_content())
        assert "rule has changed: under the new one this ends on Thu, 1 Apr 2027." in text
        assert "reminders follow the earlier of both dates" in text


@time_machine.travel(NOW, tick=False)
def test_the_cards_page_shows_what_changes_and_both_dates(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    top_up(card)
    client = client_of(card.owner)
    text = client.get(reverse("card", args=[card.public_id])).content.decode()
    assert "<del>A top-up from BHD\u00a05.000 on gives 180 days from that day" in text
    assert "<ins>A top-up from BHD\u00a05.000 on gives 120 days from that day" in text
    assert "Mon, 31 May 2027" in text and "Thu, 1 Apr 2027" in text
    assert "Until you choose, reminders follow the earlier of both dates." in text


@time_machine.travel(NOW, tick=False)
def test_the_owner_takes_the_change_over_from_a_day_on_the_page(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    url, client = reverse("rule_proposal", args=[card.public_id]), client_of(card.owner)
    form = client.get(url).context["form"]
    assert form.initial["applies_from"] == date(2026, 12, 1)
    typed = {"digest": form.initial["digest"], "applies_from": "2026-11-01"}
    shown = client.post(url, {**typed, "preview": "1"})
    assert "No deadline changes." in shown.content.decode()  # the earlier date holds already
    assert card.rules.filter(is_proposed=True).exists()
    refused = client.post(url, {**typed, "applies_from": "2026-02-30"})
    assert refused.status_code == 422
    assert client.post(url, typed).headers["Location"] == reverse("card", args=[card.public_id])
    assert line(card) == (date(2027, 3, 1), None)
    # answered: a page that was still open elsewhere changes nothing
    assert client.post(url, typed).headers["Location"] == reverse("card", args=[card.public_id])
    assert Rule.objects.filter(card=card).count() == 2


@time_machine.travel(NOW, tick=False)
def test_the_owner_keeps_the_own_rule_on_the_page(card: Card, tmp_path: Path) -> None:
    change(tmp_path, SHORTER)
    client, url = client_of(card.owner), reverse("rule_decline", args=[card.public_id])
    client.post(url, {"digest": "of another change"})
    assert card.rules.filter(is_proposed=True).exists()
    client.post(url, {"digest": card.rules.get(is_proposed=True).catalogue_digest})
    assert not card.rules.filter(is_proposed=True).exists()
    assert line(card) == (date(2027, 4, 30), None)
    page = client.get(reverse("card", args=[card.public_id])).content.decode()
    assert "The catalogue&#x27;s new rule was declined" in page


def test_an_archived_card_is_left_alone_and_one_bad_card_stops_no_other(tmp_path: Path) -> None:
    operator: Operator = example(tmp_path)
    alice, bob = follower(operator), follower(operator, email="bob@example.org")
    Card.objects.filter(pk=alice.pk).update(archived_at=NOW)
    assert change(tmp_path, SHORTER) == 1
    assert bob.rules.filter(is_proposed=True).exists() and not alice.rules.filter(is_proposed=True).exists()
