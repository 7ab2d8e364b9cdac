"""QR codes from pictures and as pictures."""

import io
import struct
import subprocess
import sys
import zlib
from urllib.parse import unquote

import pytest
import segno
from PIL import Image

from cards.platform.qr import MOST_BYTES, PictureError, draw, read_codes

CODE = "LPA:1$smdp.example$MATCHING-ID"


def picture_of(text: str, kind: str = "png", **how: object) -> bytes:
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=6, **how)
    if kind == "png":
        return out.getvalue()
    again = io.BytesIO()
    Image.open(out).convert("RGB").save(again, kind)
    return again.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp"])
def test_a_code_is_read_from_a_picture_of_any_usual_kind(kind: str) -> None:
    assert read_codes(picture_of(CODE, kind)) == [CODE]


@pytest.mark.parametrize("how", [{"light": None}, {"dark": "white", "light": "black"}, {"dark": "#335"}])
def test_transparent_inverted_and_coloured_codes_are_read(how: dict[str, object]) -> None:
    assert read_codes(picture_of(CODE, **how)) == [CODE]


def test_a_code_on_a_turned_photo_is_read() -> None:
    photo = Image.new("RGB", (900, 1200), "#cbb")
    photo.paste(Image.open(io.BytesIO(picture_of(CODE))).convert("RGB").rotate(90), (200, 300))
    out = io.BytesIO()
    photo.rotate(8, fillcolor="#cbb").save(out, "jpeg", quality=70)
    assert read_codes(out.getvalue()) == [CODE]


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"\xff\xd8\xff\xe0"]
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(PictureError) as refused:
        read_codes(data)
    assert refused.value.reason == "unreadable"


def test_a_picture_cut_off_anywhere_never_breaks_anything() -> None:
    whole = picture_of(CODE)
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        try:
            read_codes(whole[:length])
        except PictureError as refused:
            assert refused.reason in ("unreadable", "no-code")


def test_a_picture_without_a_code_says_so() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(out, "png")
    with pytest.raises(PictureError) as refused:
        read_codes(out.getvalue())
    assert refused.value.reason == "no-code"


def test_a_big_file_is_refused_before_it_is_opened() -> None:
    with pytest.raises(PictureError) as refused:
        read_codes(b"\0" * (MOST_BYTES + 1))
    assert refused.value.reason == "too-big"


def test_a_small_file_that_would_unpack_to_gigabytes_is_refused_by_its_header() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    with pytest.raises(PictureError) as refused:
        read_codes(bomb)
    assert refused.value.reason == "too-many-pixels"


def test_what_is_drawn_is_an_image_that_the_policy_allows() -> None:
    address = draw(CODE)
    assert address.startswith("data:image/svg+xml,")
    assert not set("\"'<>&$ ") & set(address)
    drawing = unquote(address)
    assert "style" not in drawing
    assert "script" not in drawing
    assert CODE not in drawing  # no title, no text: only the pattern


def test_the_libraries_are_not_loaded_until_a_picture_comes() -> None:
    script = "import sys, cards.platform.qr; print({'PIL', 'zxingcpp', 'segno'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
