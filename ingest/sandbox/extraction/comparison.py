"""Compares a copy with what it was copied from, page by page: pixels of pictures, compressed streams, drawn pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

from ingest.sandbox.errors import CopyDiffersError
from ingest.sandbox.extraction.pdf import opened
from ingest.sandbox.extraction.pictures import GREY_16, decoded, flattened
from ingest.sandbox.pdf import PdfFile

if TYPE_CHECKING:
    from ingest.sandbox.extraction.picked import Picked, Source
    from ingest.sandbox.limits import Limits

DPI = 72  # at which pages of PDFs are drawn to be compared
TILE = 8  # pixels of the side of the tiles whose mean shades are compared
SHADE = 16  # of 255, by which a tile may differ: edges are smoothed otherwise where a form field became print


def compare(sources: Sequence[Source], pages: Sequence[Picked], copy: Source, first: int, limits: Limits) -> None:
    """Raise `CopyDiffersError` unless pages `first` (from 1) and on of `copy` are the picked `pages`."""
    if copy.kind == "tiff":
        for number, each in enumerate(pages, first):
            _require(_same_frame(sources[each.file], each, copy, number, limits))
        return
    made, drawn = opened(copy), PdfFile(copy.file, None, limits)
    for file in dict.fromkeys(each.file for each in pages):
        wanted = [(number, each) for number, each in enumerate(pages, first) if each.file == file]
        if sources[file].kind == "pdf":
            _compare_pages(sources[file], wanted, made, drawn, limits)
        else:
            for number, each in wanted:
                _require(_same_picture(sources[file], each, made.pages[number - 1], limits))


def _require(same: bool) -> None:
    if not same:
        raise CopyDiffersError


def _compare_pages(
    source: Source, wanted: Sequence[tuple[int, Picked]], made: pikepdf.Pdf, drawn: PdfFile, limits: Limits
) -> None:
    before, seen = opened(source), PdfFile(source.file, source.password, limits)
    for number, each in wanted:
        if "/AcroForm" not in before.Root:  # pictures of fields that became print were none of the page before
            _require(_streams(made.pages[number - 1]) <= _streams(before.pages[each.page - 1]))
        _require(_looks_like(seen.picture(each.page, DPI, each.turn), drawn.picture(number, DPI)))


def _streams(page: pikepdf.Page) -> set[bytes]:
    """Return digests of the compressed pictures of a page, as they lie in the file."""
    return {hashlib.sha256(image.read_raw_bytes()).digest() for image in page.get_images().values()}


def _looks_like(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Tell whether two drawings show the same, down to tiles of 8 by 8 pixels."""
    if one.shape != other.shape:
        return False
    if np.array_equal(one, other):
        return True
    difference = _tiles(one) - _tiles(other)
    return bool(np.abs(difference).max() <= SHADE)


def _tiles(pixels: NDArray[np.uint8]) -> NDArray[np.int16]:
    small = Image.fromarray(np.ascontiguousarray(pixels)).reduce(TILE)
    return np.asarray(small, np.int16)


def _same_frame(source: Source, picked: Picked, copy: Source, number: int, limits: Limits) -> bool:
    """Tell whether a frame decodes to the same pixels, and stands as it shall."""
    with decoded(source, picked.page, limits) as before, decoded(copy, number, limits) as after:
        turned = before.rotate(-picked.turn, expand=True) if picked.turn % 360 else before
        return after.mode == turned.mode and np.array_equal(np.asarray(after), np.asarray(turned))


def _same_picture(source: Source, picked: Picked, page: pikepdf.Page, limits: Limits) -> bool:
    """Tell whether a page's one picture holds the very bytes, or the very pixels, of its source."""
    (stream,) = page.get_images().values()
    if source.kind == "jpeg":
        source.file.seek(0)
        if bytes(stream.read_raw_bytes()) == source.file.read():
            return True
    with decoded(source, picked.page, limits) as image:
        if image.mode in GREY_16:
            return bool(stream.read_bytes() == image.tobytes("raw", "I;16B"))
        wanted, mask = flattened(image)
        return _equal(stream, wanted) and (mask is None or _equal(stream.SMask, mask))


def _equal(stream: Any, wanted: Image.Image) -> bool:
    held = pikepdf.PdfImage(stream).as_pil_image()
    return np.array_equal(np.asarray(held.convert(wanted.mode)), np.asarray(wanted))
