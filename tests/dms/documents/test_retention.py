"""How long papers of a type are kept is shown by the rule that the type's file names."""

import pytest

from dms.documents.models import Document
from tests.dms.people import Door


@pytest.fixture
def shown(archive, identity):
    door = Door(archive, identity("ARC"), identity("SAL"), identity("SYS"))

    def show(type_code, language="zh"):
        with archive.db.write() as session:
            made = Document(title="一件", type_code=type_code, created_at=archive.clock.now(), owner_id="arc")
            session.add(made)
            session.flush()
        browser = door.browser("arc")
        browser.set_cookie("guidang_language", language)
        page, answer = (browser.get(f"{base}/documents/{made.id}") for base in ("", "/api/v1"))
        return page.text, answer.json["retention"]

    return show


def test_a_document_shows_its_retention_on_its_page_and_to_programs(shown):
    page, told = shown("T06")
    assert "30 年 · 自文件日期起" in page
    assert told == {
        "rule": "D30", "zh": "30 年", "en": "30 years", "years": 30, "counted_from": "document",
        "basis": "会计档案管理办法, original voucher",
    }  # fmt: skip
    page, told = shown("T04", "en")
    assert ">Permanent<" in page
    assert (told["rule"], told["years"]) == ("Y", None)
    page, _told = shown("T01", "en")
    assert "10 years · from the end of the relation with the customer" in page


def test_nothing_is_said_of_the_retention_of_an_unknown_type(shown):
    page, told = shown("T99")
    assert told is None
    assert "自文件日期起" not in page
