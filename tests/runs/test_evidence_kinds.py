"""Text in any letters, several files at a time, what is said of each, and what goes with a deleted card."""

import hashlib
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cards.models import Card, Evidence, Run
from cards.platform.evidence_files import Refused, check
from cards.runs.starting import start_run
from cards.services.cards import archive_card
from cards.services.evidence import add_evidence, content_of
from tests.factories import NOW, act, client_of, make_card, make_user

pytestmark = pytest.mark.django_db
CHAT = "客服：您好，已为您充值 5.000 KWD，有效期至 2027 年 6 月 1 日。\r\n我：谢谢！“收到”——👍"
MB = 1024 * 1024


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def run() -> Run:
    card = make_card(make_user())
    return start_run(card=card, key="top-up", by=card.owner, now=NOW)


@pytest.fixture
def client(run: Run) -> Client:
    return client_of(run.card.owner)


def send(client: Client, run: Run, **files: bytes) -> str:
    """Add files to a step; return the page that follows as one line of text."""
    sent = [SimpleUploadedFile(f"{name}.txt", content) for name, content in files.items()]
    url = reverse("evidence_add", args=[run.public_id, "check"])
    with time_machine.travel(NOW, tick=False):
        answer = client.post(url, {"files": sent}, follow=True)
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16", "utf-8-sig", "utf-8"])
def test_chinese_text_is_kept_as_utf8_whatever_it_was_saved_as(run: Run, encoding: str) -> None:
    text = CHAT.replace("👍", "") if encoding == "gbk" else CHAT
    by = run.card.owner
    add_evidence(run=run, step="pay", files=[("聊天.txt", text.encode(encoding))], by=by, now=NOW)
    row = Evidence.objects.get()
    assert (row.kind, content_of(row).decode()) == ("text", text)
    assert (row.size, row.digest) == (len(text.encode()), hashlib.sha256(text.encode()).hexdigest())


def test_utf16_is_read_from_either_end() -> None:
    assert check(b"\xfe\xff" + CHAT.encode("utf-16-be")).content == CHAT.encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Zahlung bestätigt, fällig über 5 €".encode("cp1252"), "encoding"),
        ("Déjà payé : reçu n° 5".encode("latin-1"), "encoding"),
        ("Оплачено пять рублей, спасибо".encode("cp1251"), "encoding"),
        ("你好，已經儲值五十元，有效期限至明年六月".encode("big5"), "encoding"),
        (CHAT.encode("gb18030") + b"\0", "unknown"),
        (CHAT.encode("gb18030") + b"\x1b[2J", "unknown"),
        (b"\xff\xfe" + CHAT.encode("utf-16-le") + b"x", "unknown"),
        (b"\xff\xfe\0\0" + CHAT.encode("utf-32-le"), "unknown"),
        (b"\xff\xfb\x90\x44\0\0\0\x0f", "unknown"),
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "unknown"),
        (b"\x7fELF\x02\x01\x01", "unknown"),
        (b"\xff\xfe", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        ("<html>充值".encode("gbk"), "web-page"),
        ("<script>充值".encode("utf-16"), "web-page"),
    ],
)
def test_what_is_no_text_or_not_for_certain_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        check(content)
    assert refused.value.reason == reason


def test_text_in_unclear_letters_is_told_how_to_save_it(client: Client, run: Run) -> None:
    page = send(client, run, old="caf\xe9 au lait".encode("latin-1"))
    assert "old.txt is text whose letters can&#x27;t be read for certain. Save it as UTF-8" in page


@pytest.mark.parametrize("order", [("big", "chat"), ("chat", "big")])
def test_a_small_file_is_kept_beside_one_that_is_too_big(
    client: Client, run: Run, order: tuple[str, str]
) -> None:
    files = {"big": b"x" * (20 * MB), "chat": b"hello"}
    page = send(client, run, **{name: files[name] for name in order})
    assert "big.txt is too big: a file may have at most 8 MB." in page
    assert "1 file is kept as proof." in page and "chat.txt is" not in page
    assert content_of(Evidence.objects.get()) == b"hello"


def test_files_that_are_only_together_too_big_are_said_to_be_so(client: Client, run: Run) -> None:
    page = send(client, run, one=b"1" * (5 * MB), two=b"2" * (5 * MB), huge=b"3" * (9 * MB), four=b"4" * MB)
    assert "two.txt is left out: together the files are too big, at most 8 MB at a time." in page
    assert "huge.txt is too big" in page and "2 files are kept as proof." in page
    assert list(Evidence.objects.order_by("pk").values_list("name", flat=True)) == ["one.txt", "four.txt"]


def test_a_file_of_exactly_the_limit_is_kept_and_one_byte_more_is_not(client: Client, run: Run) -> None:
    assert "1 file is kept" in send(client, run, full=b"x" * (8 * MB))
    assert "more.txt is too big" in send(client, run, more=b"y" * (8 * MB + 1))


def test_a_file_that_is_kept_already_is_said_to_be_so(client: Client, run: Run) -> None:
    send(client, run, paid=b"paid")
    page = send(client, run, again=b"paid", other=b"other")
    assert "again.txt is kept already." in page and "1 file is kept as proof." in page
    page = send(client, run, again=b"paid")
    assert "again.txt is kept already." in page and "as proof." not in page


def test_adding_and_removing_proof_leads_back_to_its_step(client: Client, run: Run) -> None:
    there = reverse("run", args=[run.public_id]) + "?step=check#step-check"
    url = reverse("evidence_add", args=[run.public_id, "check"])
    assert client.post(url, {"files": SimpleUploadedFile("a.txt", b"a")})["Location"] == there
    assert client.post(url)["Location"] == there
    url = reverse("evidence_remove", args=[Evidence.objects.get().public_id])
    assert f'href="{there}"' in client.get(url).content.decode()
    assert client.post(url)["Location"] == there


def delete_page(card: Card) -> str:
    answer = client_of(card.owner).get(reverse("card_delete", args=[card.public_id]))
    return " ".join(answer.content.decode().split())


def test_before_a_card_is_deleted_its_steps_and_proof_are_counted_and_can_be_saved(run: Run) -> None:
    page = delete_page(run.card)
    assert "steps begun 1 time, with all notes" in page
    assert (
        "of proof" not in page
        and "record.zip" not in page
        and "plan" not in re.findall(r"Gone for good: [^.]*", page)[0]
    )
    files = [(f"{number}.txt", b"%d" % number) for number in range(3)]
    add_evidence(run=run, step="pay", files=files, by=run.card.owner, now=NOW)
    page = delete_page(run.card)
    assert "3 files of proof" in page
    assert f'href="{reverse("card_record", args=[run.card.public_id])}"' in page


def restored(card: Card) -> str:
    with time_machine.travel(NOW, tick=False):
        url = reverse("card_restore", args=[card.public_id])
        return client_of(card.owner).post(url, follow=True).content.decode()


def test_a_card_that_comes_back_reminds_again_unless_its_line_is_gone(run: Run) -> None:
    card = run.card
    assert "is not in the archive." in restored(card)
    archive_card(card=card, by=card.owner, now=NOW)
    assert "is back: its dates remind again." in restored(card)
    act(card, "cancelled", on=(NOW - timedelta(days=1)).date())
    archive_card(card=card, by=card.owner, now=NOW)
    page = restored(card)
    assert "is back in the list." in page and "remind again" not in page


@pytest.mark.parametrize("size", ["67108865", "157286400"])
def test_a_huge_body_is_refused_in_words_before_it_is_read(client: Client, run: Run, size: str) -> None:
    body = io.BytesIO(b"x" * 100)
    for url in (reverse("evidence_add", args=[run.public_id, "pay"]), reverse("account_login"), "/nowhere/"):
        answer = client.post(url, **{"CONTENT_LENGTH": size, "wsgi.input": body})
        assert answer.status_code == 413
        assert "at most 8 MB of files at a time" in answer.content.decode()
        assert body.tell() == 0
    assert not Evidence.objects.exists()


def test_the_page_for_a_huge_body_speaks_the_persons_language(client: Client, run: Run) -> None:
    run.card.owner.language = "zh-hans"
    run.card.owner.save()
    answer = client.post("/", **{"CONTENT_LENGTH": "99999999"})
    assert answer.status_code == 413 and 'lang="zh-hans"' in answer.content.decode()


def test_chinese_pages_have_one_word_for_the_archive() -> None:
    kept = Path(site.BASE_DIR, "cards/locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert "归档" in kept and "存档" not in kept
