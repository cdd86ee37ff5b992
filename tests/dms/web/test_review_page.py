"""The review page by keyboard alone, over invented content."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, jsonify, render_template, request, url_for

pytestmark = pytest.mark.browser


def field(name: str, shown: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "label": name, "kind": "text", "required": False, "raw": shown, "value": shown, "shown": shown,
        "position": 1, "box": None, "confidence": 0.97, "doubtful": False, "source": "machine", "confirmed": False,
        "crop": "", "checks": [],
    } | more  # fmt: skip


FAILED = [{"name": "total", "state": "failed", "message": "", "suggestion": "1,284,500.00"}]
FIELDS = [
    field("signed", "2023-06-12", kind="date", doubtful=True, box=[0.30, 0.205, 0.66, 0.230], confidence=0.61),
    field("amount", "128,450.00", kind="amount", doubtful=True, checks=FAILED),
    field("code", "GX-2023-0611", kind="code", box=[0.30, 0.155, 0.62, 0.180]),
]
SEALS = [
    {"id": "s1", "position": 1, "box": [0.58, 0.7, 0.82, 0.87], "shape": "round", "text": "", "confirmed": False,
     "crop": ""}
]  # fmt: skip
DOCUMENT = {
    "id": "d1", "title": "样例", "type_code": "T04", "type_confidence": 0.97, "state": "NEEDS_REVIEW", "level": 1,
    "number": None, "copy_kind": "unknown", "revision": 3, "dossier_id": None,
}  # fmt: skip


@pytest.fixture
def posted(app: Flask) -> list[dict[str, list[str]]]:
    """Serve the page; what is posted is collected."""
    received: list[dict[str, list[str]]] = []

    def show(document_id: str) -> str:
        view = url_for("static", filename="img/sample-page-1.svg")
        page = {"position": 1, "view": view, "thumb": view, "width": 1240, "height": 1754}
        return render_template(
            "desk/review.html", document=DOCUMENT | {"id": document_id}, type_name="购销合同",
            types=[("T04", "购销合同")], pages=[page], fields=FIELDS, seals=SEALS, dossiers=[],
            levels=[(0, "公开"), (1, "内部")], queue={"at": 3, "of": 34, "previous": "d0", "next": "d2"},
            papers=[], places={},
        )  # fmt: skip

    def save(document_id: str) -> str:
        received.append(request.form.to_dict(flat=False))
        return ""

    app.add_url_rule("/review/<document_id>", "show", show)
    app.add_url_rule("/review/<document_id>", "save", save, methods=["POST"])
    app.add_url_rule("/review/<document_id>/later", "later", save, methods=["POST"])
    app.add_url_rule(
        "/review/<document_id>/read-box.json", "box", lambda document_id: jsonify(text="GX-1"), methods=["POST"]
    )
    return received


@pytest.fixture
def page(browser: Any, address: str, posted: list[Any]) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "guidang_session", "value": "archivist", "url": address}])
    page = context.new_page()
    page.goto(address + "/review/d1")
    page.wait_for_selector("html[data-ready] [data-value=signed].here")
    return page


def here(page: Any) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_a_document_is_confirmed_without_the_mouse(page: Any, posted: list[dict[str, list[str]]]) -> None:
    assert here(page) == "value.signed"
    assert page.locator(".box.current[data-field=signed]").count() == 1
    page.keyboard.type("2023-06-13")
    page.keyboard.press("Enter")
    assert here(page) == "value.amount"
    page.keyboard.press("ArrowDown")
    assert here(page) == "seal"
    page.keyboard.press("Enter")
    assert page.locator("[data-doubts-left]").inner_text() == "0"
    assert here(page) == "deed"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    sent = posted[0]
    assert sent["value.signed"] == ["2023-06-13"], "typing replaced the value"
    assert sent["value.amount"] == ["1,284,500.00"]
    assert sent["accepted"] == ["signed", "amount"]
    assert (sent["seal"], sent["deed"], sent["revision"]) == (["s1"], ["confirm"], ["3"])


def test_a_box_on_the_page_leads_to_its_value_and_a_drawn_one_fills_it(page: Any) -> None:
    page.locator(".box[data-field=code]").click()
    assert here(page) == "value.code"
    page.keyboard.press("Alt+b")
    figure = page.locator("figure.page").bounding_box()
    page.mouse.move(figure["x"] + 100, figure["y"] + 100)
    page.mouse.down()
    page.mouse.move(figure["x"] + 200, figure["y"] + 130, steps=3)
    page.mouse.up()
    page.wait_for_selector("[data-value=code] input[name='box.code']", state="attached")
    assert page.locator("#value-code").input_value() == "GX-1"


def test_a_key_with_alt_works_while_typing(page: Any, posted: list[dict[str, list[str]]]) -> None:
    page.keyboard.type("s")
    assert page.locator("#value-signed").input_value() == "s"
    with page.expect_navigation(url="**/later"):
        page.on("dialog", lambda dialog: dialog.accept())
        page.keyboard.press("Alt+s")
    assert posted[0]["revision"] == ["3"]


def test_axe_finds_nothing_serious(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = [v for v in axe.run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
