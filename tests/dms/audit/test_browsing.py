"""The log's page, lists and API: who reads what, filters, paging, sentences, exports."""

from __future__ import annotations

import ast
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dms.audit import verify
from dms.audit.browsing import LogFilter, deeds, everything, history
from dms.audit.sentences import sentence, text_of
from dms.audit.sequencer import tick
from dms.audit.service import record
from dms.audit.wording import deed_sentence, worded
from dms.bootstrap import TOPICS
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.errors import ForbiddenError, InvalidError
from dms.policy import SYSTEM, Identity
from dms.web.app import create_app
from tests.dms.audit.conftest import do
from tests.dms.conftest import MakeIdentity

SOURCE = Path(__file__).parents[3] / "dms"


def titles(archive: Archive, who: Identity, **wanted: object) -> list[str]:
    found, _ = deeds(archive, who, LogFilter(**wanted))  # type: ignore[arg-type]  # the filter's own fields
    return [deed.details["name"] for deed in found]


def test_archivist_reads_own_deeds_and_auditor_all(archive: Archive, auditor: Identity, identity: MakeIdentity) -> None:
    zhang = identity("ARC", account_id="zhang", name="张档案")
    do(archive, zhang, 2)
    do(archive, SYSTEM, 1, "party.change")
    assert len(titles(archive, zhang)) == 2
    assert len(titles(archive, auditor)) == 3
    with pytest.raises(ForbiddenError):
        deeds(archive, identity("SYS"), LogFilter())


def test_filters_by_person_action_target_and_days(archive: Archive, auditor: Identity, clock: FixedClock) -> None:
    do(archive, Identity("zhang", "张档案"), 2)
    clock.advance(days=2)
    do(archive, Identity("li", "李业务"), 1, "document.confirm")
    zhang = "0" * 22 + "zhan"
    do(archive, Identity(zhang, "张二"), 1, "box.create")
    assert titles(archive, auditor, person=zhang) == ["甲0"]
    assert titles(archive, auditor, person="张档") == ["甲1", "甲0"]
    assert titles(archive, auditor, person="nobody") == []
    assert titles(archive, auditor, person="李") == ["甲0"]
    assert titles(archive, auditor, action="party.") == ["甲1", "甲0"]
    assert titles(archive, auditor, action="document.confirm") == ["甲0"]
    assert titles(archive, auditor, target_kind="party", target_id="p1") == ["甲1"]
    assert titles(archive, auditor, until=date(2026, 6, 14)) == ["甲1", "甲0"]
    assert titles(archive, auditor, since=date(2026, 6, 15), action="document.confirm") == ["甲0"]
    with archive.db.read() as session:
        assert [deed.action for deed in history(session, "party", "p1")] == ["party.create"]


def test_pages_follow_one_another_without_gap_or_double(archive: Archive, auditor: Identity, clock: FixedClock) -> None:
    for _ in range(3):
        do(archive, SYSTEM, 3)
        clock.advance(seconds=1)
    seen, cursor = [], ""
    while cursor is not None:
        page, cursor = deeds(archive, auditor, LogFilter(), cursor, 2)  # type: ignore[assignment]  # None ends the loop
        seen += [deed.id for deed in page]
    assert len(seen) == len(set(seen)) == 9
    assert seen == [deed.id for deed in deeds(archive, auditor, LogFilter(), limit=100)[0]]
    with pytest.raises(InvalidError, match="第一页"):
        deeds(archive, auditor, LogFilter(), "rubbish")


def test_export_of_a_list_is_itself_recorded(archive: Archive, auditor: Identity) -> None:
    do(archive, SYSTEM, 2)
    found = list(everything(archive, auditor, LogFilter(action="party.")))
    assert len(found) == 2
    assert deeds(archive, auditor, LogFilter(action="audit.list"))[0][0].details == {"filter": {"action": "party."}}


def actions_in_the_source() -> set[str]:
    """Return the actions that calls of `record` name literally."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                found |= {
                    k.value.value for k in node.keywords if k.arg == "action" and isinstance(k.value, ast.Constant)
                }
    return found


def test_every_action_has_a_sentence_that_can_be_filled() -> None:
    assert actions_in_the_source() <= set(TOPICS.deeds)
    for action, template in TOPICS.deeds.items():
        assert sentence(template, action, "t", {}, "")
    assert sentence("%(changes)s", "x", "t", {"changes": {"甲": "1 → —"}, "乙": "x"}, "") == "甲 1 → —"
    assert sentence("%(a)s %(b)s", "x", "t", {"a": ["甲", 2], "b": {"c": None}}, "") == "甲、2 c —"


@pytest.fixture
def app(archive: Archive, identity: MakeIdentity) -> Flask:
    """The web; the session's secret is a role."""
    return create_app(archive, lambda archive, *, session, **_: identity(session, account_id=session, name=session))


def browser(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("guidang_session", role)
    return client


def test_page_reads_as_sentences_and_leads_to_the_proof(app: Flask, archive: Archive, identity: MakeIdentity) -> None:
    leaf = do(archive, identity("ARC", account_id="ARC", name="<b>张</b>"), 2)[1]
    tick(archive)
    page = browser(app, "AUD").get("/audit?action=party.").text
    assert "建立客户 甲1" in page
    assert "&lt;b&gt;张" in page
    shown = browser(app, "ARC").get(f"/audit/{leaf}").text
    assert "签名检查点" in shown
    assert "evidence proven" in shown
    assert "evidence failed" not in shown
    assert "自己做过的事" in browser(app, "ARC").get("/audit").text
    assert browser(app, "SYS").get("/audit").status_code == 403
    assert browser(app, "AUD").get("/audit/unknown").status_code == 404
    assert browser(app, "AUD").get("/audit?person=nobody").text.count("没有符合条件的记录") == 1
    assert browser(app, "AUD").get("/audit?since=rubbish").status_code == 422


def test_lists_and_the_whole_log_are_downloaded(app: Flask, archive: Archive) -> None:
    with archive.db.write() as session:
        record(session, archive.clock, SYSTEM, action="party.create", target=("party", "p"), details={"name": "=1+1"})
    auditor = browser(app, "AUD")
    rows = list(csv.reader(io.StringIO(auditor.get("/audit/export?action=party.").data.decode("utf-8-sig"))))
    assert rows[0][0] == "时间"
    assert rows[1][4] == "建立客户 =1+1"
    exported = auditor.get("/audit/export?format=proof").text
    assert verify.check_export(exported.splitlines()).is_good
    assert auditor.get("/audit/export?format=exe").status_code == 422
    assert browser(app, "ARC").get("/audit/export?format=proof").status_code == 403
    assert browser(app, "SYS").get("/audit/export").status_code == 403


def test_api_gives_deeds_checkpoints_and_proofs(app: Flask, archive: Archive) -> None:
    leaf = do(archive, SYSTEM, 3)[0]
    tick(archive)
    auditor = browser(app, "AUD")
    first = auditor.get("/api/v1/audit?limit=2").json
    assert first is not None
    rest = auditor.get(f"/api/v1/audit?limit=2&after={first['cursor'].replace('+', '%2B')}").json
    assert rest is not None
    assert [deed["target_id"] for deed in first["deeds"] + rest["deeds"]] == ["p2", "p1", "p0"]
    proof = auditor.get(f"/api/v1/audit/{leaf}/proof").json
    assert proof is not None
    assert proof["position"] == 0
    listed = auditor.get("/api/v1/audit/checkpoints").json
    assert listed is not None
    assert listed["checkpoints"][0]["size"] == 3
    grown = auditor.get("/api/v1/audit/growth?old=3&new=3").json
    assert grown is not None
    assert grown["proof"] == []
    assert auditor.get("/api/v1/audit/growth?old=0&new=3").status_code == 422


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["ARC", "T04", "document.view"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["roles", "before", "after", "level", "actions", "purpose", "type", "copy_kind", "name", "relation"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(action=st.sampled_from(sorted(TOPICS.deeds)), details=st.dictionaries(NAMES, JSON, max_size=4))
def test_a_deed_can_be_read_whatever_its_details(app: Flask, action: str, details: dict[str, object]) -> None:
    with app.test_request_context():
        assert deed_sentence(action, "t", details, "")
        assert all(isinstance(text_of(value), str) for value in worded(action, details).values())


def test_a_changed_customer_is_told_in_the_words_of_the_form(app: Flask) -> None:
    details = {"title": "甲公司", "relation": ["potential", "trading"], "uscc": [None, "91310000MA1FL0Q59P"]}
    with app.test_request_context():
        assert deed_sentence("party.change", "t", details, "") == (
            "修改客户 甲公司：关系 潜在客户 → 交易中；统一社会信用代码 — → 91310000MA1FL0Q59P"
        )
