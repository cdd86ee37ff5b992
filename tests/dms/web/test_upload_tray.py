"""The upload tray: raw bodies, results that stay while one walks on, problems in words, retry."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, Response, jsonify, request

from dms.http import raw_body
from dms.kernel.errors import SignInNeededError, TooLargeError

pytestmark = pytest.mark.browser


class Receiver:
    """Receives files like the archive does; remembers them and how many came at once."""

    def __init__(self) -> None:
        self.files: list[tuple[str, bytes, str]] = []
        self.now = self.most = self.refused = 0
        self.signed_out = False
        self._lock = threading.Lock()

    def put(self) -> Response:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        name, body = unquote(request.headers["X-File-Name"]), raw_body(None).read()
        with self._lock:
            self.now -= 1
            if self.signed_out:
                raise SignInNeededError("请先登录。")
            if name == "太大.pdf" and not self.refused:
                self.refused += 1
                raise TooLargeError("“%(name)s”太大。", name=name)
            self.files.append((name, body, request.args.get("batch", "")))
        state = {"重复.pdf": "duplicate", "程序.pdf": "refused"}.get(name, "stored")
        message = "认不出这是什么文件" if state == "refused" else ""
        return jsonify(
            state=state,
            batch="b1" + request.args.get("copy_kind", ""),
            url="/arrivals/" + str(len(self.files)),
            message=message,
        )


@pytest.fixture
def receiver(app: Flask) -> Receiver:
    receiver = Receiver()
    app.add_url_rule("/upload", "upload", receiver.put, methods=["PUT"])
    app.add_url_rule("/inbox", "inbox", lambda: "")
    return receiver


@pytest.fixture
def page(browser: Any, address: str, receiver: Receiver) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "guidang_session", "value": "archivist", "url": address}])
    page = context.new_page()
    page.goto(address + "/styleguide")
    page.wait_for_selector("html[data-ready]")
    return page


def choose(page: Any, *names: str) -> None:
    files = [{"name": name, "mimeType": "application/pdf", "buffer": name.encode() * 1000} for name in names]
    page.locator("[data-choose-files]").set_input_files(files)


def test_files_of_which_something_else_is_said_are_of_another_batch(page: Any, receiver: Receiver) -> None:
    page.evaluate(
        """() => {
            const input = document.querySelector("[data-choose-files]"), form = document.createElement("form");
            form.innerHTML = '<input name="copy_kind" data-upload-detail value="original">';
            input.replaceWith(form);
            form.append(input);
        }"""
    )
    for kind, name in (("original", "1.pdf"), ("original", "2.pdf"), ("copy", "3.pdf"), ("original", "4.pdf")):
        page.locator("[name=copy_kind]").fill(kind)
        choose(page, name)
        page.locator(".tray li[data-state=done]", has_text=name).wait_for()
    assert [batch for _name, _body, batch in receiver.files] == ["", "b1original", "", "b1original"]
    receipts = page.locator("[data-tray-receipts] a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    assert receipts == ["/batches/b1original/receipt.pdf", "/batches/b1copy/receipt.pdf"]


def test_files_go_up_as_they_are_and_their_results_stay(page: Any, receiver: Receiver) -> None:
    names = [f"合同 {number}.pdf" for number in range(5)] + ["重复.pdf"]
    choose(page, *names)
    page.locator("[data-tray-summary]", has_text="6 / 6 已收").wait_for()
    assert {name for name, _body, _batch in receiver.files} == set(names)
    assert all(body == name.encode() * 1000 for name, body, _batch in receiver.files)
    assert receiver.most <= 3
    assert [batch for _name, _body, batch in receiver.files][3:] == ["b1"] * 3, "they name the batch once it is known"
    assert "已有同一份" in page.locator(".tray li[data-state=duplicate]").inner_text()
    page.goto(page.url.replace("/styleguide", "/keys"))
    page.wait_for_selector(".tray li[data-state=done]")
    assert page.locator(".tray li").count() == 6
    assert page.locator(".tray li a").first.get_attribute("href").startswith("/arrivals/")
    (receipt,) = page.locator("[data-tray-receipts] a").all()
    assert receipt.get_attribute("href") == "/batches/b1/receipt.pdf"
    page.locator("[data-tray-clear]").click()
    assert not page.locator(".tray").is_visible()


def test_a_refused_file_says_why_and_can_be_sent_again(page: Any, receiver: Receiver) -> None:
    choose(page, "太大.pdf")
    page.wait_for_selector(".tray li[data-state=failed]")
    assert "“太大.pdf”太大。" in page.locator(".tray-message").inner_text()
    page.locator(".tray li button").click()
    page.wait_for_selector(".tray li[data-state=done]")
    assert [name for name, _body, _batch in receiver.files] == ["太大.pdf"]


def test_what_was_taken_in_but_cannot_be_read_says_so_at_once(page: Any, receiver: Receiver) -> None:
    choose(page, "程序.pdf")
    row = page.locator(".tray li[data-state=done]")
    row.wait_for()
    assert "认不出这是什么文件" in row.inner_text()


def test_a_session_that_ends_while_files_go_up_keeps_them_until_one_has_signed_in_again(
    page: Any, receiver: Receiver
) -> None:
    receiver.signed_out = True
    choose(page, "合同.pdf")
    page.wait_for_selector(".tray li[data-state=failed]")
    assert "登录已过期" in page.locator(".tray-message").inner_text()
    receiver.signed_out = False
    page.context.add_cookies([{"name": "guidang_session", "value": "english", "url": page.url}])  # a new session
    page.locator(".tray li button").click()
    page.wait_for_selector(".tray li[data-state=done]")
    assert [name for name, _body, _batch in receiver.files] == ["合同.pdf"]


def test_a_drop_anywhere_uploads(page: Any, receiver: Receiver) -> None:
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["abc"], "掉下来的.png"));
          for (const name of ["dragenter", "dragover", "drop"]) {
            const how = { dataTransfer: carried, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new DragEvent(name, how));
          }
        }"""
    )
    page.wait_for_selector(".tray li[data-state=done]")
    assert receiver.files[0][:2] == ("掉下来的.png", b"abc")
