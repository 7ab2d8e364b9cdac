"""What a hostile or clumsy person sends to the pages of runs, evidence, the letter, search and playbooks."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cards.catalogue.playbooks import built_in_playbooks, parse_playbook
from cards.models import Evidence, Playbook, RecordKind, Run, RunState, StepRecord
from cards.queries.ledger import load_facts
from cards.rules.playbook import StepKind
from cards.runs.starting import abandon_run
from cards.services.cards import archive_card, delete_card
from cards.services.playbooks import retire_playbook
from tests.factories import NOW, act
from tests.pages.test_hostile_new_pages import HOSTILE, IS_ALL, Fields, send, things_of

from .browse import begin, kinds

pytestmark = pytest.mark.django_db
ANSWERS = (200, 302, 400, 404, 405, 409, 413, 422)
TEXTS = list(HOSTILE.values())
ACTIONS = ("done", "skip", "reopen", "not_yet", "look", "chase", "need", "note", "tick", "start")
# What the other forms of a step hold, beside those that its page shows.
BESIDE = ("note", "undo", "promised_on", "service", "is_ticked", "moved_to", "starts", "accept", "once")


@pytest.fixture(autouse=True)
def first_of_december() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def things() -> dict[str, Any]:
    return things_of("alice@example.org")


def steps_of(key: str) -> list[str]:
    return [step.key for step in parse_playbook(built_in_playbooks()[key], key=key).steps]


def address(run: Run, key: str, what: str) -> str:
    return reverse(f"step_{what}", args=[run.public_id, key])


def follow(client: Client, answer: Any, typed: Any) -> None:
    """Nothing but an answer that is meant; the page after it is there."""
    assert answer.status_code in ANSWERS, typed
    if answer.status_code == 302:
        assert client.get(answer.headers["Location"]).status_code in (200, 302), typed


def look_around(client: Client, run: Run) -> None:
    """Open every page that shows something of a run."""
    for name in ("run", "run_print"):
        assert client.get(reverse(name, args=[run.public_id])).status_code == 200
    assert client.get(reverse("run_letter", args=[run.public_id])).status_code in (200, 404)
    for name in ("card", "run_list"):
        assert client.get(reverse(name, args=[run.card.public_id])).status_code == 200
    for name in ("start", "keeping"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse("search"), {"q": "scr"}).status_code == 200


def fields_of(run: Run, client: Client) -> dict[str, str]:
    """Return every field of the run's page and of its small forms."""
    page = client.get(reverse("run", args=[run.public_id])).content.decode()
    return dict.fromkeys(BESIDE, "") | Fields(page).found


def attacks(number: int, fields: dict[str, str], strange: dict[str, str]) -> Iterator[dict[str, str]]:
    """Give what to send to one step: hostile texts in all fields, somebody else's ids, one bad field."""
    texts = TEXTS if IS_ALL else [TEXTS[number % len(TEXTS)]]
    for text in texts:
        yield dict.fromkeys(list(fields)[: 2_000_000 // max(len(text), 1)], text)
    names = sorted(fields)
    # Somebody else's ids, and beside them one text that is none.
    yield fields | strange | ({names[number % len(names)]: texts[-1]} if number % 2 else {})
    for place, text in enumerate(TEXTS if IS_ALL else []):
        yield fields | {names[(number + place) % len(names)]: text}


def strange_ids() -> dict[str, str]:
    """Return Bob's things where a form wants one's own."""
    bob = things_of("bob@example.org")
    plan, offer = bob["plan"].public_id, bob["offer"].public_id
    return {
        "target": plan,
        "replaces": plan,
        "plan": f"offer:{offer}",
        "paid_as": f"renew:{plan}",
        "service": bob["service"].public_id,
        "starts": "number-gone",
        "amount": "1",
        "currency": "EUR",
        "expires_on": "2027-01-01",
    }


@pytest.mark.parametrize("key", built_in_playbooks())
def test_no_hostile_text_breaks_a_step_or_the_pages_after_it(key: str, things: dict[str, Any]) -> None:
    client, strange, run = things["client"], strange_ids(), begin(things["card"], key)
    fields = fields_of(run, client)
    # Each book begins elsewhere: all of them together send every text to every button.
    number = sum(key.encode())
    for step in steps_of(key):
        if run.state != RunState.OPEN:
            run = begin(things["card"], key)
        for typed in attacks(number, fields, strange):
            answer = send(client, address(run, step, "done"), typed)
            assert answer.status_code in ANSWERS, (step, typed)
        for place, what in enumerate(ACTIONS[1:]):
            if not IS_ALL and (number + place) % 7:
                continue
            text = TEXTS[(number + 5 * place) % len(TEXTS)]
            typed = dict.fromkeys(BESIDE, text) | ({"note": "x"} if place % 2 else {})
            answer = send(client, address(run, step, what), typed)
            assert answer.status_code in ANSWERS, (step, what, typed)
        number += 1
        run.refresh_from_db()
    look_around(client, run)
    ledger = load_facts(things["card"])
    assert all(row.subscription_id in (None, things["plan"].pk) for row in ledger.actions)


WRONG = {
    "not_yet": StepKind.PAY,
    "look": StepKind.DO,
    "chase": StepKind.VERIFY,
    "tick": StepKind.PAY,
    "start": StepKind.DO,
    "done": StepKind.START,
}


def test_a_step_of_another_kind_knows_no_such_button(things: dict[str, Any]) -> None:
    typed = {"service": things["service"].public_id, "starts": "top-up", "note": "x"}
    for key, text in built_in_playbooks().items():
        run = begin(things["card"], key)
        for step in parse_playbook(text, key=key).steps:
            for what in (name for name, kind in WRONG.items() if kind is step.kind):
                assert send(things["client"], address(run, step.key, what), typed).status_code == 404
        assert kinds(run) == []


def test_a_step_that_is_not_there_is_not_found(things: dict[str, Any]) -> None:
    run, client, card = begin(things["card"], "top-up"), things["client"], things["card"].public_id
    for key in ("nothing", "..", "a%2Fb", "%00", "%ED%A0%80", "x" * 3_000, "پرداخت"):
        start = f"/runs/{run.public_id}/steps/{key}/"
        for what in (*ACTIONS, "evidence"):
            answer = send(client, f"{start}{what.replace('_', '-')}/", {"note": "x", "undo": "on"})
            assert answer.status_code == 404, what
        assert client.get(f"/runs/{run.public_id}/?step={key}").status_code == 200
        assert client.post(f"/cards/{card}/start/{key}/").status_code == 404


def test_a_refused_step_keeps_what_was_typed_and_says_so_at_its_field(things: dict[str, Any]) -> None:
    run = begin(things["card"], "top-up")
    typed = {
        "paid_as": "top-up",
        "amount": "5 <b>",
        "currency": "EUROS",
        "note": "“kept” <i>",
        "method": "a\0",
    }
    answer = things["client"].post(address(run, "pay", "done"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="5 &lt;b&gt;"' in page and "“kept” &lt;i&gt;" in page and "EUROS" in page
    assert 'id="id_pay_amount"' in page and "aria-invalid" in page
    assert kinds(run) == []


REFUSED = (
    ("skip", "note", "why\u2028not"),
    ("note", "note", "x" * 5_000),
    ("look", "note", "x\x07"),
    ("chase", "promised_on", "9999-12-31"),
    ("chase", "promised_on", "0001-01-01"),
)


def test_a_refused_small_form_keeps_what_was_typed(things: dict[str, Any]) -> None:
    run = begin(things["card"], "cancel-number-keeping")
    wait = next(step.key for step in run.version.definition.steps if step.kind is StepKind.WAIT)
    for what, field, text in REFUSED:
        answer = send(things["client"], address(run, wait, what), {field: text})
        page = answer.content.decode()
        assert (answer.status_code, text in page, "aria-invalid" in page) == (422, True, True), what


def test_steps_start_only_with_a_sensible_wish(things: dict[str, Any]) -> None:
    url = reverse("run_start", args=[things["card"].public_id, "cancel-roaming"])
    for what, text in list(HOSTILE.items())[:: 1 if IS_ALL else 3]:
        asked = f"{url}?{urlencode({'wished_on': text[:60_000]}, errors='surrogatepass')}"
        for answer in (send(things["client"], url, {"wished_on": text}), things["client"].get(asked)):
            assert answer.status_code in ANSWERS, what
            if answer.status_code == 422:
                assert answer.context["form"].errors["wished_on"]
    run = begin(things["card"], "cancel-number-keeping")
    for what, text in list(HOSTILE.items())[:: 1 if IS_ALL else 4]:
        answer = send(things["client"], reverse("run_wish", args=[run.public_id]), {"wished_on": text})
        assert answer.status_code == (302 if what == "empty" else 422), what


def test_a_retired_or_unknown_playbook_is_not_found(things: dict[str, Any]) -> None:
    retire_playbook(playbook=Playbook.objects.get(key="top-up"), is_retired=True, now=NOW)
    for key in ("top-up", "a-b", quote("<b>"), "%2e%2e", "TOP-UP"):
        url = f"/cards/{things['card'].public_id}/start/{key}/"
        assert things["client"].get(url).status_code == things["client"].post(url).status_code == 404


def test_nothing_is_changed_in_a_run_that_is_closed(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "cancel-roaming"), things["client"]
    abandon_run(run=run, reason="x", by=things["person"], now=NOW)
    before = StepRecord.objects.count()
    for number, step in enumerate(steps_of("cancel-roaming")):
        for what in set(ACTIONS) - {"reopen", "note"}:
            typed = {"note": "x", "once": f"abcdefgh{number}{what}", "service": things["service"].public_id}
            assert send(client, address(run, step, what), typed).status_code in (302, 404, 409)
        assert send(client, address(run, step, "skip"), {"note": ""}).status_code == 302
    for name in ("abandon", "wish"):
        typed = {"reason": "again", "wished_on": "2027-05-01"}
        follow(client, client.post(reverse(f"run_{name}", args=[run.public_id]), typed), name)
    run.refresh_from_db()
    assert (run.state, run.reason, run.wished_on) == (RunState.ABANDONED, "x", None)
    assert StepRecord.objects.count() == before
    look_around(client, run)


def test_a_run_is_taken_up_and_given_up_however_often_it_is_pressed(things: dict[str, Any]) -> None:
    first, client = begin(things["card"], "top-up"), things["client"]
    url, again = (reverse(f"run_{name}", args=[first.public_id]) for name in ("abandon", "take_up"))
    for text in ("", "\0", "x" * 501, "\u202e"):
        answer = send(client, url, {"reason": text})
        assert answer.status_code == 422 and answer.context["form"].errors["reason"]
    assert [client.post(url, {"reason": "No"}).status_code for _turn in range(3)] == [302] * 3
    other = begin(things["card"], "top-up")
    assert client.post(again).headers["Location"] == reverse("run", args=[other.public_id])
    client.post(reverse("run_abandon", args=[other.public_id]), {"reason": "No"})
    assert [client.post(again).status_code for _turn in range(3)] == [302] * 3
    assert Run.objects.filter(state=RunState.OPEN).get() == first
    assert client.get(again).status_code == 405


def test_the_same_form_sent_twice_is_recorded_once(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "top-up", "open-app", "promotions"), things["client"]
    typed = {"paid_as": "top-up", "amount": "5", "currency": "EUR", "once": "abcdefgh1"}
    for _turn in range(3):
        follow(client, client.post(address(run, "pay", "done"), typed), typed)
    for _turn in range(2):
        follow(client, client.post(address(run, "check", "not_yet"), {"once": "abcdefgh2"}), "not yet")
        follow(client, client.post(address(run, "check", "note"), {"note": "x", "once": "abcdefgh3"}), "note")
    assert kinds(run)[2:] == [RecordKind.DONE, RecordKind.NOT_YET, RecordKind.NOTED]
    assert things["card"].actions.filter(kind="top-up").count() == 2
    for _turn in range(3):
        client.post(reverse("run_start", args=[things["card"].public_id, "top-up"]))
    assert Run.objects.count() == 1


def test_anothers_run_is_not_found_and_two_runs_do_not_mix(things: dict[str, Any]) -> None:
    mine, other = begin(things["card"], "top-up"), begin(things["card"], "keep-alive-by-use")
    strange = begin(things_of("bob@example.org")["card"], "top-up")
    for what in (*ACTIONS, "evidence"):
        name = "evidence_add" if what == "evidence" else f"step_{what}"
        url = reverse(name, args=[strange.public_id, "check"])
        assert things["client"].post(url, {"note": "x"}).status_code == 404
        assert things["client"].post(reverse(name, args=[other.public_id, "pay"])).status_code == 404
        assert things["client"].get(reverse(name, args=[mine.public_id, "check"])).status_code == 405
    for name in ("run", "run_print", "run_letter", "run_abandon"):
        assert things["client"].get(reverse(name, args=[strange.public_id])).status_code == 404
    assert kinds(strange) == kinds(mine) == kinds(other) == []


@pytest.mark.parametrize("how", ["archived", "cancelled"])
def test_a_run_of_a_card_that_is_put_away_still_renders(how: str, things: dict[str, Any]) -> None:
    card, client = things["card"], things["client"]
    run = begin(card, "cancel-roaming")
    if how == "archived":
        archive_card(card=card, by=things["person"], now=NOW)
    else:
        act(card, how, on=date(2026, 11, 20))
    for number, step in enumerate(steps_of("cancel-roaming")):
        for what in (ACTIONS[number % 10], ACTIONS[(number + 5) % 10]):
            typed = {"note": "x", "service": things["service"].public_id, "applied_on": "2026-12-01"}
            answer = client.post(address(run, step, what), typed)
            assert answer.status_code in ANSWERS, (step, what)
    look_around(client, run)
    for key in built_in_playbooks():
        url = reverse("run_start", args=[card.public_id, key])
        press = client.get if len(key) % 2 else client.post
        assert press(url).status_code in ANSWERS


def test_a_card_that_is_deleted_meanwhile_takes_its_steps_along(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "top-up"), things["client"]
    urls = [address(run, "check", what) for what in ACTIONS] + [
        reverse(name, args=[run.public_id]) for name in ("run_abandon", "run_take_up", "run_wish")
    ]
    delete_card(card=things["card"])
    for url in urls:
        assert client.post(url, {"note": "x"}).status_code == 404
    assert client.get(reverse("search"), {"q": "Rent"}).status_code == 200


def test_a_picture_sent_along_with_not_yet_is_kept(things: dict[str, Any]) -> None:
    run = begin(things["card"], "top-up")
    sent = {"note": "", "files": SimpleUploadedFile("chat.txt", b"wait a day")}
    assert things["client"].post(address(run, "check", "not_yet"), sent).status_code == 302
    assert (Evidence.objects.get().step, kinds(run)) == ("check", [RecordKind.NOT_YET])


def test_a_form_of_a_page_that_is_out_of_date_is_never_refused_without_a_word(things: dict[str, Any]) -> None:
    run = begin(things["card"], "cancel-roaming", "review")
    for what, key in (("skip", "review"), ("chase", "review"), ("done", "review"), ("reopen", "approved")):
        answer = things["client"].post(address(run, key, what), {"note": "\x07", "promised_on": "soon"})
        page = answer.content.decode()
        assert answer.status_code == 409 and "What you typed was not recorded." in page
        assert "was done meanwhile" in page or "is open already" in page, what
