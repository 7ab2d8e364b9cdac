"""The table in docs/reminders.md is true: every row is made for real and time passes over it."""

import re
from datetime import datetime, time
from pathlib import Path

import pytest

from cards.models import Card, Deadline, Reminder, User, Watch
from cards.services.dates import add_date
from cards.tasks import tick
from tests.factories import act, make_card, make_plan, make_user, watch_of
from tests.reminders.worked import Example, at_place, examples, read_day

EXAMPLES = examples()
STAGE = {"name": "Grace", "consequence": "number"}


def test_the_table_is_long_enough_and_every_row_shows_its_arithmetic() -> None:
    assert len(EXAMPLES) >= 12
    assert [example.number for example in EXAMPLES] == [str(n + 1) for n in range(len(EXAMPLES))]
    assert [example.number for example in EXAMPLES if len(example.notes) < 40] == []


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"row-{example.number}")
def test_a_row_of_the_table_comes_true(example: Example, mailbox_dir: Path) -> None:
    alice = person_of(example)
    card, kind = card_of(example, alice)
    deadline = Deadline.objects.get(card=card, kind=kind)
    assert (deadline.ends_at, deadline.act_by_at) == (example.ends_at, example.act_by_at)

    limit = len(example.said) if example.goes_on else len(example.said) + 3
    assert let_time_pass(card, kind, example.told_at, limit) == example.said
    assert (watch_of(card, kind).next_at is not None) == example.goes_on
    # Each of them really was a mail of its own, and nothing else was.
    assert len(list(mailbox_dir.rglob("*.eml"))) == len(example.said)


def let_time_pass(card: Card, kind: str, now: datetime, limit: int) -> list[tuple[str, datetime]]:
    """Tick at each instant that the watch names, up to `limit` times. Return what was said when."""
    watch = watch_of(card, kind)
    for _ in range(limit):
        if watch.next_at is None:
            break
        now = max(now, watch.next_at)
        report = tick(now)
        assert report["drifted"] == 0, "what is stored is not what the facts give"
        assert "failed" not in str(report["taken"])
        watch = watch_of(card, kind)
    return slots_said(watch)


def slots_said(watch: Watch) -> list[tuple[str, datetime]]:
    rows = Reminder.objects.filter(watch=watch, state="said").order_by("taken_at", "pk")
    return [(row.slot, row.taken_at) for row in rows]


def person_of(example: Example) -> User:
    fields = {} if example.leads is None else {"leads": example.leads}
    return make_user(time_zone=example.zone, remind_at=example.hour, **fields)


def card_of(example: Example, owner: User) -> tuple[Card, str]:
    """Make what the row's words say. Return the card and the kind of its one deadline."""
    what, _, saved = example.card.partition(", can be saved for ")
    common = {"zone": example.place, "now": example.told_at}
    if found := re.fullmatch(r"line, (\d+) (\w+?)s? after a top-up on (.+)", what):
        count, unit = saved.split() if saved else ("", "")
        stages = ({**STAGE, "count": int(count), "unit": unit.rstrip("s")},) if saved else ()
        card = make_card(owner, period=(int(found[1]), found[2]), stages=stages, **common)
        act(card, "top-up", on=read_day(found[3]), now=example.told_at)
        return card, "line"
    if found := re.fullmatch(r"line, read off as (.+)", what):
        return make_card(owner, expires_on=read_day(found[1]), **common), "line"
    if what == "number without a date":
        return make_card(owner, purposes=("number-keeping",), **common), "ask-validity"
    card = make_card(owner, **common)
    if found := re.fullmatch(r"refund due on (.+)", what):
        add_date(
            card=card, kind="refund", due_on=read_day(found[1]), note="", by=card.owner, now=example.told_at
        )
        return card, "refund"
    found = re.fullmatch(r"plan of (\d+) (\w+?)s? from (\d+ \w+ \d+)(?: (\d\d:\d\d))?", what)
    assert found is not None, f"row {example.number} has something else than the test knows: {what}"
    started_on = read_day(found[3])
    starts_at = at_place(started_on, time.fromisoformat(found[4]), example.place) if found[4] else None
    make_plan(
        card,
        on=started_on,
        starts_at=starts_at,
        period_count=int(found[1]),
        period_unit=found[2],
        now=example.told_at,
    )
    return card, "plan-end"
