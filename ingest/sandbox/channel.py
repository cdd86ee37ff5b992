"""The parent's end of a confined child: started by exec, spoken to in frames under a deadline, killed as a group."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from ingest.sandbox.frames import HEADER_LIMIT, PREFIX, FrameError, Header, decode, encode

# All that a child gets of the environment. onnxruntime phones home unless told not to.
ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "PATH": "/usr/bin:/bin",
}


class ClosedError(Exception):
    """The child ended or closed its end."""


class DeadlineError(Exception):
    """The child did not answer, or did not listen, in time."""


class Channel:
    """One child process."""

    def __init__(self, program: Path, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(program), str(os.getpid()), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            bufsize=0,
            pipesize=1 << 20,
            env={**ENVIRONMENT, **(environment or {})},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._sink = self.process.stdin.fileno()
        self._source = self.process.stdout.fileno()
        os.set_blocking(self._sink, False)
        os.set_blocking(self._source, False)

    def send(self, header: Header, payload: memoryview | bytes = b"", *, until: float) -> None:
        """Send a frame before the monotonic time `until`."""
        raw = memoryview(payload).cast("B")
        for part in (memoryview(encode(header, raw.nbytes)), raw):
            rest = part
            while rest:
                self._wait(self._sink, select.POLLOUT, until)
                try:
                    rest = rest[os.write(self._sink, rest[: 1 << 20]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise ClosedError from error

    def receive(self, *, until: float, limit: int = HEADER_LIMIT) -> tuple[Header, int]:
        """Return the next frame's JSON and the number of raw bytes that follow; fetch those with fill()."""
        prefix = bytearray(PREFIX.size)
        self.fill(memoryview(prefix), until=until)
        length, size = PREFIX.unpack(prefix)
        if length > limit:
            raise FrameError("The JSON of a frame is too long.")
        text = bytearray(length)
        self.fill(memoryview(text), until=until)
        return decode(text), size

    def fill(self, view: memoryview, *, until: float) -> None:
        """Fill `view` with raw bytes of the child."""
        while view:
            self._wait(self._source, select.POLLIN, until)
            try:
                got = os.readv(self._source, [view])
            except BlockingIOError:
                continue
            if not got:
                raise ClosedError
            view = view[got:]

    def _wait(self, handle: int, event: int, until: float) -> None:
        poller = select.poll()
        poller.register(handle, event)
        if not poller.poll(max(0.0, until - time.monotonic()) * 1000):
            raise DeadlineError

    @property
    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End the child and everything in its process group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Nursery:
    """Starts children from one long-lived thread, since children are killed when the thread that made them ends."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")

    def spawn(self, program: Path, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Channel:
        """Start a child and return its channel."""
        return self._threads.submit(Channel, program, arguments, environment).result()

    def close(self) -> None:
        """End the thread; children still alive are killed by the system."""
        self._threads.shutdown()
