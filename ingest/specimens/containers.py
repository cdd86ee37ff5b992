"""Put scanned pages into files: JPEG, PNG, TIFF of many frames, scanned, digital-born and mixed PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pikepdf
from PIL import Image

from ingest.specimens.digital import digital_pdf
from ingest.specimens.scanpdf import ScanPdfWriter
from ingest.specimens.sheet import Pixels, Sheet
from ingest.specimens.variants import Container, Variant

_RUBBISH = (
    "\x92\x8f\xe5\xa4 \xd3\xaa\xd2\xb5\xd6\xb4\xd5\xd5 l0lI1 ~~ \xa4\xcb\xbf \xb9\xab\xcb\xbe ]]n.. VV\\/ rnrn 8B8 0O0O"
)


@dataclass(frozen=True, slots=True)
class FilePage:
    """A page as it goes into the file: pixels turned as filed, resolution stated (0: none), how it was made."""

    pixels: Pixels
    dpi: float
    variant: Variant
    sheet: Sheet


def suffix_of(container: Container, pages: int) -> str:
    """Return the file name's suffix; pictures of several pages become a scanned PDF."""
    if container in ("jpeg", "png"):
        return ".pdf" if pages > 1 else ".jpg" if container == "jpeg" else ".png"
    return ".tif" if container == "tiff" else ".pdf"


def pack(container: Container, pages: Sequence[FilePage], rng: np.random.Generator) -> bytes:
    """Return the bytes of a file of `pages`."""
    if container == "tiff":
        return _tiff(pages)
    if container == "pdf-digital":
        return digital_pdf([page.sheet for page in pages], rng)
    if container == "pdf-mixed":
        return _mixed(pages, rng)
    if container in ("jpeg", "png") and len(pages) == 1:
        return encode_jpeg(pages[0]) if container == "jpeg" else _png(pages[0])
    return _scanned(pages, _RUBBISH if container == "pdf-rubbish" else "")


def _picture(page: FilePage) -> Image.Image:
    """Return the page as Pillow's picture with no more colour than it has."""
    if page.variant.colouring == "colour":
        return Image.fromarray(page.pixels)
    grey = Image.fromarray(np.ascontiguousarray(page.pixels[..., 0]))
    return grey.convert("1") if page.variant.colouring == "bw" else grey


def encode_jpeg(page: FilePage) -> bytes:
    """Return the page as JPEG of its variant's quality."""
    buffer = io.BytesIO()
    picture = _picture(page)
    picture = picture.convert("L") if picture.mode == "1" else picture
    extra: dict[str, object] = {"dpi": (round(page.dpi), round(page.dpi))} if page.dpi else {}
    if page.variant.exif:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        extra["exif"] = _lying_on_its_side()
    picture.save(buffer, "JPEG", quality=page.variant.quality, **extra)
    return buffer.getvalue()


def _lying_on_its_side() -> Image.Exif:
    """Return EXIF data that say: turn 90° clockwise to see it upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Fictional Phone"
    return exif


def _png(page: FilePage) -> bytes:
    buffer = io.BytesIO()
    extra = {"dpi": (page.dpi, page.dpi)} if page.dpi else {}
    _picture(page).save(buffer, "PNG", compress_level=3, **extra)
    return buffer.getvalue()


def _tiff(pages: Sequence[FilePage]) -> bytes:
    buffer = io.BytesIO()
    first, *rest = (_picture(page) for page in pages)
    dpi = pages[0].dpi or 72.0
    how: dict[str, str | int] = {"compression": "group4"}
    if first.mode != "1":
        how = {"compression": "jpeg", "quality": pages[0].variant.quality}
    first.save(buffer, "TIFF", save_all=True, append_images=rest, dpi=(dpi, dpi), **how)
    return buffer.getvalue()


def _scanned(pages: Sequence[FilePage], layer: str) -> bytes:
    buffer = io.BytesIO()
    with ScanPdfWriter(buffer) as writer:
        for page in pages:
            size = (page.pixels.shape[1], page.pixels.shape[0])
            grey = page.variant.colouring != "colour"
            writer.add_page(encode_jpeg(page), size, page.dpi or 150.0, layer, grey=grey)
    return buffer.getvalue()


def _mixed(pages: Sequence[FilePage], rng: np.random.Generator) -> bytes:
    """Return a PDF whose first page is text and whose further pages are scans."""
    buffer = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(digital_pdf([pages[0].sheet], rng))) as whole,
        pikepdf.open(io.BytesIO(_scanned(pages[1:], ""))) as scans,
    ):
        whole.pages.extend(scans.pages)
        whole.save(buffer, deterministic_id=True)
    return buffer.getvalue()
