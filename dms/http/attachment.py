"""Answers that a browser saves as a file or shows for the printer."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, stream_with_context


def attachment(chunks: Iterable[bytes], name: str, kind: str) -> Response:
    """Return a file under `name` (any script) of the media type `kind`; the request stays at hand until its end."""
    disposition = f"attachment; filename=export; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(stream_with_context(iter(chunks)), content_type=kind, headers=headers)


def shown_pdf(data: bytes, name: str) -> Response:
    """Return a PDF of our own making for the browser to show, print and save under `name`; no script in it runs."""
    headers = {
        "Content-Disposition": f"inline; filename=form.pdf; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "sandbox allow-modals allow-downloads; default-src 'none'",  # print and save ask
    }
    return Response(data, content_type="application/pdf", headers=headers)
