"""A test whose server cannot be had on this machine is skipped, with a word; in CI it fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


class AbsentError(Exception):
    """What a server needs is not on this machine; the message says what."""


def absent(problem: str) -> NoReturn:
    """End a test for the want of what it needs; a CI run never skips one."""
    if IN_CI:
        pytest.fail(f"{problem}. CI runs every test: install it.", pytrace=False)
    pytest.skip(problem)
