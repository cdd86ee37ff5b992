"""One running copy a data folder: a locked file that says who holds it and under which address."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from dms.kernel.errors import ConfigurationError


class AlreadyRunningError(ConfigurationError):
    """Another copy of the program serves this data folder."""

    code = "already_running"


class FolderLock:
    """Holds a data folder while the program serves it; a context manager. The lock ends with the process, however."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "running.lock"
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock. Raises `AlreadyRunningError` naming process and address of who has it."""
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = self._holder()
            os.close(self._descriptor)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise AlreadyRunningError(
                "这个数据文件夹已经由进程 %(pid)s 打开，网址 %(address)s。没有启动第二个；请直接打开那个网址，"
                "或先停止它。",
                pid=holder.get("pid", "?"), address=holder.get("address", "?"),
            ) from error  # fmt: skip
        return self

    def tell(self, address: str) -> None:
        """Write down who holds the folder and where it can be opened."""
        text = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def _holder(self) -> dict[str, object]:
        try:
            found = json.loads(os.pread(self._descriptor, 4096, 0))
            return found if isinstance(found, dict) else {}
        except ValueError:
            return {}
