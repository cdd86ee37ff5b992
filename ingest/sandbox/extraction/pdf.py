"""Pages of PDFs copied, and pictures laid on pages, into one PDF: streams stay as they are, nothing else comes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pikepdf

from ingest.sandbox.errors import (
    DamagedFileError,
    PasswordNeededError,
    UnsupportedLockError,
    WrongPasswordError,
)
from ingest.sandbox.extraction.pictures import add_picture

if TYPE_CHECKING:
    from ingest.sandbox.extraction.outlet import Outlet
    from ingest.sandbox.extraction.picked import Picked, Source
    from ingest.sandbox.limits import Limits


LEADING_AWAY = ("/B", "/PieceInfo", "/AA", "/Thumb", "/Metadata")  # threads and programs' data: of other pages too


def write(sources: Sequence[Source], pages: Sequence[Picked], outlet: Outlet, limits: Limits) -> None:
    """Write a PDF of the picked pages; equal pages give equal bytes. Raises a ParseError."""
    files = {number: opened(sources[number]) for number in _pdfs(sources, pages)}
    outlet.announce("pdf", len(pages), signed=any(map(is_signed, files.values())))
    for pdf in files.values():
        _print_forms(pdf)
    made = pikepdf.Pdf.new()
    for number, group in itertools.groupby(pages, key=lambda each: each.file):
        source, picked = sources[number], list(group)
        if source.kind == "pdf":
            _add_pages(made, files[number], picked)
        else:
            for each in picked:
                add_picture(made, source, each, limits)
    made.remove_unreferenced_resources()  # pages often share one list of all pictures: no neighbour's comes along
    made.save(
        cast("BinaryIO", outlet), min_version="1.7", deterministic_id=True, compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none, object_stream_mode=pikepdf.ObjectStreamMode.disable,
        progress=lambda percent: outlet.report_progress(len(pages) * percent // 100),
    )  # fmt: skip


def _pdfs(sources: Sequence[Source], pages: Sequence[Picked]) -> list[int]:
    return [number for number in dict.fromkeys(each.file for each in pages) if sources[number].kind == "pdf"]


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Tell whether a PDF says that it carries a digital signature: a copy of pages is no longer under it."""
    form: Any = pdf.Root.get("/AcroForm", {})
    return "/Perms" in pdf.Root or bool(int(form.get("/SigFlags", 0)) & 1)


def opened(source: Source) -> pikepdf.Pdf:
    """Open a PDF that must have the pages it is known to have. Raises a ParseError."""
    try:
        pdf = pikepdf.Pdf.open(source.file, password=source.password or "")
    except pikepdf.PasswordError as error:
        raise (WrongPasswordError if source.password else PasswordNeededError) from error
    except pikepdf.PdfError as error:
        locked = "encrypt" in str(error).lower()
        raise (UnsupportedLockError if locked else DamagedFileError) from error
    if len(pdf.pages) != source.page_count:  # the reader saw other pages: which one is meant is not sure
        raise DamagedFileError
    return pdf


def _print_forms(pdf: pikepdf.Pdf) -> None:
    """Turn what is filled in into print: a field may carry the values of other pages."""
    form = pdf.Root.get("/AcroForm")
    if form is None:
        return
    if form.get("/NeedAppearances", False):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations()


def _add_pages(made: pikepdf.Pdf, pdf: pikepdf.Pdf, picked: Sequence[Picked]) -> None:
    first = len(made.pages)
    made.add_pages_from(pdf, [each.page - 1 for each in picked], forms="strip", outlines="ignore")
    for page, each in zip(itertools.islice(made.pages, first, None), picked, strict=True):
        for name in LEADING_AWAY:
            if name in page.obj:
                del page.obj[name]
        if each.turn % 360:
            page.rotate(each.turn % 360, relative=True)
