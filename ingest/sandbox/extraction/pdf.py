"""Pages of PDFs copied, and pictures laid on pages, into one PDF: streams stay as they are, nothing else comes along."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pikepdf

from ingest.sandbox.errors import (
    DamagedFileError,
    PasswordNeededError,
    UnsupportedLockError,
    WrongPasswordError,
)
from ingest.sandbox.extraction.pictures import add_picture

if TYPE_CHECKING:
    from ingest.sandbox.extraction.assembly import Picked, Source
    from ingest.sandbox.extraction.outlet import Outlet
    from ingest.sandbox.limits import Limits


def write(sources: Sequence[Source], pages: Sequence[Picked], outlet: Outlet, limits: Limits) -> None:
    """Write a PDF of the picked pages; equal pages give equal bytes. Raises a ParseError."""
    made = pikepdf.Pdf.new()
    opened: dict[int, pikepdf.Pdf] = {}
    for number, group in itertools.groupby(pages, key=lambda each: each.file):
        source, picked = sources[number], list(group)
        if source.kind == "pdf":
            _add_pages(made, opened.setdefault(number, opened.get(number) or _open(source)), picked)
        else:
            for each in picked:
                add_picture(made, source, each, limits)
    made.remove_unreferenced_resources()  # pages often share one list of all pictures of a file: no neighbour's comes along
    made.save(
        outlet, min_version="1.7", deterministic_id=True, compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none, object_stream_mode=pikepdf.ObjectStreamMode.disable,
        progress=lambda percent: outlet.tell_done(len(pages) * percent // 100),
    )  # fmt: skip


def _open(source: Source) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.Pdf.open(source.file, password=source.password or "")
    except pikepdf.PasswordError as error:
        raise (WrongPasswordError if source.password else PasswordNeededError) from error
    except pikepdf.PdfError as error:
        locked = "encrypt" in str(error).lower()
        raise (UnsupportedLockError if locked else DamagedFileError) from error
    if len(pdf.pages) != source.page_count:  # the reader saw other pages: which one is meant is not sure
        raise DamagedFileError
    if "/AcroForm" in pdf.Root:  # a field may carry the values of other pages: what is filled in becomes print
        pdf.flatten_annotations()
    return pdf


def _add_pages(made: pikepdf.Pdf, pdf: pikepdf.Pdf, picked: Sequence[Picked]) -> None:
    first = len(made.pages)
    made.add_pages_from(pdf, [each.page - 1 for each in picked], forms="strip", outlines="ignore")
    for page, each in zip(itertools.islice(made.pages, first, None), picked, strict=True):
        for name in (
            "/B",
            "/PieceInfo",
            "/AA",
            "/Thumb",
            "/Metadata",
        ):  # threads and data of programs lead to other pages
            if name in page.obj:
                del page.obj[name]
        if each.turn % 360:
            page.rotate(each.turn % 360, relative=True)
