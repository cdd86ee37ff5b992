"""Has pages copied out of untrusted files, without loss, by a confined child that ends when they are copied."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from ingest.sandbox.answers import Begun, Part, checked, reported_error
from ingest.sandbox.channel import Channel
from ingest.sandbox.errors import (
    EmptyFileError,
    ParserDiedError,
    SandboxWeakError,
    UnknownKindError,
    UnreadableKindError,
)
from ingest.sandbox.frames import FrameError, Header
from ingest.sandbox.limits import MIB, Limits
from ingest.sandbox.served import Ranges, explained, started
from ingest.triage import READABLE, FileKind

CHILD = Path(__file__).with_name("extraction") / "child.py"
LARGEST_PART = 16 * MIB  # of the new file in one frame
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


class Conversation:
    """A job given to a child: serves the byte ranges that it asks for until an answer comes."""

    def __init__(self, child: Channel, sources: Sequence[PageSource], limits: Limits, until: float) -> None:
        self._child, self._until = child, until
        self._ranges = Ranges([(each.stream, _size(each)) for each in sources], limits)

    def answer(self) -> tuple[Header, int]:
        """Return the next frame that is an answer, with the number of bytes behind it. Raises a ParseError."""
        with explained():
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

    def fetch(self, size: int) -> bytes:
        """Return the bytes behind an answer. Raises a ParseError."""
        if size > LARGEST_PART:
            raise ParserDiedError
        data = bytearray(size)
        with explained():
            self._child.fill(memoryview(data), until=self._until)
        return bytes(data)


class Extraction:
    """The new file as it comes: `kind` is PDF or TIFF; iterate once to get its bytes, then close.

    `signed`: a file that pages were taken from says that it is digitally signed; the copy is under no signature.
    """

    def __init__(self, conversation: Conversation, most: int) -> None:
        self._conversation, self._left = conversation, most
        self.done = 0  # pages copied so far
        begun = checked(Begun, conversation.answer()[0])
        self.kind, self.page_count, self.signed = FileKind(begun.kind), begun.pages, begun.signed

    def __iter__(self) -> Iterator[bytes]:
        while True:
            header, size = self._conversation.answer()
            if header.get("type") == "end":
                return
            self.done = min(checked(Part, header).done, self.page_count)
            self._left -= size
            if self._left < 0:
                raise ParserDiedError
            yield self._conversation.fetch(size)


def copying_tool() -> str:
    """Return what copies pages, with its versions, to be noted with a copy."""
    return f"guidang-extraction-1 (pikepdf {version('pikepdf')}, Pillow {version('pillow')})"


@contextmanager
def extraction(
    sources: Sequence[PageSource], pages: Sequence[PickedPage], *, consent: bool = False, limits: Limits = LIMITS,
    program: Path = CHILD,
) -> Iterator[Extraction]:  # fmt: skip
    """Have the picked pages copied into one new file; the child ends with the block, and with the calling thread.

    Raises a ParseError, also while the bytes are taken.
    """
    job: Header = {"task": "copy", "pages": [asdict(each) for each in pages]}
    with _conversation(sources, job, consent, limits, program) as conversation:
        yield Extraction(conversation, limits.read_factor * sum(map(_size, sources)) + 64 * MIB)


def confirm_copy(
    sources: Sequence[PageSource], pages: Sequence[PickedPage], copy: PageSource, first: int = 1, *,
    consent: bool = False, limits: Limits = LIMITS, program: Path = CHILD,
) -> None:  # fmt: skip
    """Have another child compare pages `first` (from 1) and on of `copy` with the picked `pages`.

    Raises `CopyDiffersError`, or another ParseError where they cannot be compared.
    """
    job: Header = {"task": "compare", "pages": [asdict(each) for each in pages], "first": first}
    with _conversation([*sources, copy], job, consent, limits, program) as conversation:
        if conversation.answer()[0].get("type") != "end":
            raise ParserDiedError


@contextmanager
def _conversation(
    files: Sequence[PageSource], job: Header, consent: bool, limits: Limits, program: Path
) -> Iterator[Conversation]:
    _require_readable(files)
    until = time.monotonic() + limits.deadline
    child, report = started(Channel(program, [str(value) for value in astuple(limits)]), until)
    try:
        if report.level != "full" and not consent:
            raise SandboxWeakError
        with explained():
            child.send({**job, "files": [_described(each) for each in files]}, until=until)
        yield Conversation(child, files, limits, until)
    finally:
        child.kill()


def _require_readable(sources: Sequence[PageSource]) -> None:
    for each in sources:
        if _size(each) == 0:
            raise EmptyFileError
        if each.kind not in READABLE:
            raise UnknownKindError if each.kind is FileKind.UNKNOWN else UnreadableKindError


def _size(source: PageSource) -> int:
    return source.stream.seek(0, io.SEEK_END)


def _described(source: PageSource) -> Header:
    described = {"kind": source.kind.value, "password": source.password, "page_count": source.page_count}
    return {**described, "size": _size(source)}
