"""The style guide in a real Chromium: keys, viewer, table, theme, what axe finds."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

pytestmark = pytest.mark.browser


def open_page(browser: Any, address: str, **options: Any) -> tuple[Any, list[str]]:
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"} | options)
    context.add_cookies([{"name": "guidang_session", "value": "archivist", "url": address}])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(address + "/styleguide")
    page.wait_for_selector("html[data-ready]")
    return page, problems


def test_the_sheet_shows_the_keys_of_this_screen_and_sequences_lead_away(
    browser: Any, app: Flask, address: str
) -> None:
    for path in ("/inbox", "/search"):
        app.add_url_rule(path, path, lambda: "")
    page, problems = open_page(browser, address)
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("[data-key-sheet][open] kbd").first.is_visible()
    assert "到检索框" in page.locator("[data-key-sheet]").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "top-search"
    page.keyboard.type("gi")
    assert page.url.endswith("/styleguide"), "letters typed into an input are not commands"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox")
    assert problems == []


def test_the_viewer_zooms_turns_lights_boxes_and_draws(browser: Any, address: str) -> None:
    page, problems = open_page(browser, address)
    viewer = page.locator("[data-viewer]")
    viewer.scroll_into_view_if_needed()
    figure = viewer.locator("figure.page:not([hidden])")
    fitted = figure.bounding_box()["width"]
    viewer.locator("[data-viewer-in]").click()
    assert figure.bounding_box()["width"] == pytest.approx(fitted * 1.25, rel=0.01)
    viewer.locator("[data-viewer-fit]").click()
    viewer.locator("[data-viewer-turn]").click()
    turned = figure.bounding_box()
    assert turned["width"] > turned["height"]
    for _ in range(3):
        viewer.locator("[data-viewer-turn]").click()
    viewer.locator(".box[data-field=date]").click()
    assert "current" in viewer.locator(".box[data-field=date]").get_attribute("class")
    viewer.locator("[data-viewer-next-hit]").click()
    assert viewer.locator("[data-viewer-where]").inner_text() == "第 2 页，共 2 页"
    page.evaluate("document.addEventListener('guidang:drawn', (event) => { window.drawn = event.detail; })")
    viewer.locator("[data-viewer-draw]").click()
    box = figure.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    drawn = page.evaluate("window.drawn")
    assert drawn["page"] == 2
    assert drawn["box"] == pytest.approx([0.25, 0.25, 0.75, 0.5], abs=0.01)
    assert problems == []


def test_selecting_a_page_of_rows_offers_all_results(browser: Any, address: str) -> None:
    page, _problems = open_page(browser, address)
    page.locator("[data-select-page]").check()
    assert page.locator("[data-bulk-count]").inner_text() == "已选 4 项"
    assert page.locator("[data-bulk-all]").is_visible()


def test_light_and_dark_follow_the_system_until_chosen(browser: Any, address: str) -> None:
    page, _problems = open_page(browser, address, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(22, 24, 26)"
    page.locator(".account-menu > summary").click()
    page.locator(".account-menu [data-theme-toggle]").click()
    assert page.evaluate(paper) == "rgb(250, 249, 246)"
    page.reload()
    assert page.evaluate(paper) == "rgb(250, 249, 246)"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (375, "light"), (375, "dark")])
def test_axe_finds_nothing_serious_and_nothing_overflows(browser: Any, address: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, problems = open_page(browser, address, viewport={"width": width, "height": 812}, color_scheme=scheme)
    found = axe.run(page).response["violations"]
    serious = [
        (violation["id"], [node["html"] for node in violation["nodes"]][:3])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []
