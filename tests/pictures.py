"""The four pictures of the README, taken in the demonstration archive: `python -m tests.pictures`.

Starts the demonstration in a scratch home (or in `--home`, where an earlier one is used again), waits until its papers
are read and put away, and writes `docs/images/*.webp` with Chromium. `chromium` must be installed.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
LOGIN, PASSWORD = "zhang", "kept between two pages 7"
PATIENCE = 1800  # seconds until the demonstration is read, put away and filed
QUALITY = 88  # of WebP: fine lines stay clean, every picture far below 250 kB
SHELVES = ("1 号库房", "第 1 区", "第 1 列 A 面", "第 1 节")
SHELF, BOX = "K01-Q1-L01A-J01-C4", "B2026-0003"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 812}


def main() -> None:
    """Start the demonstration, take the pictures, stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="home folder of the demonstration; kept")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        process = _start(asked.home or Path(scratch))
        try:
            _take_all(_address(process), asked.to)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _start(home: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return subprocess.Popen(
        [sys.executable, "-m", "dms", "run", "--port", "0"],
        cwd=ROOT, env={**environment, "HOME": str(home)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _address(process: subprocess.Popen[str]) -> str:
    """Return the sign-in link of a new archive, the bare address of one that was opened before."""
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        found = re.search(r"http://[\d.:]+(/link/\S+)?", line)
        address = found[0] if found else address
        if "Ctrl-C" in line:
            return address
    raise SystemExit("the demonstration did not start")


def _take_all(address: str, folder: Path) -> None:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        desk = browser.new_context(locale="zh-CN", viewport=DESK)
        page = desk.new_page()
        home = _sign_in(page, address)
        _wait_until_settled(desk, home)
        _save(_review(page, home), folder / "review.webp")
        _save(_search(page, home), folder / "search.webp")
        _save(_places(page, home), folder / "places.webp")
        _save(_phone(browser, desk, home), folder / "phone.webp")
        browser.close()


def _sign_in(page: Page, address: str) -> str:
    """Sign in by the link, or by name and password where that was done before; return the address of the archive."""
    first = "/link/" in address
    home = address.partition("/link/")[0]
    page.goto(address if first else home + "/sign-in")
    if first:
        page.get_by_label("姓名").fill("张档案")
    page.get_by_label("登录名").fill(LOGIN)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/(inbox|search|$)"))
    return home


def _wait_until_settled(desk: BrowserContext, home: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = desk.request.get(home + "/search?q=云沧").text()
        if desk.request.get(home + "/counters.json").json()["reading"] == 0 and "1 号库房" in found:
            return
        time.sleep(3)
    raise SystemExit("the demonstration was not read and put away in time")


def _review(page: Page, home: str) -> bytes:
    page.goto(home + "/inbox")
    page.locator("a[href^='/review/']").first.click()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def _search(page: Page, home: str) -> bytes:
    page.goto(home + "/search?q=云沧&sort=oldest")
    page.locator(".result", has_text="1 号库房").first.locator(".result-crop, .result-thumb").click()
    page.locator(".preview rect.hit.current").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def _places(page: Page, home: str) -> bytes:
    page.goto(home + "/places")
    for name in SHELVES:
        page.locator("main").get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state("load")
    return page.screenshot()


def _phone(browser: Browser, desk: BrowserContext, home: str) -> bytes:
    hand = browser.new_context(locale="zh-CN", viewport=PHONE, has_touch=True, storage_state=desk.storage_state())
    page = hand.new_page()
    page.goto(home + "/putaway")
    for code in (SHELF, BOX):
        page.locator("[data-scan-input]").fill(code)
        page.keyboard.press("Enter")
        _answered(page)
    picture = page.screenshot()
    page.locator("[data-scan-undo]").click()  # the archive stays as it was
    _answered(page)
    return picture


def _answered(page: Page) -> None:
    page.locator(".scan-flash").wait_for(state="attached")
    page.locator(".scan-flash").wait_for(state="detached")


def _save(picture: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, quality=QUALITY, method=6)
    sys.stdout.write(f"{path} {path.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
