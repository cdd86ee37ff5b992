"""Taking back what dead workers held: at the start, and whenever the supervisor says that one died."""

from __future__ import annotations

from pathlib import Path

from dms.jobs import service
from dms.kernel.archive import Archive


class DeadWorkers:
    """Looks at the file that the supervisor touches when a worker died."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._released, self._stamp = archive, archive.data / "released", -1

    def take_back(self) -> int:
        """Take back the jobs of workers that died since the last call; there is never more to do."""
        stamp = _stamp(self._released)
        if stamp != self._stamp:
            service.release_dead(self._archive)
            self._stamp = stamp
        return 0


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
