"""Documents with pages that were read, put into the real index; browsers of people of chosen roles."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from dms.documents.events import DocumentChanged
from dms.documents.models import Document, DocumentPage, FieldRow
from dms.intake.models import Arrival, Batch, PageReading
from dms.intake.pagecodec import encode_page
from dms.originals.models import StoredObject
from dms.retrieval import projection
from dms.retrieval.outbox import note
from ingest.model import Box, Line, Page


def lines_of(*texts: str) -> tuple[Line, ...]:
    """Lines one below the other; a character is 0.02 wide and 0.02 high, the first at 0.1."""
    return tuple(
        Line(text, Box(0.1, 0.1 + 0.05 * row, 0.1 + 0.02 * len(text), 0.12 + 0.05 * row), 0.97)
        for row, text in enumerate(texts)
    )


class Shelf:
    """Puts documents into the catalog as reading and review leave them."""

    def __init__(self, archive: Any) -> None:
        self.archive = archive
        self.count = 0

    def add(self, *pages: tuple[str, ...], fields: tuple[tuple[str, str, str], ...] = (), **values: Any) -> str:
        """Add a document whose pages show these lines; fields are (kind, name, value). Returns its id."""
        now = self.archive.clock.now()
        self.count += 1
        with self.archive.db.write() as session:
            batch = Batch(number=f"S2026-{self.count:05}", source="web", created_at=now)
            session.add(batch)
            session.flush()
            arrival = Arrival(
                batch_id=batch.id, name=values.pop("file", "扫描.pdf"), kind="pdf", state="read", length=9,
                sha256=f"{self.count:064}", page_count=len(pages), source="web", received_at=now,
                object_ref=self._stored(session, "original", b"%PDF original", now),
            )  # fmt: skip
            session.add(arrival)
            session.flush()
            document = Document(
                created_at=now, page_count=len(pages),
                **{"title": "购销合同", "owner_id": "arc", "type_code": "T04", "filed_at": now, **values},
            )  # fmt: skip
            session.add(document)
            session.flush()
            for number, texts in enumerate(pages, 1):
                self._page(session, document, arrival, number, texts)
            for kind, name, value in fields:
                session.add(
                    FieldRow(document_id=document.id, kind=kind, name=name, raw=value, value=value, source="machine",
                             created_at=now)
                )  # fmt: skip
            note(session, self.archive, DocumentChanged(document.id))
            return document.id

    def _page(self, session: Any, document: Document, arrival: Arrival, number: int, texts: tuple[str, ...]) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (60, 80), "white").save(picture, "JPEG")
        view = self._stored(session, "page", picture.getvalue(), arrival.received_at)
        session.add(
            PageReading(
                arrival_id=arrival.id, number=number, read_at=arrival.received_at, view_ref=view, thumb_ref=view,
                reading=encode_page(Page(number, 600, 800, 100.0, lines_of(*texts))), width=60, height=80,
            )
        )  # fmt: skip
        session.add(DocumentPage(document_id=document.id, position=number, arrival_id=arrival.id, number=number))

    def _stored(self, session: Any, role: str, data: bytes, now: datetime) -> str:
        reservation = self.archive.vault.reserve(role)
        envelope = self.archive.vault.write(reservation, io.BytesIO(data))
        stored = StoredObject(
            object_id=reservation.object_id, role=role, envelope=envelope.to_json(), key_id=reservation.key_id,
            plain_sha256=envelope.plain_sha256, plain_length=envelope.plain_length, created_at=now,
        )  # fmt: skip
        session.add(stored)
        session.flush()
        return stored.id

    def change(self, document_id: str, **values: Any) -> None:
        """Change a document as the use cases do: next revision, outbox."""
        with self.archive.db.write() as session:
            document = session.get_one(Document, document_id)
            for name, value in values.items():
                setattr(document, name, value)
            document.revision += 1
            note(session, self.archive, DocumentChanged(document_id))

    def read(self) -> int:
        """Bring the index up to date."""
        return projection.consume(self.archive)

    def all(self) -> list[str]:
        """Ids in the catalog."""
        with self.archive.db.read() as session:
            return list(session.scalars(sa.select(Document.id).order_by(Document.id)))


@pytest.fixture
def shelf(archive: Any) -> Shelf:
    return Shelf(archive)


@pytest.fixture
def archivist(identity: Callable[..., Any]) -> Any:
    return identity("ARC")


@pytest.fixture
def library(shelf: Shelf) -> dict[str, str]:
    """Four filed documents of two departments and several levels."""
    made = {
        "contract": shelf.add(
            ("购销合同", "合同编号：GX-2023-0611", "甲方：福州晨星贸易有限公司"),
            ("违约责任按法律规定", "争议由仲裁委员会裁决"),
            title="福州晨星购销合同", level=1, department_id="sales", owner_id="li", amount=1_280_000,
            document_date=date(2023, 6, 12), code="GX-2023-0611",
            fields=(("party", "party_a", "福州晨星贸易有限公司"), ("amount", "total", "1280000"),
                    ("date", "signed", "2023-06-12"), ("code", "contract_no", "GX-2023-0611"),
                    ("person", "signer", "张三丰")),
        ),
        "receipt": shelf.add(
            ("收据", "今收到：厦门海岳五金有限公司", "仲裁费"), title="收据", type_code="T09", level=1,
            department_id="finance", owner_id="wang", amount=120_000, document_date=date(2024, 3, 5),
            fields=(("amount", "total", "120000"), ("date", "date", "2024-03-05")),
        ),
        "secret": shelf.add(
            ("绝密仲裁协议", "晨星"), title="机密仲裁协议", level=3, department_id="sales", owner_id="li",
            document_date=date(2023, 1, 1),
        ),
        "unfiled": shelf.add(
            ("待归档仲裁书",), title="待归档仲裁书", level=0, department_id="sales", owner_id="li", filed_at=None
        ),
    }  # fmt: skip
    shelf.read()
    return made
