"""How many statements a change of a document costs: the same for one page or line of goods as for hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from dms.accounts.models import Account, AccountRole
from dms.accounts.service.sessions import open_session
from dms.documents import understanding
from dms.documents.models import Document, SealRow
from dms.documents.service import arranging, rereading, review, show
from dms.documents.service.review import Review
from dms.dossiers.models import Dossier
from dms.intake.models import Arrival, Batch, PageReading
from dms.intake.pagecodec import encode_page
from dms.jobs.carrier import carrier_for
from dms.kernel.archive import Archive
from dms.parties import service as parties
from dms.policy import Identity
from dms.retrieval.models import IndexOutbox
from dms.web.app import create_app
from ingest.checks import Context
from ingest.model import Box, Page
from ingest.reader import read_paper
from tests.dms.documents.desk import TYPES, Desk, page
from tests.dms.people import csrf

OURS, THEIRS = "福州晨星贸易有限公司", "厦门海岳五金有限公司"
SMALL, LARGE = (1, 1), (600, 200)  # pages, lines of goods
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
OF_PART = (("送货单", 0.45, 0.05), (f"购货单位：{THEIRS}", 0.1, 0.2), (f"供货单位：{OURS}", 0.1, 0.25))


def first_page(goods: int) -> Page:
    """Return the first page of a contract with lines of goods."""
    rows = [
        (text, x, 0.3 + at * 0.6 / goods)
        for at in range(goods)
        for text, x in ((f"铜阀{at}", 0.1), ("10", 0.5), ("20.00", 0.65), ("200.00", 0.8))
    ]
    return page(
        1, ("购销合同", 0.4, 0.02), ("合同编号：GX-2023-0611", 0.6, 0.1), ("签订日期：2023年6月12日", 0.6, 0.13),
        (f"甲方：{OURS}", 0.1, 0.18), (f"乙方：{THEIRS}", 0.1, 0.21),
        *((text, x, 0.26) for text, x in (("品名", 0.1), ("数量", 0.5), ("单价", 0.65), ("金额", 0.8))), *rows,
        ("合计金额：¥12,000.00", 0.1, 0.93), (f"购货单位：{THEIRS}", 0.1, 0.96),
    )  # fmt: skip


class Written:
    """A contract in the catalog, and the statements of what is then done to it."""

    def __init__(self, archive: Archive, person: Identity, size: tuple[int, int]) -> None:
        self.archive = replace(archive, carrier=carrier_for(archive.settings, archive.db))
        self.person, self.statements = person, list[str]()
        count, goods = size
        pages = (first_page(goods), *(page(at, ("附页", 0.1, 0.1)) for at in range(2, count)))
        self.pages = (*pages, page(count, *OF_PART, seal=True)) if count > 1 else pages
        self.id = self._write()

    def _write(self) -> str:
        archive, now = self.archive, self.archive.clock.now()
        paper = understanding._paper(read_paper(TYPES, self.pages, Context((OURS,), ())), self.pages)
        with archive.db.write() as session:
            for name in (OURS, THEIRS):
                party = parties.add(session, archive, self.person, {"name": name})
                party.is_own = name == OURS
            batch = Batch(number="S1", source="web", created_at=now)
            session.add(batch)
            session.flush()
            kept = {"batch_id": batch.id, "name": "一叠.pdf", "kind": "pdf", "state": "reading", "source": "web"}
            arrival = Arrival(sha256="0", length=1, page_count=len(self.pages), received_at=now, **kept)
            opened = {"opened_on": archive.clock.today(), "created_at": now}
            dossier = Dossier(number="KH-E3301HXMY001", party_id=party.id, **opened)
            session.add_all([arrival, dossier])
            session.flush()
            session.add_all(
                PageReading(arrival_id=arrival.id, number=each.number, reading=encode_page(each), read_at=now)
                for each in self.pages
            )
            session.flush()
            understanding.write(session, archive, arrival.id, [paper], TYPES)
            document = session.scalars(sa.select(Document)).one()
            document.dossier_id = dossier.id
            session.execute(sa.delete(IndexOutbox))
            return document.id

    def seal(self) -> str:
        """Return the id of a seal."""
        with self.archive.db.read() as session:
            return session.scalars(sa.select(SealRow.id)).one()

    def told(self) -> list[str]:
        """Return the documents of which the index is told, once for every row of its outbox."""
        with self.archive.db.read() as session:
            return sorted(session.scalars(sa.select(IndexOutbox.document_id)))

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """Keep every statement of the block, BEGIN, COMMIT and ROLLBACK among them.

        Not the news to workers: it goes on a connection of its own when all is done, once at most.
        """
        engine, kept, news = self.archive.db.engine, list[str](), list[str]()

        def executed(connection: Any, _cursor: Any, statement: str, _p: Any, _context: Any, many: bool) -> None:
            said(connection, f"{statement} -- many" if many else statement)

        def said(connection: sa.Connection, statement: str) -> None:
            if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
                kept.append(statement)
            elif "pg_notify" in statement:
                news.append(statement)

        hooks: list[tuple[str, Any]] = [("before_cursor_execute", executed)]
        hooks += [(name, lambda c, name=name: said(c, name.upper())) for name in ("commit", "rollback")]
        if not self.archive.db.is_sqlite:  # SQLite's goes through a cursor
            hooks.append(("begin", lambda connection: said(connection, "BEGIN")))
        for name, hook in hooks:
            event.listen(engine, name, hook)
        try:
            yield kept
        finally:
            for name, hook in hooks:
                event.remove(engine, name, hook)
        assert len(news) <= 1


def at_most(number: int, kept: list[str]) -> None:
    """Refuse more statements than that, and show them."""
    if len(kept) > number:
        short = (" ".join(each.split())[:160] for each in kept)
        pytest.fail(
            f"{len(kept)} statements, not {number}:\n" + "\n".join(f"{at:3} {s}" for at, s in enumerate(short, 1))
        )


@pytest.fixture
def written(archive: Archive, desk: Desk, size: tuple[int, int]) -> Written:
    return Written(archive, desk.person, size)


@SIZES
def test_one_corrected_value(written: Written) -> None:
    with written.counted() as kept:
        review.save(written.archive, written.person, written.id, Review(values={"total": "13,000.50"}))
    at_most(12, kept)
    assert written.told() == [written.id]


@SIZES
def test_one_corrected_value_in_the_browser(written: Written) -> None:
    archive = written.archive
    with archive.db.write() as session:
        account = Account(name="张档案", login="zhang", level=3, created_at=archive.clock.now())
        account.role_rows = [AccountRole(role=each, granted_at=archive.clock.now()) for each in ("ARC", "SYS")]
        session.add(account)
        session.flush()
        secret = open_session(session, archive, account.id, "", "")
    browser = create_app(archive).test_client()
    browser.set_cookie("guidang_session", secret)
    shown = show.show(archive, written.person, written.id)
    form = {f"value.{each.name}": each.shown for each in shown.values}
    form |= {"csrf": csrf(browser), "revision": "1", "type": "T04", "title": shown.document.title, "deed": "save"}
    form |= {"copy_kind": "unknown", "level": str(shown.document.level), "dossier": str(shown.document.dossier_id)}
    with written.counted() as kept:
        answer = browser.post(f"/review/{written.id}", data={**form, "value.total": "13,000.50"})
    assert (answer.status_code, answer.location) == (302, f"/review/{written.id}")
    at_most(14, kept)
    assert written.told() == [written.id]


@SIZES
def test_another_type(written: Written) -> None:
    with written.counted() as kept:
        rereading.change_type(written.archive, written.person, written.id, "T10")
    at_most(16, kept)
    assert written.told() == [written.id]


@pytest.mark.parametrize("size", [(2, 1), LARGE], ids=["small", "large"])
def test_a_split(written: Written) -> None:
    last = len(written.pages)
    said = Review(values={"place": "澜州市"}, boxes={"place": (last, Box(0.1, 0.1, 0.2, 0.2))}, seals={written.seal()})
    review.save(written.archive, written.person, written.id, said)
    with written.archive.db.write() as session:
        session.execute(sa.delete(IndexOutbox))
    with written.counted() as kept:
        parts = arranging.split(written.archive, written.person, written.id, [last])
    at_most(20, kept)
    assert written.told() == sorted(parts)
