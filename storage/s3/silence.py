"""A server that has fallen silent: one caller at a time waits for it, so that it does not hold all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError

from storage.objects import StorageUnavailableError

PATIENCE = 2.0  # seconds that the others wait for the one


class Silence:
    """Remembers whether the last request was left without an answer for as long as we wait."""

    def __init__(self) -> None:
        self._fallen = False
        self._waiting = threading.Lock()

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Let a request pass, unless the server is silent and another request waits for it without success.

        Raises `StorageUnavailableError` in that case; what the request raises passes.
        """
        alone = self._fallen
        if alone and not self._waiting.acquire(timeout=PATIENCE):
            raise StorageUnavailableError("The S3 server has fallen silent: try again later.")
        try:
            yield
            self._fallen = False
        except Exception as error:
            self._fallen = _is_silence(error)
            raise
        finally:
            if alone:
                self._waiting.release()


def _is_silence(error: Exception) -> bool:
    timed_out = isinstance(error, ReadTimeoutError | ConnectTimeoutError)
    return timed_out and not isinstance(error, NewConnectionError)  # a refusal is an answer, and comes at once
