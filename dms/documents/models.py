"""Tables of documents with their pages, values, seals and edits (件)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.dossiers.models import Dossier
from dms.kernel.database import Base, Id, Identified, Json
from dms.originals.models import StoredObject
from dms.parties.models import Party


class Document(Identified, Base):
    """A document (件): an ordered list of pages of arrivals, with facts that machines propose and persons confirm.

    `state` is one of NEEDS_REVIEW, VALIDATED, FILED, REJECTED, SUPERSEDED, DESTROYED; `trashed_at` hides it.
    """

    __tablename__ = "document"
    __table_args__ = (
        sa.Index("ix_document_inbox", "state", "trashed_at", "id"),
        sa.Index("ix_document_owner_id_id", "owner_id", "id"),
        sa.Index("ix_document_department_id_id", "department_id", "id"),
        sa.Index("ix_document_confirmed", "confirmed_by", "confirmed_at"),
    )

    number: Mapped[str | None] = mapped_column(sa.String(48), unique=True)  # 档号, given at filing
    type_code: Mapped[str] = mapped_column(sa.String(8), default="", index=True)
    type_confidence: Mapped[float] = mapped_column(default=0.0)
    title: Mapped[str] = mapped_column(default="")
    titled_by_person: Mapped[bool] = mapped_column(default=False)  # a machine then leaves the title alone
    state: Mapped[str] = mapped_column(sa.String(16), default="NEEDS_REVIEW")
    dossier_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("dossier.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("party.id"), index=True)  # counterparty
    level: Mapped[int] = mapped_column(sa.SmallInteger, default=1)  # 密级 0–3
    department_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)  # who brought it; after filing the responsible person
    copy_kind: Mapped[str] = mapped_column(sa.String(12), default="unknown")
    document_date: Mapped[date | None] = mapped_column(index=True)
    amount: Mapped[int | None]  # 分
    code: Mapped[str] = mapped_column(default="")  # the paper's own number: contract no., invoice no. …
    doubts: Mapped[int] = mapped_column(sa.Integer, default=0)  # machine values that need a person's eye
    page_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(default="")  # name of who made this revision, for whoever comes too late
    changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(Id)
    filed_at: Mapped[datetime | None]
    trashed_at: Mapped[datetime | None]
    later_until: Mapped[datetime | None]  # 稍后: set aside in the inbox until then
    pages: Mapped[list[DocumentPage]] = relationship(
        back_populates="document", order_by="DocumentPage.position", cascade="all, delete-orphan"
    )
    fields: Mapped[list[FieldRow]] = relationship(
        order_by="FieldRow.id",
        primaryjoin="and_(FieldRow.document_id == Document.id, FieldRow.superseded_at.is_(None))",
        viewonly=True,
    )
    party: Mapped[Party | None] = relationship()
    dossier: Mapped[Dossier | None] = relationship()

    @property
    def filed(self) -> bool:
        """Tell whether the document has been filed (归档); until then only archivists and its bringer see it."""
        return self.filed_at is not None


class DocumentPage(Identified, Base):
    """A page of a document: which page of which arrival, how it is turned, whether it is hidden."""

    __tablename__ = "document_page"
    __table_args__ = (sa.Index("ix_document_page_arrival", "arrival_id", "number"),)

    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)  # 1-based
    arrival_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("arrival.id"))
    number: Mapped[int] = mapped_column(sa.Integer)  # page of the arrival
    turn: Mapped[int] = mapped_column(sa.SmallInteger, default=0)  # further clockwise turn by a person
    hidden: Mapped[bool] = mapped_column(default=False)
    document: Mapped[Document] = relationship(back_populates="pages")


class DocumentFile(Identified, Base):
    """The own file of a filed document whose pages are not exactly one arrival: a copy without loss, proved against it.

    `pages` say in order where each page came from: [{arrival, sha256 (of the arrival's file), page, turn}].
    """

    __tablename__ = "document_file"

    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"), unique=True)
    object_ref: Mapped[str] = mapped_column(Id, sa.ForeignKey("stored_object.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))  # pdf, tiff
    pages: Mapped[Any] = mapped_column(Json)
    signed: Mapped[bool] = mapped_column(default=False)  # an arrival says that it is digitally signed; the copy is not
    tool: Mapped[str] = mapped_column(sa.String(80))  # what copied, with its versions
    made_at: Mapped[datetime]
    original: Mapped[StoredObject] = relationship()


class FieldRow(Identified, Base):
    """One value of one field, with its provenance; corrected values supersede and never vanish."""

    __tablename__ = "field_value"
    __table_args__ = (sa.Index("ix_field_value_current", "document_id", "superseded_at"),)

    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"))
    name: Mapped[str] = mapped_column(sa.String(40))
    label: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(sa.String(12))
    raw: Mapped[str] = mapped_column(default="")
    value: Mapped[str | None] = mapped_column(sa.Text)
    position: Mapped[int | None] = mapped_column(sa.Integer)  # page position within the document
    box: Mapped[Any] = mapped_column(Json, nullable=True)  # [x0, y0, x1, y1] in page fractions
    confidence: Mapped[float] = mapped_column(default=0.0)
    checks: Mapped[Any] = mapped_column(Json, default=list)  # [{name, state, message, suggestion}]
    source: Mapped[str] = mapped_column(sa.String(10))  # machine, person
    engine: Mapped[str] = mapped_column(sa.String(40), default="")
    doubtful: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(Id)
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(Id)
    superseded_at: Mapped[datetime | None]
    document: Mapped[Document] = relationship()  # so that a new document is written before its values


class SealRow(Identified, Base):
    """A seal impression (印章) found on a page of a document."""

    __tablename__ = "seal_finding"

    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    box: Mapped[Any] = mapped_column(Json)
    shape: Mapped[str] = mapped_column(sa.String(10))
    colour: Mapped[str] = mapped_column(sa.String(10), default="red")
    text: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = mapped_column(Id)
    document: Mapped[Document] = relationship()


class PageEdit(Identified, Base):
    """One edit of page lists (split, merge, reorder, turn, hide, replace) with what is needed to undo it."""

    __tablename__ = "page_edit"

    kind: Mapped[str] = mapped_column(sa.String(12))
    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"), index=True)
    before: Mapped[Any] = mapped_column(Json)
    after: Mapped[Any] = mapped_column(Json)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(Id)
    undone_at: Mapped[datetime | None]


class ReviewRemark(Identified, Base):
    """A remark of a person on a document sent back or set aside, with its reason."""

    __tablename__ = "review_remark"

    document_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("document.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))  # later, rejected
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(Id)
