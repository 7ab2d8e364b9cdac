"""Files that prove something: what they are, made harmless, and kept outside the web root.

The type is read from the content, never from the name. Pictures are decoded and written anew, so that
nothing of their maker, place or time stays in them, and nothing that only looks like a picture. Text is kept
as UTF-8, whatever it came in.
"""

import codecs
import io
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cards.platform.qr import MOST_BYTES, MOST_PIXELS
from cards.platform.text_files import NotText, UnclearText, read_text

PICTURE, PDF, EMAIL, TEXT = "picture", "pdf", "email", "text"
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "eml": "message/rfc822",
    "txt": "text/plain; charset=utf-8",
}
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "HEIF")
_PICTURES = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|....ftyp(?:hei|hev|mif1|msf1)", re.DOTALL
)
_HEADER = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){3,}\n", re.ASCII)
_MARKUP = re.compile(r"<(?:!doctype|html|svg|script|\?xml|body|head|iframe)", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9]{2}/[A-Za-z0-9_-]{32}\.(?:jpg|png|pdf|eml|txt)")
_LONGEST_NAME = 120
_MAIL_HEAD = 65536


class Refused(ValueError):
    """The file is not kept.

    `reason`: empty, too-big, too-many-pixels, unreadable, web-page, encoding (text whose letters are not
    certain), unknown.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is, and its bytes as they are kept."""

    kind: str
    suffix: str
    content: bytes


def check(content: bytes) -> Checked:
    """Return the file as it can be kept. Raise Refused."""
    if not content:
        raise Refused("empty")
    if len(content) > MOST_BYTES:
        raise Refused("too-big")
    if _PICTURES.match(content):
        return _picture(content)
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise Refused("unreadable")
        return Checked(PDF, "pdf", content)
    return _text(content)


def _picture(content: bytes) -> Checked:
    from PIL import Image, ImageOps  # noqa: PLC0415 - loaded with the first picture
    from pillow_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener(thumbnails=False)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("too-many-pixels")
            upright = ImageOps.exif_transpose(image)
            is_clear = upright.has_transparency_data
            plain = upright.convert("RGBA" if is_clear else "RGB")
            del upright
            plain.info = {}  # nothing is carried over that was not a pixel
            out = io.BytesIO()
            suffix = "png" if is_clear or image.format in ("PNG", "GIF") else "jpg"
            if suffix == "png":
                plain.save(out, "PNG", optimize=False)
            else:
                plain.save(out, "JPEG", quality=88, exif=b"")
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too-many-pixels") from error
    except Exception as error:  # a broken file makes a decoder raise nearly anything
        raise Refused("unreadable") from error
    return Checked(PICTURE, suffix, out.getvalue())


def _text(content: bytes) -> Checked:
    if _is_mail(content):
        return Checked(EMAIL, "eml", content)
    try:
        text = read_text(content)
    except NotText:
        raise Refused("unknown") from None
    except UnclearText:
        raise Refused("encoding") from None
    if not text.strip():
        raise Refused("empty")
    if _MARKUP.search(text[:4096]):
        raise Refused("web-page")
    return Checked(TEXT, "txt", text.encode())


def _is_mail(content: bytes) -> bool:
    # A mail may carry any bytes in its parts and says itself how they are to be read; its headers are plain.
    text = content[:_MAIL_HEAD].removeprefix(codecs.BOM_UTF8).decode("latin-1").replace("\r\n", "\n")
    head = _HEADER.match(text.lstrip("\n"))
    if head is None:
        return False
    names = {line.split(":", 1)[0].lower() for line in head[0].split("\n") if line[:1].isalpha()}
    return "from" in names and bool(names & {"date", "received", "message-id", "subject"})


def clean_name(name: str) -> str:
    """Return what the person called the file, without folders and marks that are not seen."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(mark for mark in last if unicodedata.category(mark)[0] != "C").strip(" .")
    if len(seen) > _LONGEST_NAME:
        stem, dot, suffix = seen.rpartition(".")
        seen = f"{stem[: _LONGEST_NAME - 12]}{dot}{suffix[:11]}" if dot else seen[:_LONGEST_NAME]
    return seen or "file"


def store(folder: Path, checked: Checked) -> str:
    """Write the file under a random name, readable for this account only; return that name."""
    token = secrets.token_urlsafe(24)
    name = f"{secrets.token_hex(1)}/{token}.{checked.suffix}"
    path = folder / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(checked.content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return name


def read(folder: Path, name: str) -> bytes:
    """Return the bytes of a kept file. Raise FileNotFoundError."""
    return _path(folder, name).read_bytes()


def remove(folder: Path, name: str) -> None:
    """Remove a kept file; one that is gone already is no error."""
    _path(folder, name).unlink(missing_ok=True)


def kept_before(folder: Path, instant: float) -> Iterator[str]:
    """Yield the names of all files written before an instant, drafts that a crash left as well."""
    for path in folder.glob("??/*"):
        if path.is_file() and path.stat().st_mtime < instant:
            yield f"{path.parent.name}/{path.name}"


def sweep(folder: Path, name: str) -> None:
    """Remove a file that `kept_before` named."""
    (folder / name).unlink(missing_ok=True)


def suffix_of(name: str) -> str:
    return name.rpartition(".")[2]


def _path(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return folder / name
