"""What the index holds of a document, and how it keeps up with the catalog whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from config.settings import OwnCompany
from dms.documents.models import Document, DocumentPage
from dms.parties import service as parties
from dms.retrieval import projection, service
from dms.retrieval.models import IndexOutbox
from dms.retrieval.service import Search


def waiting(archive):
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(IndexOutbox))


def ids(archive, who, text="", **filters):
    return {found.document.id for found in service.search(archive, who, Search(text, filters)).found}


def test_an_entry_holds_text_values_and_facets(archive, shelf, library):
    with archive.db.read() as session:
        document = session.scalars(projection.loaded().where(Document.id == library["contract"])).unique().one()
        entry = projection.entry_of(session, archive, document)
    assert [page.number for page in entry.pages] == [1, 2]
    assert "合同编号：GX-2023-0611" in entry.pages[0].text
    assert "福州晨星贸易有限公司" in entry.parties
    assert entry.persons == ("张三丰",)
    assert "GX-2023-0611" in entry.codes
    assert "FZCXMYYXGS" in entry.texts  # pinyin initials
    assert (entry.dates, entry.amounts) == ((date(2023, 6, 12),), (1_280_000,))
    expected = {"type": ("T04",), "year": ("2023",), "quarter": ("2023Q2",), "confirmed": ("no",), "level": ("1",)}
    assert {name: entry.attributes[name] for name in expected} == expected
    assert "购销合同" in entry.attributes["type_name"]


def test_hidden_pages_are_not_in_the_index(archive, shelf, library, archivist):
    with archive.db.write() as session:
        page = session.scalars(
            sa.select(DocumentPage).where(DocumentPage.document_id == library["contract"], DocumentPage.position == 2)
        ).one()
        page.hidden = True
    shelf.change(library["contract"])
    shelf.read()
    assert ids(archive, archivist, "违约责任") == set()


def test_the_outbox_is_emptied_and_then_costs_nothing(archive, shelf, archivist):
    shelf.add(("收据",))
    assert (waiting(archive), shelf.read(), waiting(archive), shelf.read()) == (1, 1, 0, 0)


@pytest.mark.parametrize("when", ["before the index", "between index and outbox"])
def test_a_crash_repeats_the_work_and_loses_nothing(archive, shelf, archivist, monkeypatch, when):
    document = shelf.add(("收据 晨星",))
    crashed = RuntimeError("killed")

    def die(*_args, **_kwargs):
        raise crashed

    with monkeypatch.context() as broken:
        if when == "before the index":
            broken.setattr(archive.index, "put", die)
        else:
            broken.setattr("dms.retrieval.projection._forget", die)
        with pytest.raises(RuntimeError):
            shelf.read()
    assert waiting(archive) == 1
    assert shelf.read() == 0  # still claimed by the dead one
    archive.clock.advance(minutes=5)
    assert shelf.read() == 1
    assert ids(archive, archivist, "晨星") == {document}
    assert projection.compare(archive) == ([], [])


def test_what_is_trashed_leaves_the_index_and_comes_back(archive, shelf, library, archivist):
    shelf.change(library["contract"], trashed_at=archive.clock.now())
    shelf.read()
    assert ids(archive, archivist, "晨星") == {library["secret"]}
    assert projection.compare(archive) == ([], [])
    shelf.change(library["contract"], trashed_at=None)
    shelf.read()
    assert ids(archive, archivist, "晨星") == {library["contract"], library["secret"]}


def test_a_late_consumer_never_brings_old_text_back(archive, shelf, library, archivist):
    with archive.db.read() as session:
        old = session.scalars(projection.loaded().where(Document.id == library["contract"])).unique().one()
        entry = projection.entry_of(session, archive, old)
    shelf.change(library["contract"], title="另一个题名")
    shelf.read()
    archive.index.put([entry])
    assert ids(archive, archivist, "题名:另一个") == {library["contract"]}
    shelf.change(library["contract"], trashed_at=archive.clock.now())
    shelf.read()
    archive.index.put([entry])
    assert library["contract"] not in ids(archive, archivist, "晨星")


def test_rebuild_and_compare_agree_with_the_catalog(archive, shelf, library, archivist):
    archive.index.delete([library["receipt"]], 1 << 62)
    archive.index.put([projection.Entry(id="stray", revision=1, title="没有的文件")])
    assert projection.compare(archive) == ([library["receipt"]], ["stray"])
    assert projection.rebuild(archive) == len(library)
    assert projection.compare(archive) == ([], [])
    assert library["receipt"] in ids(archive, archivist, "海岳")


def test_a_renamed_party_is_found_by_both_names_on_its_papers(archive, shelf, archivist):
    party = parties.create(archive, archivist, {"name": "宁波旧名贸易有限公司"})
    document = shelf.add(("送货单",), party_id=party)
    shelf.read()
    assert ids(archive, archivist, "旧名") == {document}
    parties.change(archive, archivist, party, {"name": "宁波新名贸易有限公司"}, 1)
    shelf.read()
    assert ids(archive, archivist, "新名") == ids(archive, archivist, "旧名") == {document}
    assert ids(archive, archivist, "NBXMMY") == {document}
    assert projection.compare(archive) == ([], [])


def test_a_party_changed_in_what_the_index_does_not_hold_leaves_its_papers_up_to_date(archive, shelf, archivist):
    party = parties.create(archive, archivist, {"name": "宁波改注贸易有限公司"})
    shelf.add(("送货单",), party_id=party)
    shelf.read()
    parties.change(archive, archivist, party, {"note": "改了备注"}, 1)
    assert projection.consume(archive) == 0
    assert projection.compare(archive) == ([], [])


def test_a_former_name_of_our_own_company_finds_its_papers(archive, shelf, archivist):
    def sync(*former_names: str) -> None:
        company = OwnCompany(name="台州自家有限公司", fonds="Q009", former_names=former_names)
        parties.sync_own(replace(archive, settings=archive.settings.model_copy(update={"own_companies": (company,)})))

    sync()
    with archive.db.read() as session:
        party = next(own.id for own in parties.own_parties(session) if own.name == "台州自家有限公司")
    document = shelf.add(("送货单",), party_id=party)
    shelf.read()
    sync("台州从前有限公司")
    shelf.read()
    assert ids(archive, archivist, "从前") == {document}
    assert projection.compare(archive) == ([], [])
