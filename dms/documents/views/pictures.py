"""Page images, crops and originals."""

from __future__ import annotations

from flask import Response, request

from dms.documents.service import pictures
from dms.documents.views import bp
from dms.http import current_archive, current_identity
from dms.http.attachment import streamed
from dms.kernel.errors import InvalidError
from ingest.model import Box


@bp.get("/documents/<document_id>/pages/<int:position>/view.jpg")
def page_view(document_id: str, position: int) -> Response:
    """Show a page."""
    return _picture(pictures.page_image(current_archive(), current_identity(), document_id, position))


@bp.get("/documents/<document_id>/pages/<int:position>/thumb.jpg")
def page_thumbnail(document_id: str, position: int) -> Response:
    """Show a page, small."""
    return _picture(pictures.page_image(current_archive(), current_identity(), document_id, position, thumbnail=True))


@bp.get("/documents/<document_id>/pages/<int:position>/crop.jpg")
def page_crop(document_id: str, position: int) -> Response:
    """Show the part of a page in ?box=x0,y0,x1,y1 (fractions of the page as read)."""
    box = box_of(request.args.get("box", ""))
    return _picture(pictures.crop(current_archive(), current_identity(), document_id, position, box))


@bp.get("/documents/<document_id>/download")
def download(document_id: str) -> Response:
    """Hand out the file that holds a document."""
    return streamed(pictures.download(current_archive(), current_identity(), document_id))


def box_of(text: str) -> Box:
    """Read a box from four fractions with commas. Raises `InvalidError`."""
    try:
        x0, y0, x1, y1 = (min(max(float(part), 0.0), 1.0) for part in text.split(","))
        return Box(x0, y0, x1, y1)
    except ValueError as error:
        raise InvalidError("框要写成四个 0 到 1 的数：x0,y0,x1,y1。", code="box") from error


def _picture(data: bytes) -> Response:
    headers = {"Cache-Control": "private, max-age=300", "Vary": "Cookie"}
    return Response(data, content_type="image/jpeg", headers=headers)
