"""From the pages of a file to what they say: raster, upright view, lines, seals, papers, fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import numpy as np

from ingest.boundaries import split
from ingest.checks import Context, run_checks
from ingest.classify import classify
from ingest.doctypes import DocumentType
from ingest.fields.extract import extract
from ingest.model import Box, DocumentReading, Line, Page, TextLayer
from ingest.ocr import Pixels
from ingest.pages import (
    THUMBNAIL_SIDE,
    VIEW_SIDE,
    assurance,
    deskewed,
    enlarged,
    is_colour,
    jpeg,
    skew,
    turned,
    upright,
)
from ingest.sampling import sampled
from ingest.sandbox import OcrWorker, Parser
from ingest.seals import find_seals
from ingest.second_look import combined, doubtful_codes, under_seals
from ingest.textlayer import judge, merged
from ingest.triage import FileKind

__all__ = ["Context", "PageResult", "Raster", "Rasteriser", "Reader", "TextReader", "read_paper", "understand"]

_LOW_RESOLUTION = 120.0  # dots an inch below which print is hard to read
_UNSURE = 0.7  # mean confidence of a page below which a person should look


class Raster(Protocol):
    """One page as pixels, with the text layer that its file carries."""

    @property
    def pixels(self) -> Pixels:
        """The page, (height, width, 3) red-green-blue."""
        ...

    @property
    def dpi(self) -> float:
        """Dots an inch, 0 when unknown."""
        ...

    @property
    def text_lines(self) -> tuple[Line, ...]:
        """The text layer, empty without one; boxes in fractions of the raster."""
        ...


class Rasteriser(Protocol):
    """Makes rasters of pages: ingest.sandbox.Parser, or a small one in tests."""

    def raster(
        self, source: BinaryIO, kind: FileKind, page: int, dpi: int = 300, password: str | None = None
    ) -> Raster:
        """Return page `page` (1-based) of `source`."""
        ...


class TextReader(Protocol):
    """Reads the lines of a picture: an OcrEngine, or the confined worker that runs one."""

    def read(self, image: Pixels) -> tuple[Line, ...]:
        """Return the lines of `image`, boxes in fractions of it."""
        ...


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page as read, its upright view (at most 2000 pixels long) and its thumbnail (320), both JPEG."""

    page: Page
    view_jpeg: bytes
    thumbnail_jpeg: bytes


class Reader:
    """Reads pages with one rasteriser and one engine; a context manager that closes both."""

    def __init__(
        self,
        types: Sequence[DocumentType],
        engine: str = "ppocr",
        dpi: int = 300,
        parser: Rasteriser | None = None,
        ocr: TextReader | None = None,
    ) -> None:
        """Read with `engine` in its own confined process, unless `parser` or `ocr` bring their own."""
        self.types = tuple(types)
        self._parser = parser if parser is not None else Parser()
        self._ocr = ocr if ocr is not None else OcrWorker(engine)
        self._engine, self._dpi = engine, dpi

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes of parser and engine, where they have any."""
        for part in (self._ocr, self._parser):
            close = getattr(part, "close", None)
            if close:
                close()

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        """Read page `number` (1-based) of `source`; errors of the rasteriser pass through."""
        raster = self._parser.raster(source, kind, number, self._dpi, password)
        return read_pixels(raster.pixels, self._ocr.read, number, raster.dpi, raster.text_lines, engine=self._engine)

    def read_box(
        self,
        source: BinaryIO,
        kind: FileKind,
        number: int,
        box: Box,
        page: Page | None = None,
        password: str | None = None,
    ) -> str:
        """Return the text within `box`, drawn on the view of `page` (without it: on the raster), read again."""
        raster = self._parser.raster(source, kind, number, self._dpi, password)
        rotation, slant = (page.rotation, page.skew) if page else (0, 0.0)
        return read_part(turned(deskewed(raster.pixels, slant), rotation), box, self._ocr.read)

    def understand(self, pages: Sequence[Page], context: Context | None = None) -> tuple[DocumentReading, ...]:
        """Return the papers that `pages` make up, with their types, fields and checks."""
        return understand(self.types, pages, context or Context())


def understand(types: Sequence[DocumentType], pages: Sequence[Page], context: Context) -> tuple[DocumentReading, ...]:
    """Divide `pages` into papers and read each: its type by auction, then its fields, then their checks."""
    return tuple(read_paper(types, paper, context) for paper in split(types, pages))


def read_paper(types: Sequence[DocumentType], pages: Sequence[Page], context: Context) -> DocumentReading:
    """Read the pages of one paper: its type by auction, then its fields, then their checks."""
    verdict = classify(types, pages)
    numbers = tuple(p.number for p in pages)
    if verdict.winner is None:
        return DocumentReading("", "", 0.0, numbers, (), verdict.bids)
    declared = verdict.winner
    values = run_checks(declared, extract(declared, pages), context)
    return DocumentReading(declared.code, declared.name, verdict.confidence, numbers, values, verdict.bids)


def read_pixels(
    pixels: Pixels,
    read: Callable[[Pixels], tuple[Line, ...]],
    number: int = 1,
    dpi: float = 0.0,
    layer: Sequence[Line] = (),
    engine: str = "ppocr",
) -> PageResult:
    """Read one raster: set it upright, take out its slant, read its lines twice where needed, find its seals."""
    if layer:
        known = _read_layer(pixels, read, number, dpi, layer)
        if known is not None:
            return known
    slant = 0.0 if layer else skew(pixels)
    rotation, lines = upright(deskewed(pixels, slant), read)
    view = turned(deskewed(pixels, slant), rotation)
    larger = enlarged(view, lines)
    if larger is not None:
        lines = combined(lines, read(larger))
    colour = is_colour(view)
    seals = find_seals(view) if colour else ()
    lines = doubtful_codes(view, under_seals(view, lines, seals, read), read)
    layer_state, lines, engine = _with_layer(layer, lines, rotation, engine)
    height, width = view.shape[:2]
    page = Page(number, width, height, dpi, lines, seals, rotation, slant, engine, layer_state, colour)
    page = replace(page, warnings=_warnings(page))
    return PageResult(page, jpeg(view, VIEW_SIDE), jpeg(view, THUMBNAIL_SIDE))


def _read_layer(
    pixels: Pixels, read: Callable[[Pixels], tuple[Line, ...]], number: int, dpi: float, layer: Sequence[Line]
) -> PageResult | None:
    """Read a page by its text layer when a sample of the picture agrees with it, else return None."""
    colour = is_colour(pixels)
    seals = find_seals(pixels) if colour else ()
    extra = sampled(pixels, layer, seals, read)
    if extra is None:
        return None
    height, width = pixels.shape[:2]
    lines = merged(layer, extra)
    page = Page(number, width, height, dpi, lines, seals, 0, 0.0, "text-layer", TextLayer.AGREED, colour)
    page = replace(page, warnings=_warnings(page))
    return PageResult(page, jpeg(pixels, VIEW_SIDE), jpeg(pixels, THUMBNAIL_SIDE))


def _with_layer(
    layer: Sequence[Line], lines: tuple[Line, ...], rotation: int, engine: str
) -> tuple[TextLayer, tuple[Line, ...], str]:
    """Put the text layer in the place of read lines when it agrees with them; a turned page's never does."""
    if not layer:
        return TextLayer.ABSENT, lines, engine
    if rotation or judge(layer, lines) is TextLayer.REJECTED:
        return TextLayer.REJECTED, lines, engine
    return TextLayer.AGREED, merged(layer, lines), "text-layer"


def _warnings(page: Page) -> tuple[str, ...]:
    """Return codes of what a person should know: see docs/errors.md."""
    warnings = []
    if 0 < page.dpi < _LOW_RESOLUTION or max(page.width, page.height) < 700:
        warnings.append("low_resolution")
    if not page.lines:
        warnings.append("no_text")
    elif assurance(page.lines) < _UNSURE:
        warnings.append("hard_to_read")
    if page.text_layer is TextLayer.REJECTED:
        warnings.append("text_layer_rejected")
    return tuple(warnings)


def read_part(view: Pixels, box: Box, read: Callable[[Pixels], tuple[Line, ...]]) -> str:
    """Return the text within `box` of an upright view, lines under one another."""
    height, width = view.shape[:2]
    y0, y1, x0, x1 = int(box.y0 * height), int(box.y1 * height), int(box.x0 * width), int(box.x1 * width)
    margin = max(4, (y1 - y0) // 6)
    crop = view[max(y0 - margin, 0) : y1 + margin, max(x0 - margin, 0) : x1 + margin]
    if crop.size == 0:
        return ""
    lines = read(np.ascontiguousarray(crop))
    return "\n".join(line.text for line in sorted(lines, key=lambda line: line.box.y0))
