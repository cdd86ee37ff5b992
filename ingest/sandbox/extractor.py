"""Has pages copied out of untrusted files, without loss, by a confined child that ends when they are copied."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.sandbox.answers import Begun, Part, checked, reported_error
from ingest.sandbox.channel import Channel, DeadlineError
from ingest.sandbox.errors import (
    EmptyFileError,
    ParserDiedError,
    ParserTimeoutError,
    SandboxWeakError,
    UnknownKindError,
    UnreadableKindError,
)
from ingest.sandbox.frames import FrameError, Header
from ingest.sandbox.limits import MIB, Limits
from ingest.sandbox.served import BROKEN, Ranges, started
from ingest.triage import READABLE, FileKind

CHILD = Path(__file__).with_name("extraction") / "child.py"
LIMITS = Limits(cpu=240, deadline=600.0)  # a document of thousands of pages, on a slow store


@dataclass(frozen=True)
class PageSource:
    """A file to take pages from; `stream` is seekable, `page_count` what its inspection said."""

    stream: BinaryIO
    kind: FileKind
    page_count: int
    password: str | None = None


@dataclass(frozen=True)
class PickedPage:
    """Page `page` (from 1) of file number `file` (from 0), to be shown turned clockwise by `turn` degrees."""

    file: int
    page: int
    turn: int = 0


class Extraction:
    """The new file as it comes: `kind` is PDF or TIFF; iterate once to get its bytes, then close."""

    def __init__(self, child: Channel, sources: Sequence[PageSource], limits: Limits, until: float) -> None:
        self._child, self._limits, self._until = child, limits, until
        sizes = [each.stream.seek(0, io.SEEK_END) for each in sources]
        self._ranges = Ranges([(each.stream, size) for each, size in zip(sources, sizes, strict=True)], limits)
        self._left = limits.read_factor * sum(sizes) + 64 * MIB
        self.done = 0  # pages copied so far
        header, _ = self._next()
        begun = checked(Begun, header)
        self.kind, self.page_count = FileKind(begun.kind), begun.pages

    def __iter__(self) -> Iterator[bytes]:
        while True:
            header, size = self._next()
            if header.get("type") == "end":
                return
            self.done = min(checked(Part, header).done, self.page_count)
            self._left -= size
            if self._left < 0:
                raise ParserDiedError
            yield self._bytes(size)

    def _next(self) -> tuple[Header, int]:
        """Return the next frame that is an answer; byte ranges are served on the way."""
        try:
            while True:
                header, size = self._child.receive(until=self._until)
                match header.get("type"):
                    case "read":
                        self._child.send({}, self._ranges.read(header), until=self._until)
                    case "error":
                        raise reported_error(header)
                    case "begin" | "part" | "end":
                        return header, size
                    case _:
                        raise FrameError("The child sent a frame of an unknown type.")
        except DeadlineError as error:
            raise ParserTimeoutError from error
        except BROKEN as error:
            raise ParserDiedError from error

    def _bytes(self, size: int) -> bytes:
        if size > MIB * 16:
            raise ParserDiedError
        data = bytearray(size)
        try:
            self._child.fill(memoryview(data), until=self._until)
        except DeadlineError as error:
            raise ParserTimeoutError from error
        except BROKEN as error:
            raise ParserDiedError from error
        return bytes(data)


@contextmanager
def extraction(
    sources: Sequence[PageSource], pages: Sequence[PickedPage], *, consent: bool = False, limits: Limits = LIMITS,
    program: Path = CHILD,
) -> Iterator[Extraction]:  # fmt: skip
    """Have the picked pages copied into one new file; the child ends with the block, and with the calling thread.

    Raises a ParseError, also while the bytes are taken.
    """
    _require_readable(sources)
    until = time.monotonic() + limits.deadline
    child, report = started(Channel(program, [str(value) for value in astuple(limits)]), until)
    try:
        if report.level != "full" and not consent:
            raise SandboxWeakError
        child.send({"files": [_told(each) for each in sources], "pages": [asdict(each) for each in pages]}, until=until)
        yield Extraction(child, sources, limits, until)
    finally:
        child.kill()


def _require_readable(sources: Sequence[PageSource]) -> None:
    for each in sources:
        if each.stream.seek(0, io.SEEK_END) == 0:
            raise EmptyFileError
        if each.kind not in READABLE:
            raise UnknownKindError if each.kind is FileKind.UNKNOWN else UnreadableKindError


def _told(source: PageSource) -> Header:
    size = source.stream.seek(0, io.SEEK_END)
    return {"kind": source.kind.value, "size": size, "password": source.password, "page_count": source.page_count}
