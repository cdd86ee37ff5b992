"""The real `PageReader`: keeps the confined parser, the confined OCR engine and the document types warm."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import BinaryIO, Self

from dms.kernel.archive import Archive
from ingest.doctypes import load_types
from ingest.model import Box, Page
from ingest.reader import PageResult, Reader
from ingest.sandbox import FileInfo, OcrWorker, Parser
from ingest.triage import FileKind

IDLE_SECONDS = 120.0


class Readers:
    """The real reader of an archive; a context manager that ends its processes."""

    def __init__(self, archive: Archive) -> None:
        settings = archive.settings
        self.types = load_types(archive.rulebook.types)
        self._parser = Parser(consent=settings.sandbox_consent)
        self._ocr = OcrWorker(settings.ocr_engine)
        self._reader = Reader(self.types, engine=settings.ocr_engine, parser=self._parser, ocr=self._ocr)

    def inspect(self, source: BinaryIO, kind: FileKind, password: str | None = None) -> FileInfo:
        """Return what a file holds. Raises `ParseError`."""
        return self._parser.inspect(source, kind, password)

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        """Read one page. Raises `ParseError`."""
        return self._reader.read_page(source, kind, number, password)

    def read_box(
        self, source: BinaryIO, kind: FileKind, number: int, box: Box, page: Page | None, password: str | None = None
    ) -> str:
        """Return the text within a box of a page's view. Raises `ParseError`."""
        return self._reader.read_box(source, kind, number, box, page, password)

    def close(self) -> None:
        """End the processes."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class BoxReader:
    """Reads drawn boxes for the web process; its confined processes start when first needed and end when idle."""

    def __init__(self, archive: Archive, open_readers: type[Readers] = Readers) -> None:
        self._archive, self._open = archive, open_readers
        self._lock = threading.Lock()
        self._readers: Readers | None = None
        self._timer: threading.Timer | None = None

    def read_box(
        self, source: BinaryIO, kind: FileKind, number: int, box: Box, page: Page | None, password: str | None = None
    ) -> str:
        """Return the text within a box of a page's view, one box at a time. Raises `ParseError`."""
        with self._lock:
            if self._readers is None:
                self._readers = self._open(self._archive)
            try:
                return self._readers.read_box(source, kind, number, box, page, password)
            finally:
                self._rewind()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._readers is not None:
                self._readers.close()
                self._readers = None

    def _rewind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(IDLE_SECONDS, self.close)
        self._timer.daemon = True
        self._timer.start()
