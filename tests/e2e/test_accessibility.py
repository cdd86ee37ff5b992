"""Axe on every screen, wide and narrow: no serious finding."""

import pytest
from axe_playwright_python.sync_playwright import Axe

SCREENS = (
    "/inbox", "/documents", "/search", "/search?q=合同", "/parties", "/parties/new", "/dossiers", "/places", "/putaway",
    "/holdings", "/jobs", "/audit", "/people", "/account", "/admin", "/styleguide",
)  # fmt: skip
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_has_no_serious_finding(page, running, path, width):
    page.set_viewport_size({"width": width, "height": 812})
    answer = page.goto(running.address + path)
    assert answer is not None
    assert answer.status == 200
    found = Axe().run(page).response["violations"]
    serious = [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS]
    assert serious == []


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_a_phone(page, running, path):
    page.set_viewport_size({"width": 375, "height": 812})
    page.goto(running.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
