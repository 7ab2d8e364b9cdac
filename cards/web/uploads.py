"""Uploaded files stay in memory, and no more of them than a page takes.

Django's own handlers write what is bigger to the disk: whatever is posted to any address, by anybody, and
a picture of an activation code has no business there.
"""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from cards.platform.qr import MOST_BYTES


class LeftOut(InMemoryUploadedFile):
    """A file that is good by itself and had no room beside those before it; without its content."""


class InMemory(FileUploadHandler):
    """Keep up to 8 MB a request.

    A file that is bigger by itself counts as too big, and its form refuses it; it takes no room from those
    after it. One that does not fit beside those before it is a `LeftOut`, of a size that is refused as well.
    """

    room = MOST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = io.BytesIO()
        self.is_whole = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.is_whole and start + len(raw_data) <= self.room:
            self.kept.write(raw_data)
        elif self.is_whole:
            self.kept, self.is_whole = io.BytesIO(), False

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        fits_alone = file_size <= MOST_BYTES
        if self.is_whole:
            self.room -= file_size
        return (InMemoryUploadedFile if self.is_whole or not fits_alone else LeftOut)(
            self.kept,
            self.field_name,
            self.file_name,
            self.content_type,
            file_size if self.is_whole else max(file_size, MOST_BYTES + 1),
            self.charset,
            self.content_type_extra,
        )
