"""QR codes: read one from a picture, draw one as SVG.

The libraries are loaded with the first picture: a machine that never sees one keeps its memory.
"""

import io
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
# Others are never the photo or screenshot of a code, and each format is one more decoder to be attacked.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


class PictureError(ValueError):
    """The picture gives no code; `reason`: too-big, too-many-pixels, unreadable, no-code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_codes(picture: bytes) -> list[str]:
    """Return the texts of all QR codes in a picture, at least one. Raise PictureError.

    Size and number of pixels are checked before anything is unpacked.
    """
    if len(picture) > MOST_BYTES:
        raise PictureError("too-big")
    import zxingcpp  # noqa: PLC0415 - loaded when needed
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureError("too-many-pixels")
            only = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
            found = zxingcpp.read_barcodes(_grey(image), formats=only)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("too-many-pixels") from error
    except Exception as error:  # a broken file makes a decoder raise nearly anything
        raise PictureError("unreadable") from error
    texts = [code.text for code in found if code.valid and code.text]
    if not texts:
        raise PictureError("no-code")
    return texts


def _grey(image: "Image.Image") -> "Image.Image":
    """Return the picture in grey, on white: on black a transparent one would swallow its code."""
    if not image.has_transparency_data:
        image.draft("L", image.size)  # a photo is never unpacked in colour
        return image.convert("L")
    clear = image.convert("RGBA")
    plain = clear.convert("L")
    plain.paste(255, mask=clear.getchannel("A").point([255 - alpha for alpha in range(256)]))
    return plain


def draw(text: str) -> str:
    """Return the text as a QR code: a data: address for <img>, dark on white in every theme."""
    import segno  # noqa: PLC0415

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, scale=8, dark="#000", light="#fff", xmldecl=False, nl=False
    )
    return "data:image/svg+xml," + quote(out.getvalue().decode(), safe="")
