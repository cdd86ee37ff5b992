"""What tests of every room share: one real Chromium for a whole run (Playwright allows one at a time in a process)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

os.environ["LC_ALL"] = "C.UTF-8"  # what the command line says is compared in Chinese, whatever the developer's terminal
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run", "--disable-sync"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; tests that need it are skipped, with a word, where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()
