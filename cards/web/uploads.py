"""Uploaded files stay in memory, and no more of them than a page takes.

Django's own handlers write what is bigger to the disk: whatever is posted to any address, by anybody, and
a picture of an activation code has no business there.
"""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from cards.platform.qr import MOST_BYTES


class InMemory(FileUploadHandler):
    """Keep up to 8 MB a request. A file that goes beyond counts as too big, and its form refuses it."""

    room = MOST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = io.BytesIO()
        self.is_too_big = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.room -= len(raw_data)
        if self.room < 0 and not self.is_too_big:
            self.kept, self.is_too_big = io.BytesIO(), True
        if not self.is_too_big:
            self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept,
            self.field_name,
            self.file_name,
            self.content_type,
            max(file_size, MOST_BYTES + 1) if self.is_too_big else file_size,
            self.charset,
            self.content_type_extra,
        )
