"""What the JSON API of documents and arrivals answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from dms.http.operation import Out

BoxSides = Annotated[tuple[float, float, float, float], BeforeValidator(lambda box: box.sides)]  # of a `Box`


class ReceiptOut(Out):
    """What became of an upload; `existing_id` and `document_id` are "" where the asker may not see them."""

    state: str
    arrival_id: str
    batch_id: str
    document_id: str
    existing_id: str
    message: str


class DocumentOut(Out):
    """A document in a list; `amount` in 分."""

    id: str
    number: str | None
    type_code: str
    title: str
    state: str
    level: int
    copy_kind: str
    document_date: date | None
    amount: int | None
    code: str
    doubts: int
    page_count: int
    revision: int
    created_at: datetime
    confirmed_at: datetime | None


class DocumentsOut(Out):
    """One page of documents; `cursor` leads on."""

    documents: list[DocumentOut]
    cursor: str | None


class ValueOut(Out):
    """A value with where it stands and who says so; `source` is "" for a field that nobody read."""

    name: str
    label: str
    kind: str
    required: bool
    raw: str
    value: str | None
    shown: str
    position: int | None
    box: BoxSides | None
    confidence: float
    doubtful: bool
    source: str
    confirmed: bool
    checks: list[dict[str, Any]]


class SealOut(Out):
    """A seal impression."""

    id: str
    position: int
    box: BoxSides
    shape: str
    text: str
    confirmed: bool


class PageOut(Out):
    """A page of a document."""

    position: int
    arrival_id: str
    number: int
    width: int
    height: int
    turn: int
    hidden: bool
    problem: str


class FileOut(Out):
    """The document's file; `own`: it was copied out of arrivals without loss, `signed`: one of these is signed."""

    kind: str
    sha256: str
    length: int
    own: bool
    signed: bool


class RungOut(Out):
    """One step of the ladder of proofs; `state` is proven, failed, pending (cannot be shown now) or none."""

    name: str
    state: str
    of: str
    leaf_id: str
    text: str


class Ladder(BaseModel):
    """What was found when the ladder was climbed, from the stored bytes to the paper."""

    rungs: list[RungOut]


class RetentionOut(Out):
    """How long documents of this type are kept by default; `rule` is "" for years that no rule has, no years: for good.

    `counted_from` is document, relation_end or purpose_end.
    """

    rule: str
    zh: str
    en: str
    years: int | None
    counted_from: str
    basis: str


class DocumentDetails(Out):
    """Everything of one document; `file` is null while its pages lie only within files that hold other things too."""

    document: DocumentOut
    pages: list[PageOut]
    values: list[ValueOut]
    seals: list[SealOut]
    file: FileOut | None
    undo: str | None
    retention: RetentionOut | None


class ArrivalOut(Out):
    """An arrival; `problem` says in Chinese what a person can do."""

    id: str
    name: str
    kind: str
    state: str
    sha256: str
    length: int
    page_count: int | None
    problem_code: str
    problem: str
    received_at: datetime


class ArrivalDetails(BaseModel):
    """An arrival with what it became."""

    arrival: ArrivalOut
    pages_read: int
    documents: list[DocumentOut]


class EditOut(BaseModel):
    """The id by which an edit of pages can be undone."""

    edit: str


class Text(BaseModel):
    """Text read in a box."""

    text: str


class Refusal(BaseModel):
    """A document that was left as it is, and why."""

    id: str
    code: str
    detail: str


class BulkOut(BaseModel):
    """How many were done and which were left."""

    done: int
    refused: list[Refusal]
