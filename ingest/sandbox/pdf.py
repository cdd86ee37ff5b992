"""Pages of a PDF in the child: pictures by PDFium, the text layer by pdfplumber."""

from __future__ import annotations

import io
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from ingest.model import Line
from ingest.sandbox.errors import (
    DamagedFileError,
    DamagedPageError,
    NoSuchPageError,
    PageTooLargeError,
    PasswordNeededError,
    TooManyPagesError,
    UnsupportedLockError,
    WrongPasswordError,
)
from ingest.sandbox.limits import Limits
from ingest.sandbox.textlines import text_lines

Rectangle = tuple[float, float, float, float]

_FULL_PAGE = 0.6  # pictures covering this share of a page make it a scan
_OBJECTS = 2000  # page objects looked at for that


class PdfFile:
    """An open PDF; close it by leaving the process."""

    kind = "pdf"

    def __init__(self, source: BinaryIO, password: str | None, limits: Limits) -> None:
        self._limits = limits
        self._source = source
        self._document = _open(source, password)
        self.page_count = len(self._document)
        if self.page_count > limits.pages:
            raise TooManyPagesError
        self._document.init_forms()  # so that filled-in fields are drawn

    def inspect(self) -> dict[str, Any]:
        """Return page count, whether it is encrypted, whether its cross-reference table is broken, and notes."""
        damaged = not _cross_reference_found(self._source)
        return {
            "page_count": self.page_count,
            "encrypted": raw.FPDF_GetSecurityHandlerRevision(self._document) != -1,
            "damaged": damaged,
            "notes": ["pdf_repaired"] if damaged else [],
        }

    def raster(self, number: int, dpi: int) -> tuple[dict[str, Any], NDArray[np.uint8]]:
        """Return what is known of page `number` (from 1) and its picture, drawn at `dpi` or coarser."""
        page = self._page(number)
        notes: list[str] = []
        scale = self._scale(page, dpi, notes)
        pixels = _drawn(page, scale)
        lines = self._text(page, number, notes)
        header = {
            "dpi": scale * 72,
            "lines": lines,
            "digital": bool(lines) and not _is_scan(page),
            "notes": notes,
        }
        return header, pixels

    def picture(self, number: int, dpi: int, turn: int = 0) -> NDArray[np.uint8]:
        """Return page `number` (from 1) drawn at `dpi` or coarser, turned clockwise by `turn` degrees."""
        page = self._page(number)
        page.set_rotation((page.get_rotation() + turn) % 360)
        return _drawn(page, self._scale(page, dpi, []))

    def _page(self, number: int) -> pypdfium2.PdfPage:
        if not 1 <= number <= self.page_count:
            raise NoSuchPageError
        try:
            return self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise DamagedPageError from error

    def _scale(self, page: pypdfium2.PdfPage, dpi: int, notes: list[str]) -> float:
        """Return pixels per point such that the picture stays within the pixel budget."""
        width, height = map(float, page.get_size())
        inches = max(width * height / 72**2, 1e-6)
        affordable: float = min((self._limits.pixels / inches) ** 0.5, 65000 * 72 / max(width, height, 1e-3))
        if affordable < self._limits.least_dpi:
            raise PageTooLargeError
        if affordable < dpi:
            notes.append("raster_coarser")
        return min(float(dpi), affordable) / 72

    def _text(self, page: pypdfium2.PdfPage, number: int, notes: list[str]) -> list[Line]:
        """Return the lines of the text layer; one that cannot be read within its time is noted and left out."""
        try:
            with _alarm(self._limits.text_deadline):
                count = page.get_textpage().count_chars()
                if not 0 < count <= self._limits.text_characters:
                    notes.extend(["text_layer_too_long"] if count else [])
                    return []
                return text_lines(_single_page(self._document, number))
        except Exception:  # noqa: BLE001  pdfminer raises anything on broken fonts; the picture is what counts
            notes.append("text_layer_unreadable")
            return []


def _drawn(page: pypdfium2.PdfPage, scale: float) -> NDArray[np.uint8]:
    bitmap = page.render(
        scale=scale, may_draw_forms=True, rev_byteorder=True, force_bitmap_format=raw.FPDFBitmap_BGR
    )  # fmt: skip
    pixels: NDArray[np.uint8] = bitmap.to_numpy()[:, :, :3]
    return pixels


def _open(source: BinaryIO, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(source, password=password or None)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise (WrongPasswordError if password else PasswordNeededError) from error
        if error.err_code == raw.FPDF_ERR_SECURITY:
            raise UnsupportedLockError from error
        raise DamagedFileError from error


def _cross_reference_found(source: BinaryIO) -> bool:
    """Tell whether the end of the file points at a cross-reference table; PDFium repairs silently what does not."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - 2048))
    found = re.findall(rb"startxref\s+(\d{1,15})\s", source.read(2048) + b"\n")
    if not found:
        return False
    source.seek(0)
    start = max(source.read(1024).find(b"%PDF-"), 0)  # offsets count from the header
    for offset in {int(found[-1]), int(found[-1]) + start}:
        source.seek(min(offset, size))
        if re.match(rb"\s*(xref|\d+\s+\d+\s+obj)", source.read(64)):
            return True
    return False


def _single_page(document: pypdfium2.PdfDocument, number: int) -> io.BytesIO:
    """Return a PDF of one page, decrypted and repaired, so that pdfminer need not walk through the whole file.

    Its media box is what PDFium draws: pdfplumber misplaces the crop box of turned pages.
    """
    single = pypdfium2.PdfDocument.new()
    single.import_pages(document, [number - 1])
    page = single[0]
    seen = _visible(page.get_mediabox(), page.get_cropbox())
    page.set_mediabox(*seen)
    page.set_cropbox(*seen)
    buffer = io.BytesIO()
    single.save(buffer)
    return buffer


def _visible(media: Rectangle, crop: Rectangle) -> Rectangle:
    """Return the part of `crop` within `media`, as PDFium takes it; all of `media` when they do not meet."""
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else media


def _is_scan(page: pypdfium2.PdfPage) -> bool:
    width, height = map(float, page.get_size())
    covered = 0.0
    for seen, item in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3)):
        left, bottom, right, top = item.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
        if seen >= _OBJECTS or covered >= _FULL_PAGE * width * height:
            break
    return bool(covered >= _FULL_PAGE * width * height)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
