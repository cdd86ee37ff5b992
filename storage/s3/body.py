"""An object's bytes as they come from the server, fetched again from where the connection broke."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from urllib3.exceptions import HTTPError

from storage.objects import StorageUnavailableError

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

Fetch = Callable[[int], "BaseHTTPResponse"]  # position → answer that brings the bytes from there
BREAKS = 5  # at the same byte


class Body(io.RawIOBase):
    """The bytes [start, end) of an object from an answer, which it owns; `fetch` gives the rest if that breaks."""

    def __init__(self, first: BaseHTTPResponse, start: int, end: int, fetch: Fetch) -> None:
        super().__init__()
        self._response = first
        self._position = start
        self._end = end
        self._fetch = fetch

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        """Fill at most `buffer`; return the count, 0 at the end. Raises the errors of the store."""
        if self._position == self._end or not len(buffer):
            return 0
        data = self._next(min(len(buffer), self._end - self._position))
        memoryview(buffer)[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _next(self, most: int) -> bytes:
        for _ in range(BREAKS):
            try:
                if data := self._response.read(most, decode_content=False):
                    return data
            except (HTTPError, OSError):  # the server went away, or the way to it: the rest is asked for anew
                pass
            self._drop()
            self._response = self._fetch(self._position)
        raise StorageUnavailableError(f"An object broke off {BREAKS} times at byte {self._position}: try again later.")

    def _drop(self) -> None:
        self._response.close()
        self._response.release_conn()

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            self._drop()
        super().close()
