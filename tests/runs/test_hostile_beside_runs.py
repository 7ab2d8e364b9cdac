"""What a hostile person sends beside the steps: files, bodies, addresses, the staff's playbooks."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cards.models import Evidence, Playbook, Run
from cards.runs.starting import start_run
from cards.services.playbooks import save_playbook
from tests.factories import NOW, client_of, make_user
from tests.pages.test_hostile_new_pages import HOSTILE, send, things_of

from .browse import begin, kinds
from .test_hostile_runs import ANSWERS, IS_ALL, TEXTS, address, follow, look_around

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_of_december() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def things() -> dict[str, Any]:
    return things_of("alice@example.org")


NAMES = ("a" * 5_000 + ".txt", "\u202egnp.exe", "../../etc/passwd", "a\0.png", "=1+1.csv", "名" * 900)
CONTENTS = (b"%PDF-1.4\n%%EOF\n", b"\x89PNG\r\n\x1a\n\0\0", b"", b"\xff\xd8\xff" * 9, b"paid")


def test_files_with_senseless_names_or_content_never_break_a_page(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "top-up"), things["client"]
    url = reverse("evidence_add", args=[run.public_id, "pay"])
    for name in NAMES:
        files = [SimpleUploadedFile(name, content) for content in CONTENTS]
        follow(client, client.post(url, {"files": files}), name)
    files = [SimpleUploadedFile(f"{number}.txt", b"paid") for number in range(30)]
    follow(client, client.post(url, {"files": files}), "thirty")
    follow(client, client.post(url, {"files": [SimpleUploadedFile("x.txt", b"x")] * 101}), "too many")
    kept = list(Evidence.objects.order_by("pk"))
    for row in kept[:9]:
        for name in ("evidence_file", "evidence_preview", "evidence_remove"):
            assert client.get(reverse(name, args=[row.public_id])).status_code in (200, 404)
    packed = client.get(reverse("card_record", args=[things["card"].public_id]))
    assert len(zipfile.ZipFile(io.BytesIO(b"".join(packed.streaming_content))).namelist()) == len(kept) + 3
    look_around(client, run)


BODIES = (b"", b"--x\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\n", b"\xff" * 999)
PLAIN = "application/x-www-form-urlencoded"


KINDS = (
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 300,
    f"{PLAIN}; charset=utf-7",
    f"{PLAIN}; charset=none",
    "application/json",
)


def test_a_body_that_is_no_form_is_answered(things: dict[str, Any]) -> None:
    run = begin(things["card"], "top-up")
    for kind, body in ((kind, body) for kind in KINDS for body in BODIES):
        for name in ("evidence_add", "step_done", "step_note"):
            url = reverse(name, args=[run.public_id, "pay"])
            answer = things["client"].generic("POST", url, body, content_type=kind)
            assert answer.status_code in ANSWERS, (kind, name)
    assert kinds(run) == []


def test_no_hostile_address_breaks_the_letter_the_search_or_the_list(things: dict[str, Any]) -> None:
    run, client = begin(things["card"], "cancel-roaming"), things["client"]
    asked = {
        reverse("run_letter", args=[run.public_id]): ("lang",),
        reverse("search"): ("q", "page"),
        reverse("run", args=[run.public_id]): ("step",),
        reverse("run_start", args=[things["card"].public_id, "cancel-number-keeping"]): ("wished_on",),
    }
    for url, names in asked.items():
        for name in names:
            for what, text in list(HOSTILE.items())[:: 1 if IS_ALL else 2]:
                sent = {"q": "Rent", name: text[:60_000]}
                answer = client.get(f"{url}?{urlencode(sent, errors='surrogatepass')}")
                assert answer.status_code in (200, 422), (url, name, what)
    for words in ("%_", "\\\\", "' OR 1=1 --", "a " * 50, "🏴" * 100, "_" * 100):
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


def test_a_senseless_playbook_is_refused_at_its_text() -> None:
    client = client_of(make_user("staff@example.org", is_staff=True))
    change = reverse("admin:cards_playbook_change", args=[Playbook.objects.get(key="top-up").pk])
    for what, text in (HOSTILE | SENSELESS).items():
        url = change if len(what) % 2 else "/admin/cards/playbook/add/"
        answer = send(client, url, {"key": "own", "text": text})
        assert answer.status_code == 200, what
        assert answer.context["adminform"].form.errors["text"], what
    assert client.get("/admin/cards/playbook/").status_code == 200


def test_a_playbook_has_a_plain_key() -> None:
    client = client_of(make_user("staff@example.org", is_staff=True))
    for key in ("a/b", "../x", "A", "-", "a--b", "ﬁ", "x" * 41, *TEXTS):
        typed = {"key": key, "text": HEAD + STEP % ("a", "b")}
        assert send(client, "/admin/cards/playbook/add/", typed).status_code in (200, 302)
    for key in Playbook.objects.values_list("key", flat=True):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) and len(key) <= 40


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
        for _turn in range(2):
            for row in Run.objects.filter(card=things["card"]) if run else ():
                typed = {"starts": row.version.definition.step("go").starts[0]}
                follow(client, client.post(address(row, "go", "start"), typed), key)
    for row in Run.objects.all():
        assert client.get(reverse("run", args=[row.public_id])).status_code == 200
    look_around(client, row)
