"""Ends a server with whoever started it, even if that was killed with signal 9: nothing is left running."""

from __future__ import annotations

import shutil
import sys
from functools import cache


@cache
def leash(*options: str) -> tuple[str, ...]:
    """Return what to write before a command, so that it dies with the thread that starts it; on Linux only.

    `options` are others of setpriv: it applies the leash last, and a change of the user would undo one.
    """
    if sys.platform == "linux" and shutil.which("setpriv"):
        return ("setpriv", *options, "--pdeathsig", "KILL")
    return ("setpriv", *options) if options else ()
