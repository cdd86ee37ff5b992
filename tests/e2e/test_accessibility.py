"""Axe on every screen, wide and light, narrow and dark: no serious finding, nothing wider than a phone."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from dms.bootstrap import TOPICS
from dms.web.app import create_app
from ingest.specimens import Variant, make_specimen
from tests.e2e.conftest import Running

SCREENS = {  # endpoint: its addresses; {name} is something that the fixture `made` brought in
    "accounts.account": ("/account",),
    "accounts.administration": ("/admin",),
    "accounts.link": ("{link}",),
    "accounts.new_person": ("/people/new",),
    "accounts.people": ("/people",),
    "accounts.person": ("{person}",),
    "accounts.roles_table": ("/admin/roles",),
    "accounts.sign_in_page": ("/sign-in",),
    "audit.index": ("/audit",),
    "audit.show": ("{leaf}",),
    "desk.document": tuple("{document}?tab=" + tab for tab in ("fields", "text", "seals", "where", "history", "proof")),
    "desk.find_number": ("/find", "/find?number=330106"),
    "desk.party": ("{party}",),
    "desk.review": ("{review}",),
    "documents.arrange_page": ("{document}/arrange",),
    "documents.arrival": ("{arrival}", "{refused}"),
    "documents.documents": ("/documents", "/documents?trashed=1", "/documents?title=x&since=2020-01-01"),
    "documents.inbox": ("/inbox",),
    "documents.print_document": ("{document}/print",),
    "dossiers.index": ("/dossiers",),
    "dossiers.show": ("{dossier}",),
    "holdings.index": ("/places",),
    "holdings.out": ("/holdings",),
    "holdings.paper": ("{paper}",),
    "holdings.place": ("{place}",),
    "holdings.putaway": ("/putaway",),
    "jobs.index": ("/jobs",),
    "parties.edit": ("{party}/edit",),
    "parties.index": ("/parties",),
    "parties.new": ("/parties/new",),
    "retrieval.search": ("/search", "/search?q=收据", "/search?q=没有这样的词"),
    "tasks.index": ("/tasks",),
    "web.keys": ("/keys",),
    "web.style_guide": ("/styleguide",),
}
NOT_SCREENS = {  # endpoint: what it answers with instead
    "audit.export": "a file",
    "documents.download": "a file",
    "documents.download_arrival": "a file",
    "documents.page_crop": "a picture",
    "documents.page_thumbnail": "a picture",
    "documents.page_view": "a picture",
    "dossiers.export": "a file",
    "favicon": "a picture",
    "holdings.export_out": "a file",
    "holdings.export_places": "a file",
    "holdings.preview": "JSON",
    "holdings.putaway_place": "JSON",
    "intake.receipt": "a file",
    "jobs.progress": "JSON",
    "parties.export": "a file",
    "retrieval.boxes": "JSON",
    "retrieval.export": "a file",
    "retrieval.preview": "a piece of the search page, which is looked at with it",
    "static": "a file",
    "web.counters": "JSON",
    "web.healthz": "JSON",
    "web.readyz": "JSON",
    "web.start": "a redirect",
}
VISITOR = ("{link}", "/sign-in")  # seen by those who are not signed in
ERRORS = ("/nothing-here", "/documents/nothing")
NARROW = [(path, 375, "dark") for path in [*(path for paths in SCREENS.values() for path in paths), *ERRORS]]
WIDE = [
    pytest.param(paths[0], 1440, "light", marks=pytest.mark.slow) for paths in SCREENS.values()
]  # one state of each
SERIOUS = ("serious", "critical")
LOCATION = re.compile(r"^(?:https?://[^/]+)?(/[^?]*)")


@dataclass
class Hand:
    """Somebody's browser, used without its pages."""

    context: BrowserContext
    address: str
    token: str

    def post(self, path: str, **fields: str) -> str:
        """Send a form; return where the answer leads, or what it says."""
        answer = self.context.request.post(self.address + path, form={"csrf": self.token, **fields}, max_redirects=0)
        assert answer.status in (200, 201, 302, 303), answer.text()
        found = LOCATION.match(answer.headers.get("location", ""))
        return found[1] if found else answer.text()

    def upload(self, name: str, data: bytes) -> str:
        """Bring a file in; return the address of its arrival."""
        headers = {"X-CSRF-Token": self.token, "X-File-Name": quote(name), "Accept": "application/json"}
        answer = self.context.request.put(
            self.address + "/upload", data=data, headers=headers | {"Content-Type": "application/octet-stream"}
        )
        assert answer.ok, answer.text()
        return str(answer.json()["url"])


@pytest.fixture(scope="module")
def made(context: BrowserContext, running: Running) -> dict[str, str]:
    """Something for every screen to show."""
    page = context.new_page()
    page.goto(running.address + "/inbox")
    hand = Hand(context, running.address, page.locator("meta[name=csrf]").get_attribute("content") or "")
    found = {"refused": hand.upload("程序.pdf", b"MZ program"), "arrival": ""}
    found["arrival"] = hand.upload("收据.png", make_specimen("receipt", 7, Variant("small", dpi=120.0)).data)
    found["party"] = hand.post("/parties", name="杭州钱塘五金有限公司", relation="potential", region="330106")
    found["dossier"] = hand.post("/dossiers", party=found["party"].rpartition("/")[2], trigger="INTENT", region="3301")
    hand.post("/places", pattern="K09-G01-C1", max_level="3")
    invited = re.search(r"/link/[\w-]+", hand.post("/people", name="李业务", login="li.yewu", roles="SAL", level="1"))
    assert invited
    found["link"] = invited[0]
    found |= _seen(page, running.address)
    found["document"] = _read(hand, found["arrival"])
    document = found["document"].rpartition("/")[2]
    found["review"] = f"/review/{document}"
    found["paper"] = hand.post("/holdings", document=document, copy_kind="original", place="K09-G01-C1")
    page.close()
    return found


def _seen(page: Page, address: str) -> dict[str, str]:
    page.goto(address + "/people")
    person = page.locator("a[href^='/people/']", has_text="李业务").get_attribute("href") or ""
    page.goto(address + "/places")
    place = page.locator("a[href^='/places/']", has_text="9 号库房").get_attribute("href") or ""
    page.goto(address + "/audit")
    leaf = page.locator("tbody a[href^='/audit/']").first.get_attribute("href") or ""
    return {"person": person, "place": place, "leaf": leaf}


def _read(hand: Hand, arrival: str) -> str:
    for _ in range(240):  # asked without a page, which would load itself anew while it is looked at
        found = re.search(r'href="(/documents/\w+)"', hand.context.request.get(hand.address + arrival).text())
        if found:
            return found[1]
        time.sleep(0.5)
    raise AssertionError("the receipt was not read within two minutes")


@pytest.mark.parametrize(("path", "width", "scheme"), [*NARROW, *WIDE])
def test_a_screen_has_no_serious_finding_and_fits(
    context: BrowserContext, running: Running, made: dict[str, str], path: str, width: int, scheme: str
) -> None:
    assert context.browser
    here = context.browser.new_context(locale="zh-CN") if path in VISITOR else context
    page = here.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_viewport_size({"width": width, "height": 812})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    answer = page.goto(running.address + path.format(**made))
    assert answer is not None
    assert answer.status == (404 if path in ERRORS else 200)
    found = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    if here is not context:
        here.close()
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in SERIOUS] == []
    assert wide <= width
    assert problems == []


def test_every_screen_is_looked_at() -> None:
    """A new page stands in the list, or says why it is none; nothing that is gone stands there."""
    house: Any = SimpleNamespace(topics=TOPICS)  # routes alone need no archive
    rules = create_app(house).url_map.iter_rules()
    served = {rule.endpoint for rule in rules if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")}
    assert served - SCREENS.keys() == NOT_SCREENS.keys() & served
    assert SCREENS.keys() <= served
    assert not SCREENS.keys() & NOT_SCREENS.keys()
