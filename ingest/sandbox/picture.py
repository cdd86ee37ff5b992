"""Pages of a picture file (JPEG, PNG, TIFF) in the child, through Pillow restricted to those kinds."""

from __future__ import annotations

import struct
import warnings
import zlib
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from ingest.sandbox.errors import (
    DamagedFileError,
    DamagedPageError,
    NoSuchPageError,
    PageTooLargeError,
    TooManyPagesError,
)
from ingest.sandbox.limits import Limits

# What Pillow raises on broken data; a truncated file is an OSError.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, AttributeError, OverflowError,
    ZeroDivisionError, RuntimeError, struct.error, zlib.error, UnidentifiedImageError,
)  # fmt: skip
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF"}
_PLACEHOLDER_DPI = 96.0  # cameras and screens write 72 or 96 whatever the truth


class PictureFile:
    """An open picture of one or, in TIFF, many frames."""

    def __init__(self, source: BinaryIO, kind: str, limits: Limits) -> None:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        Image.MAX_IMAGE_PIXELS = limits.source_pixels
        warnings.simplefilter("ignore")
        self._limits = limits
        self.kind = kind
        try:
            self._image = Image.open(source, formats=[_FORMATS[kind]])
            self.page_count = int(getattr(self._image, "n_frames", 1)) if kind == "tiff" else 1
        except Image.DecompressionBombError as error:
            raise PageTooLargeError from error
        except _BROKEN as error:
            raise DamagedFileError from error
        if self.page_count > limits.pages:
            raise TooManyPagesError

    def inspect(self) -> dict[str, Any]:
        """Return the number of frames and whether the first can be decoded."""
        try:
            self._load(1)
            damaged = False
        except DamagedFileError:
            damaged = True
        return {"page_count": self.page_count, "encrypted": False, "damaged": damaged, "notes": []}

    def raster(self, number: int, dpi: int) -> tuple[dict[str, Any], NDArray[np.uint8]]:
        """Return what is known of frame `number` (from 1) and its pixels, at most `dpi` where the file says its own."""
        image = self._load(number)
        stated = _stated_dpi(image)
        notes: list[str] = []
        factor = min(1.0, dpi / stated if stated else 1.0)
        affordable = (self._limits.pixels / (image.width * image.height)) ** 0.5
        if affordable < factor:
            factor = affordable
            notes.append("raster_coarser")
        pixels = _rgb(image, factor)
        return {"dpi": stated * factor, "lines": [], "digital": False, "notes": notes}, pixels

    def _load(self, number: int) -> Image.Image:
        if not 1 <= number <= self.page_count:
            raise NoSuchPageError
        try:
            if number > 1:
                self._image.seek(number - 1)
            if self._image.width * self._image.height > self._limits.source_pixels:
                raise PageTooLargeError
            self._image.load()
        except Image.DecompressionBombError as error:
            raise PageTooLargeError from error
        except _BROKEN as error:
            raise DamagedPageError from error
        return self._image


def _stated_dpi(image: Image.Image) -> float:
    """Return the resolution that the file states, 0 when it states none or a meaningless one."""
    try:
        x, y = (float(value) for value in image.info.get("dpi", (0, 0)))
    except _BROKEN:
        return 0.0
    return x if _PLACEHOLDER_DPI < x <= 4800 and 0.9 < x / max(y, 1e-6) < 1.1 else 0.0


def _rgb(image: Image.Image, factor: float) -> NDArray[np.uint8]:
    """Return upright red-green-blue pixels, reduced by `factor`; see-through parts become white paper."""
    exif = image.getexif()
    plain = _plain(image)
    if factor < 1.0:
        size = max(1, int(plain.width * factor)), max(1, int(plain.height * factor))
        plain = plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    turn = _TURNS.get(exif.get(0x0112, 1))
    if turn is not None:
        plain = plain.transpose(turn)
    return np.asarray(plain)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


def _plain(image: Image.Image) -> Image.Image:
    """Return `image` in mode RGB, whatever it was: 1 bit, 16 bit, palette, CMYK, with alpha."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_eight_bits(np.asarray(image))).convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    return image.convert("RGB")


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale 16-bit, 32-bit or real grey values to bytes."""
    top = float(values.max(initial=0))
    full = 255.0 if top <= 255 else 65535.0 if top <= 65535 else top
    if values.dtype.kind == "f" and top <= 1.0:
        full = 1.0
    scaled: NDArray[np.uint8] = np.clip(values.astype(np.float32) * (255.0 / full), 0, 255).astype(np.uint8)
    return scaled
