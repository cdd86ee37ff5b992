from dataclasses import replace

import pytest

from config.rulebook import load_rulebook
from dms.documents.models import Document
from dms.documents.rules import State
from dms.documents.service.trash import trash
from dms.dossiers.models import Dossier
from dms.filing.service import file_document
from dms.holdings import moves, papers
from dms.holdings.papers import PaperDetails
from dms.kernel.database import new_id
from dms.kernel.errors import ConflictError, ForbiddenError, InvalidError
from dms.parties.models import Party
from dms.places import service as places
from dms.policy.content import DOCUMENT_VIEW


@pytest.fixture
def dossier(archive):
    with archive.db.write() as session:
        party = Party(name="杭州华信贸易有限公司", match_key="杭州华信贸易有限公司", created_at=archive.clock.now())
        session.add(party)
        session.flush()
        made = Dossier(
            number="E-3301-HXMY-001", party_id=party.id, owner_id="sal", department_id="sales",
            opened_on=archive.clock.today(), created_at=archive.clock.now(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


@pytest.fixture
def document(archive, dossier):
    def make(**values):
        with archive.db.write() as session:
            facts = {
                "state": State.VALIDATED,
                "dossier_id": dossier,
                "type_code": "T04",
                "copy_kind": "original",
                "owner_id": "arc",
            } | values
            made = Document(id=new_id(), title="购销合同", created_at=archive.clock.now(), **facts)
            session.add(made)
            return made.id

    return make


def row(archive, document_id):
    with archive.db.read() as session:
        return session.get_one(Document, document_id)


def test_filed_documents_are_numbered_in_a_row_within_dossier_and_group(archive, identity, document):
    archivist = identity("ARC")
    numbers = [file_document(archive, archivist, document(type_code=code)) for code in ("T04", "T06", "T01", "T99")]
    assert numbers == [
        "Q001-KH-E3301HXMY001-03-0001", "Q001-KH-E3301HXMY001-03-0002", "Q001-KH-E3301HXMY001-01-0001",
        "Q001-KH-E3301HXMY001-06-0001",
    ]  # fmt: skip


OWNERS = """
code = "X9"
abbreviation = "BFJL"
name = "拜访记录"
name_en = "Visit"
group = "05"
custody = true
retention = { years = 10 }
cues = [{ text = "拜访", weight = 1 }]
fields = []
"""


def test_the_file_of_a_type_says_its_group_and_custody_and_a_number_given_stays(archive, identity, document, tmp_path):
    (tmp_path / "rulebook" / "types").mkdir(parents=True)
    owners = tmp_path / "rulebook" / "types" / "x9.toml"
    owners.write_text(OWNERS, encoding="utf-8")
    ruled = replace(archive, rulebook=load_rulebook(tmp_path / "rulebook"))
    filed = document(type_code="X9")
    assert file_document(ruled, identity("ARC"), filed) == "Q001-KH-E3301HXMY001-05-0001"
    with pytest.raises(InvalidError, match="拜访记录"):
        file_document(ruled, identity("ARC"), document(type_code="X9", copy_kind="scan"))
    owners.write_text(OWNERS.replace("05", "06").replace("true", "false"), encoding="utf-8")
    ruled = replace(archive, rulebook=load_rulebook(tmp_path / "rulebook"))
    assert file_document(ruled, identity("ARC"), document(type_code="X9", copy_kind="scan")).endswith("-06-0001")
    assert row(archive, filed).number == "Q001-KH-E3301HXMY001-05-0001"


def test_filing_opens_a_document_to_the_roles_that_may_see_it(archive, identity, document):
    filed = document()
    auditor, seller = identity("AUD"), identity("SAL", account_id="sal", department_id="sales")
    assert not archive.policy.may(auditor, DOCUMENT_VIEW, row(archive, filed))
    file_document(archive, identity("ARC"), filed)
    after = row(archive, filed)
    assert (after.state, after.filed, after.owner_id, after.department_id) == ("FILED", True, "sal", "sales")
    assert archive.policy.may(auditor, DOCUMENT_VIEW, after)
    assert archive.policy.may(seller, DOCUMENT_VIEW, after)


@pytest.mark.parametrize("values", [{"state": State.NEEDS_REVIEW}, {"dossier_id": None}])
def test_what_is_not_confirmed_or_has_no_dossier_is_not_filed(archive, identity, document, values):
    waiting = document(**values)
    with pytest.raises(ConflictError):
        file_document(archive, identity("ARC"), waiting)
    assert row(archive, waiting).number is None


def test_a_filed_document_is_filed_once_and_never_goes_to_the_trash(archive, identity, document):
    filed = document()
    number = file_document(archive, identity("ARC"), filed)
    with pytest.raises(ConflictError):
        file_document(archive, identity("ARC"), filed)
    with pytest.raises(ConflictError):
        trash(archive, identity("ARC"), filed)
    assert row(archive, filed).number == number


def test_only_archivists_file(archive, identity, document):
    waiting = document(owner_id="sal")
    for role in ("SAL", "MGR", "FIN", "AUD", "SYS"):
        with pytest.raises(ForbiddenError):
            file_document(archive, identity(role, account_id="sal"), waiting)


@pytest.mark.parametrize("copy_kind", ["copy", "scan", "unknown"])
def test_a_copy_of_an_important_original_is_not_filed_before_somebody_says_where_that_is(
    archive, identity, document, copy_kind
):
    archivist, waiting = identity("ARC"), document(copy_kind=copy_kind)
    papers.register(archive, archivist, [waiting], PaperDetails("copy"))  # the place of a copy says nothing
    papers.register(archive, archivist, [waiting], PaperDetails("original"))  # ours, but nobody knows where
    with pytest.raises(InvalidError, match="原件存于何处") as refused:
        file_document(archive, archivist, waiting)
    assert refused.value.code == "custody_missing"
    assert row(archive, waiting).number is None
    papers.register(archive, archivist, [waiting], PaperDetails("original", holder_kind="finance", holder="王会计"))
    assert file_document(archive, archivist, waiting)


def test_the_place_of_the_original_may_be_a_shelf(archive, identity, document):
    archivist, waiting = identity("ARC"), document(copy_kind="scan")
    places.create_places(archive, archivist, "K01-Q1-L01A-J01-C1")
    moves.register_at(archive, archivist, [waiting], PaperDetails("original"), "K01-Q1-L01A-J01-C1")
    assert file_document(archive, archivist, waiting)


@pytest.mark.parametrize("facts", [{"type_code": "T01", "copy_kind": "copy"}, {"copy_kind": "electronic"}])
def test_what_has_no_paper_original_to_keep_is_filed_without(archive, identity, document, facts):
    assert file_document(archive, identity("ARC"), document(**facts))
