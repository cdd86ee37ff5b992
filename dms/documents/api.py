"""JSON API of documents and arrivals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from dms.documents.service import arranging, arrivals, bulk, lists, pictures, proving, rereading, review, show, trash
from dms.documents.service.lists import Filters
from dms.documents.service.review import Review
from dms.documents.views.inbox import UploadDetails, received
from dms.documents.views.pictures import streamed
from dms.documents.views.review import DrawnBox, read_drawn
from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation

api = Blueprint("documents_api", __name__, url_prefix="/api/v1")
BoxSides = tuple[float, float, float, float]


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


class DocumentDetails(Out):
    """Everything of one document; `file` is null while its pages lie only within files that hold other things too."""

    document: DocumentOut
    pages: list[PageOut]
    values: list[ValueOut]
    seals: list[SealOut]
    file: FileOut | None
    undo: str | None


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


class ListQuery(BaseModel):
    """What a list is narrowed to."""

    type: str = ""
    state: str = ""
    party: str = ""
    dossier: str = ""
    copy_kind: str = ""
    since: date | None = None
    until: date | None = None
    trashed: bool = False
    after: str | None = None
    limit: int = Field(50, ge=1, le=200)


class Correction(BaseModel):
    """What is said of a document. What is left out stays; `values` are texts as a person writes them."""

    revision: int | None = None
    type: str | None = None
    title: str | None = Field(None, max_length=200)
    level: int | None = Field(None, ge=0, le=3)
    copy_kind: str | None = None
    dossier_id: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    accepted: list[str] = Field(default_factory=list)
    seals: list[str] = Field(default_factory=list)
    confirm: bool = False


class TypeChange(BaseModel):
    """Another document type."""

    type: str
    revision: int | None = None


class Reason(BaseModel):
    """Why something is done, to which revision."""

    reason: str = Field("", max_length=1000)
    revision: int | None = None


class Password(BaseModel):
    """The password of a PDF."""

    password: str = Field(min_length=1, max_length=200)


class Split(BaseModel):
    """Positions in front of which a document is split."""

    before: list[int] = Field(min_length=1)
    revision: int | None = None


class Merge(BaseModel):
    """Documents whose pages are appended."""

    others: list[str] = Field(min_length=1, max_length=100)
    revision: int | None = None


class Order(BaseModel):
    """The present positions in their new order."""

    order: list[int] = Field(min_length=1)
    revision: int | None = None


class PageChange(BaseModel):
    """A change of one page: turn it by degrees, hide or show it, or put another scan in its place."""

    turn: int | None = None
    hidden: bool | None = None
    arrival_id: str | None = None
    number: int = 1
    revision: int | None = None


class Ids(BaseModel):
    """Ids of documents."""

    ids: list[str]


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


@api.put("/arrivals")
@operation("收进一个文件（请求体即文件，名称在 X-File-Name）", query_model=UploadDetails, answer=ReceiptOut,
           status=201, raw="application/octet-stream")  # fmt: skip
def upload(query: UploadDetails) -> ReceiptOut:
    """Take a file in."""
    return ReceiptOut.model_validate(received("api", query))


@api.get("/arrivals/<arrival_id>")
@operation("一份来件", answer=ArrivalDetails)
def arrival(arrival_id: str) -> ArrivalDetails:
    """Return an arrival."""
    view = arrivals.show(current_archive(), current_identity(), arrival_id)
    made = [DocumentOut.model_validate(each) for each in view.documents]
    found = ArrivalOut.model_validate(view.arrival)
    return ArrivalDetails(arrival=found, pages_read=view.pages_read, documents=made)


@api.post("/arrivals/<arrival_id>/password")
@operation("给出加密 PDF 的密码", body=Password, status=204)
def password(arrival_id: str, body: Password) -> None:
    """Give a password."""
    arrivals.give_password(current_archive(), current_identity(), arrival_id, body.password)


@api.post("/arrivals/<arrival_id>/again")
@operation("再读一次来件", status=204)
def again(arrival_id: str) -> None:
    """Read again."""
    arrivals.read_again(current_archive(), current_identity(), arrival_id)


@api.post("/arrivals/<arrival_id>/discard")
@operation("丢弃来件", body=Reason, status=204)
def discard(arrival_id: str, body: Reason) -> None:
    """Discard an arrival."""
    arrivals.discard(current_archive(), current_identity(), arrival_id, body.reason)


@api.get("/arrivals/<arrival_id>/original")
@operation("下载来件原文件", raw="application/octet-stream")
def arrival_original(arrival_id: str) -> Response:
    """Hand out the file."""
    return streamed(pictures.download_arrival(current_archive(), current_identity(), arrival_id))


@api.get("/documents")
@operation("文件清单", query_model=ListQuery, answer=DocumentsOut)
def documents(query: ListQuery) -> DocumentsOut:
    """List documents."""
    filters = Filters(
        query.type, query.state, query.party, query.dossier, query.copy_kind, query.since, query.until,
        trashed=query.trashed,
    )  # fmt: skip
    found = lists.documents(current_archive(), current_identity(), filters, query.after, query.limit)
    return DocumentsOut.model_validate(found)


@api.get("/documents/<document_id>")
@operation("一件文件", answer=DocumentDetails)
def document(document_id: str) -> DocumentDetails:
    """Return a document."""
    return DocumentDetails.model_validate(show.show(current_archive(), current_identity(), document_id))


@api.patch("/documents/<document_id>")
@operation("更正或确认一件文件", body=Correction, answer=DocumentDetails)
def correct(document_id: str, body: Correction) -> DocumentDetails:
    """Correct, accept, confirm."""
    said = Review(
        type_code=body.type, title=body.title, level=body.level, copy_kind=body.copy_kind, dossier_id=body.dossier_id,
        values=body.values, accepted=frozenset(body.accepted), seals=frozenset(body.seals),
    )  # fmt: skip
    review.save(current_archive(), current_identity(), document_id, said, body.revision, body.confirm)
    return DocumentDetails.model_validate(show.show(current_archive(), current_identity(), document_id))


@api.post("/documents/<document_id>/verify")
@operation("现在验证一件文件", answer=Ladder)
def verify(document_id: str) -> Ladder:
    """Climb the ladder of proofs."""
    found = proving.prove(current_archive(), current_identity(), document_id)
    return Ladder(rungs=[RungOut.model_validate(each) for each in found])


@api.post("/documents/<document_id>/type")
@operation("改文种并重新提取", body=TypeChange, status=204)
def change_type(document_id: str, body: TypeChange) -> None:
    """Change the type."""
    rereading.change_type(current_archive(), current_identity(), document_id, body.type, body.revision)


@api.post("/documents/<document_id>/read-box")
@operation("重读框里的字", body=DrawnBox, answer=Text)
def read_box(document_id: str, body: DrawnBox) -> Text:
    """Read a box."""
    return Text(text=read_drawn(document_id, body))


@api.post("/documents/<document_id>/later")
@operation("稍后再看", body=Reason, status=204)
def later(document_id: str, body: Reason) -> None:
    """Set aside."""
    review.later(current_archive(), current_identity(), document_id, body.revision, body.reason)


@api.post("/documents/<document_id>/reject")
@operation("退回", body=Reason, status=204)
def reject(document_id: str, body: Reason) -> None:
    """Send back."""
    review.reject(current_archive(), current_identity(), document_id, body.reason, body.revision)


@api.post("/documents/<document_id>/resume")
@operation("重新核对退回的文件", status=204)
def resume(document_id: str) -> None:
    """Take up again."""
    review.resume(current_archive(), current_identity(), document_id)


@api.post("/documents/<document_id>/split")
@operation("拆分", body=Split, answer=Ids)
def split(document_id: str, body: Split) -> Ids:
    """Split."""
    return Ids(ids=arranging.split(current_archive(), current_identity(), document_id, body.before, body.revision))


@api.post("/documents/<document_id>/merge")
@operation("合并", body=Merge, answer=EditOut)
def merge(document_id: str, body: Merge) -> EditOut:
    """Merge."""
    return EditOut(edit=arranging.merge(current_archive(), current_identity(), document_id, body.others, body.revision))


@api.post("/documents/<document_id>/reorder")
@operation("调整页面顺序", body=Order, answer=EditOut)
def reorder(document_id: str, body: Order) -> EditOut:
    """Reorder."""
    return EditOut(
        edit=arranging.reorder(current_archive(), current_identity(), document_id, body.order, body.revision)
    )


@api.patch("/documents/<document_id>/pages/<int:position>")
@operation("旋转、隐藏或替换一页", body=PageChange, answer=EditOut)
def change_page(document_id: str, position: int, body: PageChange) -> EditOut:
    """Change one page."""
    who = (current_archive(), current_identity(), document_id, position)
    if body.arrival_id is not None:
        return EditOut(edit=arranging.replace(*who, body.arrival_id, body.number, body.revision))
    if body.hidden is not None:
        return EditOut(edit=arranging.hide(*who, body.hidden, body.revision))
    return EditOut(edit=arranging.turn(*who, body.turn or 0, body.revision))


@api.post("/page-edits/<edit_id>/undo")
@operation("撤销一次页面整理", status=204)
def undo(edit_id: str) -> None:
    """Undo."""
    arranging.undo(current_archive(), current_identity(), edit_id)


@api.post("/documents/<document_id>/trash")
@operation("移入回收站", body=Reason, status=204)
def trash_document(document_id: str, body: Reason) -> None:
    """Put into the trash."""
    trash.trash(current_archive(), current_identity(), document_id, body.reason, body.revision)


@api.post("/documents/<document_id>/restore")
@operation("从回收站取回", status=204)
def restore(document_id: str) -> None:
    """Take out of the trash."""
    trash.restore(current_archive(), current_identity(), document_id)


@api.post("/documents/confirm")
@operation("批量确认没有存疑的文件", body=Ids, answer=BulkOut)
def confirm_many(body: Ids) -> BulkOut:
    """Confirm many."""
    outcome = bulk.confirm(current_archive(), current_identity(), body.ids)
    refused = [Refusal(id=each, code=error.code, detail=str(error)) for each, error in outcome.refused]
    return BulkOut(done=outcome.done, refused=refused)


@api.get("/documents/<document_id>/original")
@operation("下载文件的原件", raw="application/octet-stream")
def original(document_id: str) -> Response:
    """Hand out the file."""
    return streamed(pictures.download(current_archive(), current_identity(), document_id))
