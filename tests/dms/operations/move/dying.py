"""A move that kills its own process, as `kill -9` does, at one point; test_moving.py runs it in a process apart."""

from __future__ import annotations

import os
import signal
from typing import Any

from config.settings import Settings
from dms.bootstrap import composed
from dms.operations.move import beginning, carrying, move, moving
from dms.policy import SYSTEM
from dms.retrieval import projection

POINTS = {"leave": (beginning, "_arrive"), "left": (moving, "_finish")}  # killed where these would begin


def die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main(source: Settings, target: Settings, point: str, times: int) -> None:
    """Move until the point is reached for so many times."""
    carrying.NOTED = 2
    if point in POINTS:
        setattr(*POINTS[point], die)
    seen = 0

    def show(stage: str, done: int, total: int) -> None:
        nonlocal seen
        seen += stage == point
        if seen == times:
            die()

    def build() -> int:
        if point == "index":
            die()
        with composed(target) as archive:
            return projection.build(archive)

    with composed(source) as archive:
        move(archive, SYSTEM, target, build, show)
