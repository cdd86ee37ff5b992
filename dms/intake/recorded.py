"""A reader that replays readings recorded once, by the content of the file: for tests and benchmarks without OCR."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from PIL import Image

from ingest.doctypes import DocumentType
from ingest.model import Box, Page
from ingest.reader import PageResult
from ingest.sandbox import DamagedFileError, FileInfo, NoSuchPageError
from ingest.triage import FileKind

VIEW, THUMBNAIL = 400, 160  # pixels of the long side


class RecordedReader:
    """Answers as it was recorded: `recordings` maps a file's SHA-256 (hexadecimal) to its pages.

    Views are blank paper of the page's shape. A file that was never recorded is damaged.
    """

    def __init__(self, types: Sequence[DocumentType], recordings: Mapping[str, Sequence[Page]]) -> None:
        self.types = tuple(types)
        self._recordings = recordings
        self.read: list[int] = []  # every page read, in order

    def inspect(self, source: BinaryIO, kind: FileKind, password: str | None = None) -> FileInfo:
        """Return what was recorded of a file."""
        return FileInfo(kind, len(self._pages(source)), password is not None, False, ())

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        """Return a page as it was recorded."""
        self.read.append(number)
        page = self._page(source, number)
        return PageResult(page, blank(page, VIEW), blank(page, THUMBNAIL))

    def read_box(
        self, source: BinaryIO, kind: FileKind, number: int, box: Box, page: Page | None, password: str | None = None
    ) -> str:
        """Return the recorded lines whose middle lies within the box."""
        lines = self._page(source, number).lines
        return "\n".join(line.text for line in lines if _holds(box, line.box))

    def _page(self, source: BinaryIO, number: int) -> Page:
        for page in self._pages(source):
            if page.number == number:
                return page
        raise NoSuchPageError

    def _pages(self, source: BinaryIO) -> Sequence[Page]:
        source.seek(0)
        digest = hashlib.sha256()
        while block := source.read(1 << 20):
            digest.update(block)
        key = digest.hexdigest()
        if key not in self._recordings:
            raise DamagedFileError
        return self._recordings[key]


def blank(page: Page, side: int) -> bytes:
    """Return a blank JPEG of a page's shape, `side` pixels long."""
    longest = max(page.width, page.height, 1)
    size = (max(1, page.width * side // longest), max(1, page.height * side // longest))
    buffer = io.BytesIO()
    Image.new("L", size, 250).save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


def _holds(outer: Box, inner: Box) -> bool:
    x, y = (inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2
    return outer.x0 <= x <= outer.x1 and outer.y0 <= y <= outer.y1
