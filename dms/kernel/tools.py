"""What a worker keeps warm between jobs, as handlers see it; the queue stands below those who read files."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:  # types only: most processes never load the reader
    from ingest.doctypes import DocumentType
    from ingest.model import Box, Page
    from ingest.reader import PageResult
    from ingest.sandbox import FileInfo
    from ingest.triage import FileKind


class PageReader(Protocol):
    """Reads files page by page: the `Readers` of intake, or one that replays what was recorded."""

    @property
    def types(self) -> tuple[DocumentType, ...]:
        """The document types of the rulebook."""
        ...

    def inspect(self, source: BinaryIO, kind: FileKind, password: str | None = None) -> FileInfo:
        """Return what a file holds. Raises `ParseError`."""
        ...

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        """Read one page. Raises `ParseError`."""
        ...

    def read_box(
        self, source: BinaryIO, kind: FileKind, number: int, box: Box, page: Page | None, password: str | None = None
    ) -> str:
        """Return the text within a box of a page's view. Raises `ParseError`."""
        ...
