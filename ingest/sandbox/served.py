"""What the parent does for a child: wait until it is confined, hand it byte ranges of the files within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from ingest.sandbox.answers import ready_report
from ingest.sandbox.channel import Channel, ClosedError, DeadlineError
from ingest.sandbox.confine import Report
from ingest.sandbox.errors import ParserDiedError, ParserTimeoutError
from ingest.sandbox.frames import FrameError, Header
from ingest.sandbox.limits import MIB, Limits
from ingest.sandbox.remote import BLOCK

BROKEN = (ClosedError, FrameError, KeyError)
"""What shows that a child ended, or talks nonsense."""


def started(child: Channel, until: float) -> tuple[Channel, Report]:
    """Wait until `child` is confined; kill it when it does not get there."""
    try:
        return child, ready_report(child.receive(until=until, limit=4096)[0])
    except DeadlineError as error:
        child.kill()
        raise ParserTimeoutError from error
    except (*BROKEN, ParserDiedError) as error:
        child.kill()
        raise ParserDiedError("The confined reader does not start; run the doctor command.") from error


@contextmanager
def explained() -> Iterator[None]:
    """Turn what shows that a child ended, is too slow or talks nonsense into the error that says so."""
    try:
        yield
    except DeadlineError as error:
        raise ParserTimeoutError from error
    except BROKEN as error:
        raise ParserDiedError from error


class Ranges:
    """Byte ranges of files given as (seekable file, size); counts what is asked for."""

    def __init__(self, files: Sequence[tuple[BinaryIO, int]], limits: Limits) -> None:
        self._files = files
        self._left = limits.read_factor * sum(size for _, size in files) + 64 * MIB

    def read(self, wanted: Header) -> bytes:
        """Return what a "read" frame asks for. Raises FrameError for what does not exist or has no end."""
        number, offset, count = wanted.get("file", 0), wanted["offset"], wanted["size"]
        if not (isinstance(number, int) and 0 <= number < len(self._files)):
            raise FrameError("The child asked for a file that does not exist.")
        source, size = self._files[number]
        if not (isinstance(offset, int) and isinstance(count, int) and 0 <= offset <= size and 0 <= count <= BLOCK):
            raise FrameError("The child asked for a range that does not exist.")
        self._left -= max(min(count, size - offset), BLOCK // 16)  # many tiny requests cost too
        if self._left < 0:
            raise FrameError("The child reads without end.")
        return _exactly(source, offset, count)


def _exactly(source: BinaryIO, offset: int, count: int) -> bytes:
    source.seek(offset)
    data = b""
    while len(data) < count and (more := source.read(count - len(data))):
        data += more
    return data
