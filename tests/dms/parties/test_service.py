from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from config.settings import OwnCompany
from dms.audit.models import AuditLeaf
from dms.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from dms.parties import service
from dms.parties.models import Party
from ingest.identifiers import is_uscc

CODE = next(
    "91330106MA27XQ8R3" + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc("91330106MA27XQ8R3" + last)
)


@pytest.fixture
def archivist(identity):
    return identity("ARC")


def make(archive, who, name="杭州华信贸易有限公司", **values):
    return service.create(archive, who, {"name": name, **values})


def names(archive, who, text):
    return [party.name for party in service.listing(archive, who, text).rows]


def actions(archive):
    with archive.db.read() as session:
        return list(session.scalars(sa.select(AuditLeaf.action).order_by(AuditLeaf.id)))


def test_a_party_is_found_by_name_code_and_initials(archive, archivist):
    code = CODE
    made = make(archive, archivist, uscc=code.lower()[:9] + " " + code[9:], region="330106")
    party = service.get(archive, archivist, made)
    assert (party.uscc, party.revision, party.relation) == (code, 1, "potential")
    for text in ("华信", "杭州华信贸易（有限公司）"[:4], code[:6].lower(), "hxmy"):
        assert names(archive, archivist, text) == [party.name]
    assert names(archive, archivist, "%") == []
    assert actions(archive) == ["party.create"]


def test_a_credit_code_belongs_to_one_party(archive, archivist):
    code = CODE
    make(archive, archivist, uscc=code)
    with pytest.raises(ConflictError, match="杭州华信"):
        make(archive, archivist, "另一个名字", uscc=code)
    with pytest.raises(InvalidError, match="校验位"):
        make(archive, archivist, "再一个", uscc=code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert actions(archive) == ["party.create"]


def test_of_two_who_create_one_code_at_once_the_second_is_told(archive, archivist, monkeypatch):
    code = CODE
    make(archive, archivist, uscc=code)
    monkeypatch.setattr(service, "_refuse_double", lambda *_: None)  # as if the other were not committed yet
    with pytest.raises(ConflictError, match=code):
        make(archive, archivist, "同时建的", uscc=code)
    made = make(archive, archivist, "没有代码的")
    with pytest.raises(ConflictError, match=code):
        service.change(archive, archivist, made, {"uscc": code}, 1)


@pytest.mark.parametrize(
    "values", [{"name": " "}, {"name": "甲", "relation": "friend"}, {"name": "甲", "legal_form": "x"}]
)
def test_what_makes_no_party_is_refused(archive, archivist, values):
    with pytest.raises(InvalidError):
        service.create(archive, archivist, values)


def test_a_former_name_is_kept_and_found(archive, archivist):
    made = make(archive, archivist)
    service.change(archive, archivist, made, {"name": "杭州新信贸易有限公司", "note": "改名"}, 1)
    party = service.get(archive, archivist, made)
    assert [(name.name, name.kind) for name in party.names] == [("杭州华信贸易有限公司", "former")]
    assert names(archive, archivist, "华信") == ["杭州新信贸易有限公司"]
    with archive.db.read() as session:
        assert service.recognise(session, ["杭州华信贸易 有限公司"], []).id == made
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "party.change")).one()
    assert "杭州新信贸易有限公司" in str(leaf.body)
    with pytest.raises(InvalidError):
        service.change(archive, archivist, made, {"name": " "}, 2)


def test_a_change_of_what_was_changed_meanwhile_is_refused(archive, archivist):
    made = make(archive, archivist)
    service.change(archive, archivist, made, {"note": "先"}, 1)
    with pytest.raises(ConflictError, match="刚刚改过"):
        service.change(archive, archivist, made, {"note": "后"}, 1)
    assert service.get(archive, archivist, made).note == "先"
    with pytest.raises(NotFoundError):
        service.change(archive, archivist, "nobody", {"note": "后"}, 1)


def test_papers_are_recognised_by_code_first_and_never_by_a_name_that_two_have(archive, archivist):
    code = CODE
    by_code = make(archive, archivist, uscc=code)
    make(archive, archivist, "同名公司")
    make(archive, archivist, "同名公司")
    with archive.db.read() as session:
        assert service.recognise(session, ["同名公司"], [code]).id == by_code
        assert service.recognise(session, ["同名公司"], []) is None
        assert service.recognise(session, ["", "不认识"], [""]) is None


def test_own_companies_are_what_the_settings_say(archive, archivist):
    code = CODE
    known = make(archive, archivist, "本公司有限公司", uscc=code)
    company = OwnCompany(name="本公司有限公司", uscc=code, fonds="Q001", former_names=("旧本公司",))
    ours = archive.settings.model_copy(update={"own_companies": (company,)})
    for _ in range(2):  # at every start
        service.sync_own(replace(archive, settings=ours))
    with archive.db.read() as session:
        (party,) = service.own_parties(session)
        assert (party.id, party.relation, party.fonds) == (known, "own", "Q001")
        assert [name.name for name in party.names] == ["旧本公司"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Party)) == 1


def test_lists_go_on_from_the_cursor(archive, archivist):
    for number in range(5):
        make(archive, archivist, f"公司{number}")
    first = service.listing(archive, archivist, "", None, 3)
    second = service.listing(archive, archivist, "", first.cursor, 3)
    assert [party.name for party in first.rows + second.rows] == [f"公司{n}" for n in (4, 3, 2, 1, 0)]
    assert second.cursor is None


def test_who_may_change_and_who_may_look(archive, identity, archivist):
    make(archive, archivist)
    for role in ("SAL", "MGR", "GM", "FIN", "AUD"):
        assert names(archive, identity(role), "华信")
        with pytest.raises(ForbiddenError):
            make(archive, identity(role), "别的")
    for role in ("SYS", "SEC", "LOG"):
        with pytest.raises(ForbiddenError):
            service.listing(archive, identity(role))


def test_an_export_needs_its_own_right_and_is_logged(archive, identity, archivist, monkeypatch):
    monkeypatch.setattr(service, "EXPORT_STEP", 2)
    for number in range(5):
        make(archive, archivist, f"公司{number}")
    assert len(list(service.export(archive, archivist, "公司"))) == 5
    assert actions(archive)[-1] == "party.export"
    with pytest.raises(ForbiddenError):
        service.export(archive, identity("SAL"))
