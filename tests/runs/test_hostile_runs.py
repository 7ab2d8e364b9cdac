"""What a hostile or clumsy person sends to the pages of runs, evidence, the letter, search and playbooks."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cards.catalogue.playbooks import built_in_playbooks, parse_playbook
from cards.models import Card, Evidence, Playbook, RecordKind, Run, RunState, StepRecord
from cards.queries.ledger import load_facts
from cards.rules.playbook import StepKind
from cards.runs.starting import abandon_run, start_run
from cards.services.cards import archive_card, delete_card
from cards.services.playbooks import retire_playbook, save_playbook
from tests.factories import NOW, client_of, make_user
from tests.pages.test_hostile_new_pages import HOSTILE, Fields, send, things_of

from .browse import begin, kinds

pytestmark = pytest.mark.django_db
ANSWERS = (200, 302, 400, 404, 405, 409, 413, 422)
IS_ALL = os.environ.get("HOSTILE") == "all"
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
    client, strange, number = things["client"], strange_ids(), 0
    for step in steps_of(key):
        run = Run.objects.filter(card=things["card"], state=RunState.OPEN).first() or begin(
            things["card"], key
        )
        fields = fields_of(run, client)
        for typed in attacks(number, fields, strange):
            follow(client, send(client, address(run, step, "done"), typed), (step, typed))
        for what in ACTIONS[1:]:
            number += 1
            typed = dict.fromkeys(BESIDE, TEXTS[number % len(TEXTS)]) | ({"note": "x"} if number % 2 else {})
            follow(client, send(client, address(run, step, what), typed), (step, what, typed))
        number += 1
    look_around(client, Run.objects.filter(card=things["card"]).latest("pk"))
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


@pytest.mark.parametrize("what", WRONG)
def test_a_step_of_another_kind_knows_no_such_button(what: str, things: dict[str, Any]) -> None:
    for key, text in built_in_playbooks().items():
        steps = [step for step in parse_playbook(text, key=key).steps if step.kind is WRONG[what]]
        for step in steps[:1]:
            run = begin(things["card"], key)
            typed = {"service": things["service"].public_id, "starts": "top-up", "note": "x"}
            assert send(things["client"], address(run, step.key, what), typed).status_code == 404
            assert kinds(run) == []


@pytest.mark.parametrize("key", ["nothing", "..", "a%2Fb", "%00", "%ED%A0%80", "x" * 3_000, "پرداخت"])
def test_a_step_that_is_not_there_is_not_found(key: str, things: dict[str, Any]) -> None:
    run = begin(things["card"], "top-up")
    start = f"/runs/{run.public_id}/steps/{key}/"
    for what in (*ACTIONS, "evidence"):
        answer = send(things["client"], f"{start}{what.replace('_', '-')}/", {"note": "x", "undo": "on"})
        assert answer.status_code == 404, what
    assert things["client"].get(f"/runs/{run.public_id}/?step={key}").status_code == 200
    card = things["card"].public_id
    assert things["client"].post(f"/cards/{card}/start/{key}/").status_code == 404


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


@pytest.mark.parametrize(
    ("what", "field", "text"),
    [
        ("skip", "note", "why\u2028not"),
        ("note", "note", "\u202e" + "x" * 5_000),
        ("look", "note", "x\x07"),
        ("chase", "promised_on", "9999-12-31"),
        ("chase", "promised_on", "0001-01-01"),
        ("look", "note", "x" * 4_001),
    ],
)
def test_a_refused_small_form_keeps_what_was_typed(
    what: str, field: str, text: str, things: dict[str, Any]
) -> None:
    run = begin(things["card"], "cancel-number-keeping")
    wait = next(step.key for step in run.version.definition.steps if step.kind is StepKind.WAIT)
    answer = send(things["client"], address(run, wait, what), {field: text})
    assert answer.status_code == 422
    assert text.strip() in answer.content.decode()
    assert "aria-invalid" in answer.content.decode()


def test_steps_start_only_with_a_sensible_wish(things: dict[str, Any]) -> None:
    url = reverse("run_start", args=[things["card"].public_id, "cancel-roaming"])
    for what, text in HOSTILE.items():
        for answer in (
            send(things["client"], url, {"wished_on": text}),
            things["client"].get(url, {"wished_on": text}),
        ):
            assert answer.status_code in ANSWERS, what
            if answer.status_code == 422:
                assert answer.context["form"].errors["wished_on"]
    run = Run.objects.get()
    for what, text in HOSTILE.items():
        answer = send(things["client"], reverse("run_wish", args=[run.public_id]), {"wished_on": text})
        assert answer.status_code == (302 if what in ("empty", "turned") else 422), what
    look_around(things["client"], run)


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
            follow(client, send(client, address(run, step, what), typed), (step, what))
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


@pytest.mark.parametrize("how", ["archived", "cancelled", "gone"])
def test_a_run_of_a_card_that_is_put_away_still_renders(how: str, things: dict[str, Any]) -> None:
    card, client = things["card"], things["client"]
    runs = [begin(card, key) for key in ("cancel-roaming", "check-up", "top-up")]
    if how == "archived":
        archive_card(card=card, by=things["person"], now=NOW)
    else:
        Card.objects.filter(pk=card.pk).update(
            ended_as="cancelled" if how == "cancelled" else "recycled", ended_on=NOW - timedelta(days=9)
        )
    for run in runs:
        for step in steps_of(run.playbook.key):
            for what in ACTIONS:
                typed = {"note": "x", "service": things["service"].public_id, "applied_on": "2026-12-01"}
                follow(client, client.post(address(run, step, what), typed), (step, what))
        look_around(client, run)
    for key in built_in_playbooks():
        url = reverse("run_start", args=[card.public_id, key])
        for answer in (client.get(url), client.post(url)):
            follow(client, answer, key)


def test_a_card_that_is_deleted_meanwhile_takes_its_steps_along(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "top-up"), things["client"]
    urls = [address(run, "check", what) for what in ACTIONS] + [
        reverse(name, args=[run.public_id]) for name in ("run_abandon", "run_take_up", "run_wish")
    ]
    delete_card(card=things["card"])
    for url in urls:
        assert client.post(url, {"note": "x"}).status_code == 404
    assert client.get(reverse("search"), {"q": "Rent"}).status_code == 200


NAMES = (
    "a" * 5_000 + ".txt",
    "\u202egnp.exe",
    "../../etc/passwd",
    "a\0.png",
    "=1+1.csv",
    "",
    ".",
    "名" * 900,
)


def test_files_with_senseless_names_or_content_never_break_a_page(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "top-up"), things["client"]
    url = reverse("evidence_add", args=[run.public_id, "pay"])
    for name in NAMES:
        for content in (b"%PDF-1.4\n%%EOF\n", b"\x89PNG\r\n\x1a\n\0\0", b"", b"\xff\xd8\xff" * 9, b"\0" * 99):
            follow(client, client.post(url, {"files": SimpleUploadedFile(name or "x", content)}), name)
    files = [SimpleUploadedFile(f"{number}.txt", b"paid") for number in range(30)]
    follow(client, client.post(url, {"files": files}), "thirty")
    follow(client, client.post(url, {"files": [SimpleUploadedFile("x.txt", b"x")] * 101}), "too many")
    for row in Evidence.objects.all():
        for name in ("evidence_file", "evidence_preview", "evidence_remove"):
            assert client.get(reverse(name, args=[row.public_id])).status_code in (200, 404)
    look_around(client, run)


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain; charset=utf-7",
        "application/json",
        "multipart/form-data; boundary=\u20ac",
    ],
)
def test_a_body_that_is_no_form_is_answered(kind: str, things: dict[str, Any]) -> None:
    run = begin(things["card"], "top-up")
    for name in ("evidence_add", "step_done", "step_note"):
        url = reverse(name, args=[run.public_id, "pay"])
        for body in (
            b"",
            b"--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n",
            b"\xff" * 999,
        ):
            assert things["client"].post(url, body, content_type=kind).status_code in ANSWERS
    assert kinds(run) == []


def test_no_hostile_address_breaks_the_letter_the_search_or_the_list(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "cancel-roaming"), things["client"]
    asked = {
        reverse("run_letter", args=[run.public_id]): ("lang",),
        reverse("search"): ("q", "page"),
        reverse("run_list", args=[things["card"].public_id]): ("page", "q"),
        reverse("run", args=[run.public_id]): ("step",),
        reverse("run_start", args=[things["card"].public_id, "cancel-number-keeping"]): ("wished_on",),
    }
    for url, names in asked.items():
        for name in names:
            for what, text in HOSTILE.items():
                sent = {"q": "Rent", name: text[:60_000]}
                answer = client.get(f"{url}?{urlencode(sent, errors='surrogatepass')}")
                assert answer.status_code in (200, 422), (url, name, what)
    for words in ("%_", "\\", "' OR 1=1 --", "a " * 50, "🏴" * 100, "_" * 100):
        assert client.get(reverse("search"), {"q": words}).status_code == 200


HEAD = 'guide = "own"\ntitle = { en = "A", zh = "B" }\n'
STEP = '[[step]]\nkey = "%s"\nkind = "start"\ntitle = { en = "A", zh = "B" }\nstarts = ["%s"]\n'
SENSELESS = {
    "deep": "a = " + "[" * 5_000,
    "1 MB": "# " + "x" * 1_000_000,
    "many": HEAD + "".join(STEP % (f"s{number}", "top-up") for number in range(99)),
    "path": HEAD + STEP % ("a", "../../etc"),
    "numbers": HEAD + STEP % ("a", "b") + 'again = { count = 99999999999999999999, unit = "day" }\n',
    "dates": HEAD.replace('"own"', "9999-12-31"),
    "nan": HEAD + STEP % ("a", "b") + "optional = nan\n",
    "twice": HEAD + STEP % ("a", "b") * 2,
    "a table": HEAD + "step = 1\n",
}


@pytest.mark.parametrize("what", [*HOSTILE, *SENSELESS])
def test_a_senseless_playbook_is_refused_at_its_text(what: str) -> None:
    client = client_of(make_user("staff@example.org", is_staff=True))
    text = (SENSELESS | HOSTILE)[what]
    for url in (
        "/admin/cards/playbook/add/",
        reverse("admin:cards_playbook_change", args=[Playbook.objects.get(key="top-up").pk]),
    ):
        answer = send(client, url, {"key": "own", "text": text})
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors["text"]
    if what in HOSTILE:
        answer = send(client, "/admin/cards/playbook/add/", {"key": text, "text": HEAD + STEP % ("a", "b")})
        assert answer.status_code in (200, 302)
    assert client.get("/admin/cards/playbook/").status_code == 200


@pytest.mark.parametrize("key", ["a/b", "../x", "add", "A", "-", "a--b", "ﬁ", "x" * 41])
def test_a_playbook_has_a_plain_key(key: str) -> None:
    client = client_of(make_user("staff@example.org", is_staff=True))
    client.post("/admin/cards/playbook/add/", {"key": key, "text": HEAD + STEP % ("a", "b")})
    assert Playbook.objects.filter(key=key).exists() == (key == "add")


def test_playbooks_that_start_each_other_or_nothing_go_round_once(things: dict[str, Any]) -> None:
    staff, client = make_user("staff@example.org", is_staff=True), things["client"]
    for key, starts in (
        ("round-a", "round-b"),
        ("round-b", "round-a"),
        ("self", "self"),
        ("lost", "nowhere"),
    ):
        save_playbook(key=key, text=HEAD + STEP % ("go", starts), by=staff, now=NOW)
        run = (
            start_run(card=things["card"], key=key, by=things["person"], now=NOW)
            if key != "round-b"
            else None
        )
        for _turn in range(3):
            for row in Run.objects.filter(card=things["card"]) if run else ():
                typed = {"starts": row.version.definition.step("go").starts[0]}
                follow(client, client.post(address(row, "go", "start"), typed), key)
    for row in Run.objects.all():
        look_around(client, row)


def test_a_picture_sent_along_with_not_yet_is_kept(things: dict[str, Any]) -> None:
    run = begin(things["card"], "top-up")
    sent = {"note": "", "files": SimpleUploadedFile("chat.txt", b"wait a day")}
    assert things["client"].post(address(run, "check", "not_yet"), sent).status_code == 302
    assert (Evidence.objects.get().step, kinds(run)) == ("check", [RecordKind.NOT_YET])


@pytest.mark.parametrize("what", ["skip", "reopen", "chase", "done"])
def test_a_form_of_yesterday_s_page_is_never_refused_without_a_word(what: str, things: dict[str, Any]) -> None:
    run = begin(things["card"], "cancel-roaming", "review")
    if what == "reopen":
        run = begin(things["card"], "cancel-number-keeping")
    key = next(step.key for step in run.version.definition.steps if step.kind is StepKind.WAIT)
    answer = things["client"].post(address(run, key, what), {"note": "\x07", "promised_on": "soon"})
    assert answer.status_code == 302
    assert things["client"].get(answer.headers["Location"]).content.decode().count('class="notice') > 0
