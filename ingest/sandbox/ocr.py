"""An OCR engine in a confined process of its own, which gets pixels and gives lines."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ingest.model import Line
from ingest.sandbox import privileges
from ingest.sandbox.answers import ready_report, text_lines
from ingest.sandbox.channel import Channel, ClosedError, DeadlineError, Nursery
from ingest.sandbox.confine import Report
from ingest.sandbox.errors import OcrDiedError, OcrStartError, OcrTimeoutError, ParserDiedError
from ingest.sandbox.frames import FrameError
from ingest.sandbox.limits import MIB

CHILD = Path(__file__).with_name("ocr_child.py")
MEMORY = 3072 * MIB  # address space; PP-OCR fails below 1.5 GiB at 400 dpi
START_SECONDS = 60.0
# Engines ask for the same large blocks again and again: giving them back to the system costs a fifth of the time.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1024 * MIB),
    "MALLOC_TRIM_THRESHOLD_": str(2048 * MIB),
    "MALLOC_TOP_PAD_": str(64 * MIB),
}
_BROKEN = (ClosedError, FrameError, ParserDiedError)


class OcrWorker:
    """Reads pictures with the engine `engine` ("ppocr", "tesseract", "null"), `threads` threads, in a confined process.

    An OcrEngine itself. When the process dies or exceeds `deadline` (seconds for a picture), that picture raises
    OcrDiedError and the next one finds a new process. Safe for use by several threads, one picture at a time.
    """

    def __init__(
        self, engine: str, threads: int = 1, *, deadline: float = 120.0, memory: int = MEMORY, program: Path = CHILD
    ) -> None:
        self.name = engine
        self._arguments = [engine, str(threads), str(memory)]
        self._environment = {"OMP_NUM_THREADS": str(threads), **_KEEP_MEMORY}
        self._deadline = deadline
        self._program = program
        self._nursery = Nursery()
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._report: Report | None = None
        self._scratch = _Scratch() if engine == "tesseract" else None

    def read(self, image: NDArray[np.uint8]) -> tuple[Line, ...]:
        """Return the lines of `image` (height, width, 3; red-green-blue), boxes in fractions of it.

        Raises OcrDiedError (OcrTimeoutError when it took too long), after which the worker can be used again, and
        OcrStartError when the engine does not start.
        """
        with self._lock:
            channel = self._started()
            try:
                return self._converse(channel, np.ascontiguousarray(image))
            except BaseException:
                self._stop()
                raise

    def report(self) -> Report:
        """Return how well the process is confined; starts it if need be."""
        with self._lock:
            self._started()
            assert self._report is not None
            return self._report

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()
            self._nursery.close()
            if self._scratch is not None:
                self._scratch.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _converse(self, channel: Channel, image: NDArray[np.uint8]) -> tuple[Line, ...]:
        until = time.monotonic() + self._deadline
        try:
            channel.send({"height": image.shape[0], "width": image.shape[1]}, image.data, until=until)
            header, raw = channel.receive(until=until)
            if header.get("type") != "answer" or raw:
                raise FrameError("The OCR process sent a frame of an unknown type.")
            return text_lines(header)
        except DeadlineError as error:
            raise OcrTimeoutError from error
        except _BROKEN as error:
            raise OcrDiedError from error

    def _started(self) -> Channel:
        if self._channel is not None and self._channel.alive:
            return self._channel
        self._stop()
        environment = {**self._environment, **({"TMPDIR": self._scratch.fresh()} if self._scratch else {})}
        self._channel = self._nursery.spawn(self._program, self._arguments, environment)
        try:
            header, _ = self._channel.receive(until=time.monotonic() + START_SECONDS, limit=4096)
            if header.get("type") == "failed":
                raise OcrStartError(str(header.get("sentence", ""))[:300])
            self._report = ready_report(header)
        except (*_BROKEN, DeadlineError) as error:
            self._stop()
            raise OcrStartError from error
        except OcrStartError:
            self._stop()
            raise
        return self._channel

    def _stop(self) -> None:
        if self._channel is not None:
            self._channel.kill()
            self._channel = None


class _Scratch:
    """A folder in memory for a program that wants files; emptied with every new process."""

    def __init__(self) -> None:
        self._path: str | None = None

    def fresh(self) -> str:
        """Return the path of an empty folder that only the confined process may enter."""
        self.remove()
        memory = "/dev/shm"  # noqa: S108  a file system in memory, and the folder is made by mkdtemp
        self._path = tempfile.mkdtemp(prefix="guidang-ocr-", dir=memory if os.access(memory, os.W_OK) else None)
        if os.geteuid() == 0:
            os.chown(self._path, privileges.NOBODY, privileges.NOBODY)
        return self._path

    def remove(self) -> None:
        """Remove the folder."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            self._path = None
