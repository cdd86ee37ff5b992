"""Answers that a browser saves as a file or shows for the printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol
from urllib.parse import quote

from flask import Response, stream_with_context

from dms.http.request import current_archive
from dms.http.tabular import Cell, table

BLOCK = 1 << 18
MEDIA = {"jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff", "pdf": "application/pdf"}


class Held(Protocol):
    """A file that is held: its name, its kind, its length in bytes, the bytes."""

    @property
    def name(self) -> str:
        """The name to save it under."""
        ...

    @property
    def kind(self) -> str:
        """The kind that was found when it came in, such as pdf."""
        ...

    @property
    def length(self) -> int:
        """How many bytes there are."""
        ...

    @property
    def stream(self) -> BinaryIO:
        """The bytes, to be read once."""
        ...


def attachment(chunks: Iterable[bytes], name: str, kind: str, plain: str = "export") -> Response:
    """Return a file under `name` (any script) of the media type `kind`; the request stays at hand until its end.

    `plain` is the name for programs that know no other than ASCII.
    """
    return Response(stream_with_context(iter(chunks)), content_type=kind, headers=_headers(plain, name))


def exported(
    form: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], name: str = "", plain: str = "export"
) -> Response:
    """Return a list as a file of the form "csv" or "xlsx", named after its title and the day unless `name` says other.

    Raises `InvalidError` for another form.
    """
    made = table(form, title, header, rows)
    name = name or f"{title}-{current_archive().clock.today():%Y%m%d}"
    return attachment(made.chunks, f"{name}.{made.ending}", made.kind, plain)


def streamed(held: Held) -> Response:
    """Return a file as an attachment, decrypted while it is sent; a browser never shows it as a page of ours."""
    headers = _headers("original", held.name) | {"Content-Length": str(held.length)}
    kind = MEDIA.get(held.kind, "application/octet-stream")
    return Response(_blocks(held.stream), content_type=kind, headers=headers)


def _headers(plain: str, name: str) -> dict[str, str]:
    disposition = f"attachment; filename={plain}; filename*=UTF-8''{quote(name)}"
    return {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    with source as stream:
        while block := stream.read(BLOCK):
            yield block


def shown_pdf(data: bytes, name: str) -> Response:
    """Return a PDF of our own making for the browser to show, print and save under `name`; no script in it runs."""
    headers = {
        "Content-Disposition": f"inline; filename=form.pdf; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "sandbox allow-modals allow-downloads; default-src 'none'",  # print and save ask
    }
    return Response(data, content_type="application/pdf", headers=headers)
