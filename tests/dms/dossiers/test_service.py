from __future__ import annotations

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.dossiers import service
from dms.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from dms.parties import service as parties
from dms.parties.models import Party


@pytest.fixture
def archivist(identity):
    return identity("ARC")


@pytest.fixture
def party(archive, archivist):
    def make(name="杭州华信贸易有限公司", **values):
        return parties.create(archive, archivist, {"name": name, "region": "330106", **values})

    return make


def test_the_number_proposed_is_the_number_given(archive, archivist, party):
    first, second = party(), party("杭州恒祥贸易有限公司", legal_form="enterprise")
    proposal = service.propose_number(archive, archivist, first)
    assert (str(proposal.number), proposal.legal_form, proposal.region_from) == (
        "E-3301-HXMY-001",
        "enterprise",
        "given",
    )
    assert proposal.barcode == "E3301HXMY001/C"
    made = service.open_dossier(archive, archivist, first)
    assert service.get(archive, archivist, made).number == "E-3301-HXMY-001"
    assert str(service.propose_number(archive, archivist, second).number) == "E-3301-HXMY-002"
    with archive.db.read() as session:
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "dossier.open")).one()
    assert "E-3301-HXMY-001" in str(leaf.body)


def test_a_customer_has_one_dossier_whatever_it_is_called_later(archive, archivist, party):
    customer = party()
    made = service.open_dossier(archive, archivist, customer)
    with pytest.raises(ConflictError, match="E-3301-HXMY-001"):
        service.open_dossier(archive, archivist, customer)
    parties.change(archive, archivist, customer, {"name": "上海某某有限公司", "region": "310100"}, 1)
    assert service.get(archive, archivist, made).number == "E-3301-HXMY-001"
    assert service.of_party(archive, archivist, customer).id == made
    assert service.of_party(archive, archivist, party("还没有的")) is None


def test_a_number_needs_a_place_that_is_one(archive, archivist, party):
    nowhere = party("无处公司", region="")
    with pytest.raises(InvalidError, match="哪里登记"):
        service.open_dossier(archive, archivist, nowhere)
    for wrong in ("33", "浙江", "00U"):
        with pytest.raises(InvalidError, match="地区代码"):
            service.open_dossier(archive, archivist, nowhere, region=wrong)
    made = service.open_dossier(archive, archivist, nowhere, region="00us")
    assert service.get(archive, archivist, made).number.startswith("E-00US-")


def test_what_opens_no_dossier_is_refused(archive, archivist, party):
    customer = party()
    for wrong in ({"trigger": "WHY"}, {"level": 4}):
        with pytest.raises(InvalidError):
            service.open_dossier(archive, archivist, customer, **wrong)
    with pytest.raises(NotFoundError):
        service.open_dossier(archive, archivist, "nobody")
    with archive.db.write() as session:
        session.get_one(Party, customer).is_own = True
    with pytest.raises(InvalidError, match="本公司"):
        service.open_dossier(archive, archivist, customer)


def test_people_see_the_dossiers_that_are_theirs(archive, identity, archivist, party):
    mine = identity("SAL", account_id="li", department_id="sales")
    other = identity("SAL", account_id="wang", department_id="export")
    customer = party()
    made = service.open_dossier(archive, mine, customer)
    assert service.get(archive, mine, made).owner_id == "li"
    assert service.get(archive, identity("MGR", department_id="sales"), made).id == made
    assert service.listing(archive, other).rows == []
    assert service.of_party(archive, other, customer) is None
    with pytest.raises(NotFoundError):
        service.get(archive, other, made)
    with pytest.raises(ConflictError) as told:
        service.open_dossier(archive, other, customer)
    assert "HXMY" not in str(told.value)
    with pytest.raises(ForbiddenError):
        service.open_dossier(archive, other, party("第三家"), owner_id="li")
    for role in ("SYS", "SEC", "LOG"):
        with pytest.raises(ForbiddenError):
            service.listing(archive, identity(role))


def test_dossiers_are_found_by_number_name_and_initials_page_by_page(archive, archivist, party):
    for name in ("杭州甲信贸易有限公司", "杭州乙信贸易有限公司", "杭州丙信贸易有限公司"):
        service.open_dossier(archive, archivist, party(name))
    first = service.listing(archive, archivist, "", None, 2)
    second = service.listing(archive, archivist, "", first.cursor, 2)
    numbers = [each.number for each in first.rows + second.rows]
    assert len(numbers) == 3
    assert numbers == sorted(numbers)
    assert second.cursor is None
    for text in ("e-3301-jx", "甲信", "jxmy"):
        assert [each.party.name for each in service.listing(archive, archivist, text).rows] == ["杭州甲信贸易有限公司"]


def test_an_export_needs_its_own_right_and_is_logged(archive, identity, archivist, party, monkeypatch):
    monkeypatch.setattr(service, "EXPORT_STEP", 1)
    for name in ("杭州甲信贸易有限公司", "杭州乙信贸易有限公司"):
        service.open_dossier(archive, archivist, party(name))
    assert len(list(service.export(archive, archivist))) == 2
    with archive.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditLeaf.action == "dossier.export")) == 1
    with pytest.raises(ForbiddenError):
        service.export(archive, identity("SAL"))
