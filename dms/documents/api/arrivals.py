"""Arrivals: take a file in, look at one, give a password, read it again, discard it."""

from __future__ import annotations

from flask import Response

from dms.documents.api import api
from dms.documents.api.answers import ArrivalDetails, ArrivalOut, DocumentOut, ReceiptOut
from dms.documents.forms import Password, Reason, UploadDetails, received
from dms.documents.service import arrivals, pictures
from dms.http import current_archive, current_identity
from dms.http.attachment import streamed
from dms.http.operation import operation
from dms.intake import arrivals as brought


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
    brought.give_password(current_archive(), current_identity(), arrival_id, body.password)


@api.post("/arrivals/<arrival_id>/again")
@operation("再读一次来件", status=204)
def again(arrival_id: str) -> None:
    """Read again."""
    brought.read_again(current_archive(), current_identity(), arrival_id)


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
