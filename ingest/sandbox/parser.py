"""Reads untrusted files in confined single-use children, which get byte ranges and nothing else."""

from __future__ import annotations

import io
import threading
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from ingest.model import Line
from ingest.sandbox.answers import Inspected, Rastered, checked, reported_error, text_lines
from ingest.sandbox.channel import Channel, Nursery
from ingest.sandbox.confine import Report
from ingest.sandbox.errors import (
    EmptyFileError,
    ParserDiedError,
    SandboxWeakError,
    UnknownKindError,
    UnreadableKindError,
)
from ingest.sandbox.frames import FrameError, Header
from ingest.sandbox.limits import Limits
from ingest.sandbox.served import Ranges, explained, started
from ingest.triage import READABLE, FileKind

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class FileInfo:
    """What a file holds. `damaged`: it can be opened, but had to be repaired, or its first page cannot be decoded."""

    kind: FileKind
    page_count: int
    encrypted: bool
    damaged: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Raster:
    """One page as a picture.

    `dpi` is 0 when the file does not say; `text_lines` is the PDF's own, unchecked text layer; `digital`: the page has
    such text and no picture covering it.
    """

    pixels: NDArray[np.uint8]  # (height, width, 3) red-green-blue
    dpi: float
    text_lines: tuple[Line, ...]
    digital: bool
    notes: tuple[str, ...]


class Parser:
    """Opens files of the readable kinds in confined children; keeps one warm child ready.

    Safe for use by several threads. `consent` allows to read where the system cannot confine fully. `program` is the
    child's program; only tests give another one.
    """

    def __init__(self, limits: Limits | None = None, *, consent: bool = False, program: Path = CHILD) -> None:
        self._limits = limits or Limits()
        self._consent = consent
        self._program = program
        self._nursery = Nursery()
        self._lock = threading.Lock()
        self._spare: Channel | None = None
        self._closed = False

    def inspect(self, source: BinaryIO, kind: FileKind, password: str | None = None) -> FileInfo:
        """Return the number of pages and the state of the file `source` (seekable, read from any place).

        Raises a ParseError, whose text says in plain words why the file cannot be read.
        """
        answer, _ = self._request(source, kind, {"task": "inspect", "password": password})
        found = checked(Inspected, answer)
        return FileInfo(kind, found.page_count, found.encrypted, found.damaged, tuple(found.notes))

    def raster(
        self, source: BinaryIO, kind: FileKind, page: int, dpi: int = 300, password: str | None = None
    ) -> Raster:
        """Return page `page` (from 1) as pixels at `dpi` or, for very large pages, coarser, and its text layer.

        Raises a ParseError, whose text says in plain words why the page cannot be read.
        """
        job = {"task": "raster", "page": page, "dpi": dpi, "password": password}
        answer, pixels = self._request(source, kind, job)
        lines = text_lines(answer)
        found = checked(Rastered, answer)
        if pixels is None or pixels.size != found.height * found.width * 3:
            raise ParserDiedError
        pixels = pixels.reshape(found.height, found.width, 3)
        return Raster(pixels, found.dpi, lines, found.digital, tuple(found.notes))

    def report(self) -> Report:
        """Return how well a child of this parser is confined. Raises ParserDiedError when none starts."""
        child, report = self._take(time.monotonic() + self._limits.deadline)
        child.kill()
        return report

    def close(self) -> None:
        """End the warm child."""
        with self._lock:
            self._closed = True
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.kill()
        self._nursery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _request(self, source: BinaryIO, kind: FileKind, job: Header) -> tuple[Header, NDArray[np.uint8] | None]:
        size = source.seek(0, io.SEEK_END)
        if size == 0:
            raise EmptyFileError
        if kind not in READABLE:
            raise UnknownKindError if kind is FileKind.UNKNOWN else UnreadableKindError
        until = time.monotonic() + self._limits.deadline
        child, report = self._take(until)
        try:
            if report.level != "full" and not self._consent:
                raise SandboxWeakError
            with explained():
                child.send({**job, "kind": kind.value, "size": size}, until=until)
                return _converse(child, source, size, self._limits, until)
        finally:
            child.kill()

    def _take(self, until: float) -> tuple[Channel, Report]:
        """Return a child that is ready, preferably the warm one, and start the next."""
        with self._lock:
            spare, self._spare = self._spare, None
        try:
            taken = started(spare or self._spawn(), until)
        except ParserDiedError:
            if spare is None:
                raise
            taken = started(self._spawn(), until)  # the warm one had been killed while it waited
        self._warm()
        return taken

    def _warm(self) -> None:
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = self._spawn()

    def _spawn(self) -> Channel:
        return self._nursery.spawn(self._program, [str(value) for value in astuple(self._limits)])


def _converse(
    child: Channel, source: BinaryIO, size: int, limits: Limits, until: float
) -> tuple[Header, NDArray[np.uint8] | None]:
    """Serve byte ranges of `source` until the child answers; counts what it asks for."""
    ranges = Ranges([(source, size)], limits)
    while True:
        header, raw = child.receive(until=until)
        match header.get("type"):
            case "read":
                child.send({}, ranges.read(header), until=until)
            case "error":
                raise reported_error(header)
            case "answer":
                return header, _pixels(child, raw, limits, until)
            case _:
                raise FrameError("The child sent a frame of an unknown type.")


def _pixels(child: Channel, raw: int, limits: Limits, until: float) -> NDArray[np.uint8] | None:
    if raw > limits.pixels * 3 * 1.01:
        raise FrameError("The child sent more pixels than allowed.")
    if raw == 0:
        return None
    pixels = np.empty(raw, np.uint8)
    child.fill(memoryview(pixels), until=until)  # type: ignore[arg-type]  # numpy arrays are buffers
    return pixels


def probe() -> Report:
    """Start one child and return how well this system confines it; "limits only" with "start" when none starts."""
    with Parser() as parser:
        try:
            return parser.report()
        except ParserDiedError:
            return Report("limits only", ("start",))
