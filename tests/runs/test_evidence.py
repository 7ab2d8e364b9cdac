"""Files that prove a step: what they are is read from them, and only their holder sees them."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pillow_heif
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from cards.models import Card, Evidence, Run
from cards.runs.starting import abandon_run, start_run
from cards.services.cards import delete_card
from cards.services.evidence import add_evidence, content_of
from cards.services.kept_files import sweep_orphans
from tests.factories import NOW, client_of, make_card, make_user

pytestmark = pytest.mark.django_db
MAIL = b"Received: by mx\r\nFrom: a@zain.example\r\nDate: Tue, 1 Dec 2026\r\nSubject: Done\r\n\r\nPaid \xe9"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def photo() -> bytes:
    """A picture with the place it was taken at, on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secretphone"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (1, 2, 3))).save(out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    with time_machine.travel(NOW, tick=False):
        yield settings.EVIDENCE_DIR


@pytest.fixture
def run() -> Run:
    card = make_card(make_user())
    return start_run(card=card, key="top-up", by=card.owner, now=NOW)


@pytest.fixture
def client(run: Run) -> Client:
    return client_of(run.card.owner)


def add(run: Run, *files: tuple[str, bytes], step: str = "pay") -> list[tuple[str, str]]:
    return add_evidence(run=run, step=step, files=files, by=run.card.owner, now=NOW).refused


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*/*") if path.is_file()] if folder.exists() else []


@pytest.mark.parametrize(
    ("make", "kind", "suffix"),
    [
        (picture, "picture", "jpg"), (lambda: picture("PNG"), "picture", "png"),
        (lambda: picture("WEBP"), "picture", "jpg"), (lambda: picture("GIF"), "picture", "png"),
        (heic, "picture", "jpg"), (lambda: PDF, "pdf", "pdf"), (lambda: MAIL, "email", "eml"),
        ("充值成功 5.000 KWD".encode, "text", "txt"),
        (lambda: picture() + b"<script>alert(1)</script>", "picture", "jpg"),
    ],
)  # fmt: skip
def test_the_type_is_read_from_the_content(
    run: Run, folder: Path, make: Callable[[], bytes], kind: str, suffix: str
) -> None:
    assert add(run, ("../../it is.exe", make())) == []
    row = Evidence.objects.get()
    assert (row.kind, row.name, row.stored_as.rpartition(".")[2]) == (kind, "it is.exe", suffix)
    (path,) = files_in(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"<script>" not in content_of(row)


def test_nothing_of_place_and_maker_stays_in_a_picture_and_it_stands_upright(run: Run) -> None:
    add(run, ("photo.jpg", photo()))
    kept = content_of(Evidence.objects.get())
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (20, 40)
        assert not image.getexif() and b"Secretphone" not in kept


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 9_000_000, "too-big"),
        (b"<html><script>alert(1)</script>", "web-page"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "web-page"),
        (b"\xff\xd8\xff\xe0 no picture", "unreadable"),
        (b"%PDF-1.7 cut off", "unreadable"),
        (b"MZ\x90\x00\x03", "unknown"),
        (b"PK\x03\x04\x14\x00", "unknown"),
    ],
)
def test_what_proves_nothing_is_refused_with_the_reason(
    run: Run, folder: Path, content: bytes, reason: str
) -> None:
    assert add(run, ("a.jpg", content)) == [("a.jpg", reason)]
    assert files_in(folder) == [] and not Evidence.objects.exists()


def test_a_picture_of_too_many_pixels_is_never_unpacked(run: Run) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert add(run, ("bomb.png", out.getvalue())) == [("bomb.png", "too-many-pixels")]


def test_a_step_keeps_ten_files_and_each_of_them_once(run: Run) -> None:
    files = [(f"{number}.txt", f"receipt {number}".encode()) for number in range(11)]
    assert add(run, *files) == [("10.txt", "too-many")]
    assert add(run, files[0]) == [] and Evidence.objects.count() == 10


def test_a_transaction_that_is_lost_leaves_no_file(run: Run, folder: Path) -> None:
    with pytest.raises(KeyError):
        add(run, ("a.txt", b"proof"), step="nowhere")
    Run.objects.filter(pk=run.pk).delete()
    with pytest.raises(Exception, match=r"FOREIGN KEY|foreign key"), transaction.atomic():
        add(run, ("a.txt", b"proof"))
        transaction.get_connection().check_constraints()
    sweep_orphans(now=NOW + timedelta(days=400))
    assert files_in(folder) == []


@pytest.mark.django_db(transaction=True)
def test_the_files_go_with_their_card(run: Run, folder: Path) -> None:
    add(run, ("a.txt", b"proof"), ("b.pdf", PDF))
    assert len(files_in(folder)) == 2
    delete_card(card=run.card)
    assert files_in(folder) == []


def test_a_file_without_a_row_goes_after_a_day(run: Run, folder: Path) -> None:
    add(run, ("a.txt", b"kept"), ("b.txt", b"orphan"))
    Evidence.objects.filter(name="b.txt").delete()
    for path in files_in(folder):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert sweep_orphans(now=NOW + timedelta(hours=23)) == 0
    assert sweep_orphans(now=NOW + timedelta(hours=25)) == 1
    assert [path.read_bytes() for path in files_in(folder)] == [b"kept"]


def test_files_are_kept_with_the_step_also_when_its_form_is_refused(run: Run, client: Client) -> None:
    url = reverse("step_done", args=[run.public_id, "pay"])
    typed = {"amount": "abc", "currency": "KWD", "paid_as": "top-up", "method": "Visa"}
    answer = client.post(url, {**typed, "files": [SimpleUploadedFile("r.pdf", PDF)]})
    assert answer.status_code == 422 and 'value="Visa"' in answer.content.decode()
    files = [SimpleUploadedFile("r.pdf", PDF), SimpleUploadedFile("x", b"")]
    answer = client.post(url, {**typed, "amount": "5", "files": files}, follow=True)
    page = answer.content.decode()
    assert "x is empty." in page and "r.pdf" in page
    assert Evidence.objects.count() == 1 and run.card.actions.filter(kind="top-up").exists()


def test_proof_can_be_added_after_the_run_is_closed_and_is_listed_on_paper(run: Run, client: Client) -> None:
    abandon_run(run=run, reason="no", by=run.card.owner, now=NOW)
    url = reverse("evidence_add", args=[run.public_id, "check"])
    page = client.post(url, {"files": SimpleUploadedFile("late.txt", b"late")}, follow=True)
    assert "late.txt" in page.content.decode()
    assert (
        Evidence.objects.get().digest
        in client.get(reverse("run_print", args=[run.public_id])).content.decode()
    )
    assert client.post(reverse("evidence_add", args=[run.public_id, "nowhere"])).status_code == 404


def test_a_file_is_saved_and_never_run(run: Run, client: Client) -> None:
    add(run, ("收据 “1”.txt", b"paid"), ("p.heic", heic()))
    text, shot = Evidence.objects.order_by("pk")
    answer = client.get(reverse("evidence_file", args=[text.public_id]))
    assert answer.content == b"paid" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%94%B6")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get(reverse("evidence_preview", args=[text.public_id])).status_code == 404
    seen = client.get(reverse("evidence_preview", args=[shot.public_id]))
    assert (seen["Content-Type"], seen["Content-Disposition"]) == ("image/jpeg", "inline")
    assert (
        'filename="p.heic.jpg"'
        in client.get(reverse("evidence_file", args=[shot.public_id]))["Content-Disposition"]
    )


def test_a_file_is_removed_after_asking_and_one_lost_from_the_disk_is_404(run: Run, client: Client) -> None:
    add(run, ("a.txt", b"one"))
    row = Evidence.objects.get()
    url = reverse("evidence_remove", args=[row.public_id])
    assert "a.txt" in client.get(url).content.decode() and Evidence.objects.exists()
    for path in files_in(Path(row.stored_as).parent):
        path.unlink()
    assert client.post(url).status_code == 302 and not Evidence.objects.exists()
    add(run, ("b.txt", b"two"))
    row = Evidence.objects.get()
    Evidence.objects.update(stored_as="aa/" + "x" * 32 + ".txt")
    assert client.get(reverse("evidence_file", args=[row.public_id])).status_code == 404


def test_all_proof_of_a_card_comes_as_one_file_with_a_list(run: Run, client: Client) -> None:
    add(run, ("=cmd.txt", b"paid"), ("p.jpg", picture()))
    answer = client.get(reverse("card_record", args=[run.card.public_id]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert archive.namelist() == ["001.txt", "002.jpg", "index.csv", "history.csv", "steps.csv"]
    listed = archive.read("index.csv").decode("utf-8-sig").splitlines()
    assert listed[1].startswith("001.txt,top-up,pay,'=cmd.txt,text,4,")
    assert Card.objects.get() == run.card
