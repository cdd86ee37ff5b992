"""Answers that a browser saves as a file, sent while they are made."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, stream_with_context


def attachment(chunks: Iterable[bytes], name: str, kind: str) -> Response:
    """Return a file under `name` (any script) of the media type `kind`; the request stays at hand until its end."""
    disposition = f"attachment; filename=export; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(stream_with_context(iter(chunks)), content_type=kind, headers=headers)
