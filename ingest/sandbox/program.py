"""The frame of a confined child's program: start, warm up, shut in, report, do one job, end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from ingest.sandbox import confine
from ingest.sandbox.frames import Wire
from ingest.sandbox.limits import Limits


def run(serve: Callable[[Wire, Limits], None], warm_up: Callable[[Limits], None]) -> None:
    """Run as a child: `python -I PROGRAM PARENT_PID LIMITS…` with frames on standard input and output."""
    parent = int(sys.argv[1])
    limits = Limits(*(type(default)(text) for default, text in zip(vars(Limits()).values(), sys.argv[2:], strict=True)))
    confine.die_with_parent(parent)
    wire = Wire(*confine.silence())
    warm_up(limits)
    found = shut_in(limits, parent)
    wire.send({"type": "ready", "level": found.level, "missing": list(found.missing)})
    try:
        serve(wire, limits)
    finally:
        os._exit(0)  # leave nothing to destructors of libraries


def shut_in(limits: Limits, parent: int) -> confine.Report:
    """Confine this process for parsing; the libraries are loaded by now."""
    missing = confine.set_limits(limits.memory, limits.cpu)
    missing += confine.no_new_privileges()
    alone = len(os.listdir("/proc/self/task")) == 1 if confine.LINUX else False  # noqa: PTH208  one call is enough
    unlocked = confine.restrict_files(fonts_only=True) if alone else ["landlock"]
    missing += unlocked + confine.drop_privileges(not unlocked)
    confine.die_with_parent(parent)
    missing += confine.restrict_calls(files=not unlocked)  # without Landlock no file at all may be opened
    return confine.report(missing)
