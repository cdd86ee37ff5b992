"""The whole path in a real browser: sign in, upload, watch, correct, search, boxes, shelf, place."""

import re

import pytest
from playwright.sync_api import expect

from ingest.specimens import make_specimen
from tests.connections import outside, supported

SHELF = "K01-Q1-L01A-J01-C1"


@pytest.fixture(scope="module")
def contract(tmp_path_factory):
    """A stamped two-page contract as a scanned PDF, and what it says."""
    specimen = make_specimen("contract", 20260614, "pdf-scan")
    path = tmp_path_factory.mktemp("scans") / specimen.name
    path.write_bytes(specimen.data)
    fields = {field.name: field for document in specimen.truth.documents for field in document.fields}
    return path, fields


def test_a_stamped_contract_goes_from_scan_to_shelf_and_is_found(page, running, contract):
    path, truth = contract
    seller = truth["party_b_name"].value

    # upload: the tray tells when the original is safe
    page.goto(running.address + "/inbox")
    page.locator("input[data-choose-files]").first.set_input_files(path)
    tray = page.locator("[data-tray]")
    expect(tray).to_contain_text("1 / 1 已收", timeout=30_000)

    # watch it being read until it stands in the inbox, which shows it by itself
    row = page.get_by_role("row").filter(has_text="合同").locator("a[href^='/review/']")
    expect(row).to_be_visible(timeout=240_000)
    row.click()
    page.wait_for_url(re.compile("/review/"))
    document = page.url.rsplit("/", 1)[1].split("?")[0]

    # correct one field and confirm
    expect(page.locator("h1")).to_contain_text("合同")
    place = page.locator("[name='value.place']")
    place.fill("澜州市临江区")
    page.locator("button[name=deed][value=confirm]").first.click()
    page.wait_for_url(re.compile("/(inbox|review)"))

    # search two characters; the words are boxed on the page
    words = seller[2:4]
    for _ in range(30):
        page.goto(f"{running.address}/search?q={words}")
        if page.locator(".result").count():
            break
        page.wait_for_timeout(500)
    result = page.locator(".result").first
    expect(result).to_contain_text("原件未确认")
    expect(page.locator("[data-preview-pane] rect.hit").first).to_be_attached()  # its page stands beside the list
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/documents/{document}"))
    expect(page.locator("svg.boxes rect.hit").first).to_be_attached()
    expect(page.locator("body")).to_contain_text("澜州市临江区")

    # make a shelf, register the original and put it there
    page.goto(running.address + "/places")
    page.locator("[name=pattern]").fill(SHELF)
    page.get_by_role("button", name="建立库位").click()
    expect(page.locator("body")).to_contain_text("1 号库房")
    page.goto(f"{running.address}/documents/{document}?tab=where")
    page.locator("#register-paper [name=place]").fill(SHELF)
    page.get_by_role("button", name="登记原件").click()
    page.wait_for_url(re.compile("/holdings/"))
    expect(page.locator(".lead")).to_contain_text("第 1 层")

    # every search result says where the paper is
    page.goto(f"{running.address}/search?q={words}")
    expect(page.locator(".result").first).to_contain_text("1 号库房 › 第 1 区 › 第 1 列 A 面 › 第 1 节 › 第 1 层")


@pytest.mark.skipif(not supported(), reason="this system cannot watch connections")
def test_nothing_of_the_product_tried_to_reach_another_machine(running):
    """After the whole path above: web, workers, parsers and OCR have all been at work."""
    assert any(str(part).endswith("connections.py") for part in running.process.args)
    assert outside(running.connections) == []
