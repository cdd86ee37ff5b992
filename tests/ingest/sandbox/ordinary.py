"""Run a Python program as an ordinary user, also when the tests run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ORDINARY = 12345  # a user id that owns nothing


def run_as(user: str, arguments: Sequence[str]) -> str:
    """Return what `python arguments…` prints, run as "me" or "ordinary". Skips where that is not possible."""
    command = [sys.executable, *arguments]
    if user == "ordinary":
        if os.geteuid() != 0:
            pytest.skip("already an ordinary user: the other case covers it")
        command = [*_become_ordinary(), *command]
    result = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _become_ordinary() -> list[str]:
    program = shutil.which("setpriv") or pytest.skip("setpriv is not installed")
    given = [program, f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
    needed = (Path(sys.executable).absolute(), Path(sys.executable).resolve(), Path(__file__).resolve())
    if all(folder.stat().st_mode & 1 for path in needed for folder in path.parents):
        return given
    # The interpreter or this program lies in a private folder: the user may pass by that, and by nothing else.
    return [*given, "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
