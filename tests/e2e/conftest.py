"""A whole archive, started as a person starts it, and a real Chromium to work in it."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.connections import supported, watched

ROOT = Path(__file__).parents[2]
PASSWORD = "kept between two pages 7"


@dataclass
class Running:
    """A running archive: its address, the first sign-in link, its process and its folders."""

    address: str
    link: str
    process: subprocess.Popen[str]
    home: Path
    connections: Path  # every network address that the product tried to reach


@pytest.fixture(scope="session")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`./run --empty` without its shell part, on a free port, in a home folder of its own."""
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "GUIDANG_WORKERS": "2"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    report = home / "connections"
    command = [sys.executable, "-m", "dms", "run", "--empty", "--port", "0"]
    process = subprocess.Popen(
        watched(report, command) if supported() else command,
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        address, link = _greeting(process)
        yield Running(address, link, process, home, report)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def _greeting(process: subprocess.Popen[str]) -> tuple[str, str]:
    lines: queue.Queue[str] = queue.Queue()

    def pump() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    threading.Thread(target=pump, daemon=True).start()
    said, until = "", time.monotonic() + 60
    while time.monotonic() < until:
        try:
            said += lines.get(timeout=1)
        except queue.Empty:
            assert process.poll() is None, said
        found = re.search(r"(http://[\d.:]+)(/link/\S+)", said)
        if found:
            return found[1], found[1] + found[2]
    raise AssertionError(f"no link within 60 s: {said}")


@pytest.fixture(scope="session")
def context(browser: Browser, running: Running) -> Iterator[BrowserContext]:
    """A browser in which the first person has signed in by the printed link."""
    made = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = made.new_page()
    page.goto(running.link)
    page.get_by_label("姓名").fill("张档案")
    page.get_by_label("登录名").fill("zhang")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/(inbox|search|$)"))
    page.close()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab that fails the test on an error of a script."""
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    yield tab
    tab.close()
    assert problems == []
