"""Seals (印章) as stencils: round with a star, oval with a tax number, square with a name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ingest.model import SealShape
from ingest.specimens.fonts import load_font

Stencil = npt.NDArray[np.float32]
_FINE = 2  # stencils are drawn this much larger and reduced


@dataclass(frozen=True, slots=True)
class Stamp:
    """A seal: shape, size in mm, the name on its arc, what it is for (公章 has none printed), further digits."""

    shape: SealShape
    owner: str
    purpose: str
    width: float
    height: float
    arc: str
    below: str = ""
    middle: str = ""
    rim: str = ""

    @property
    def text(self) -> str:
        """Return what a person reads on it: arc, middle, below."""
        return "\n".join(part for part in (self.arc, self.middle, self.below) if part)


def company_seal(owner: str, rim: str = "") -> Stamp:
    """公章: round, 40 mm, the company's name and a star."""
    return Stamp(SealShape.ROUND, owner, "公章", 40, 40, owner, rim=rim)


def purpose_seal(owner: str, purpose: str, rim: str = "") -> Stamp:
    """合同专用章, 财务专用章, 收货专用章 …: round, the purpose below the star."""
    return Stamp(SealShape.ROUND, owner, purpose, 40, 40, owner, below=purpose, rim=rim)


def invoice_seal(owner: str, tax_id: str) -> Stamp:
    """发票专用章: oval 40 × 30 mm, the tax number in the middle."""
    return Stamp(SealShape.OVAL, owner, "发票专用章", 40, 30, owner, below="发票专用章", middle=tax_id)


def person_seal(name: str) -> Stamp:
    """法人章: square, 20 mm, the name and 印 in two columns read from the right."""
    return Stamp(SealShape.SQUARE, name, "法人章", 20, 20, (name + "印")[:4].ljust(4, "章"))


def authority_seal(authority: str) -> Stamp:
    """Seal of an authority: round, 42 mm, its name and a star."""
    return Stamp(SealShape.ROUND, authority, "机关印章", 42, 42, authority)


def supervision_seal(region: str) -> Stamp:
    """发票监制章, printed on invoices: oval 30 × 20 mm."""
    return Stamp(
        SealShape.OVAL, f"{region}税务局", "发票监制章", 30, 20, "全国统一发票监制章", f"{region}税务局", "国家税务总局"
    )


@lru_cache(maxsize=64)
def stencil(stamp: Stamp, dpi: float) -> Stencil:
    """Return the seal's ink from 0 (none) to 1 at `dpi`, upright, tightly framed."""
    scale = dpi / 25.4 * _FINE
    image = Image.new("L", (round(stamp.width * scale), round(stamp.height * scale)), 0)
    if stamp.shape is SealShape.SQUARE:
        _draw_square(image, stamp, scale)
    else:
        _draw_round(image, stamp, scale)
    small = image.resize((image.width // _FINE, image.height // _FINE), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255.0


def _draw_round(image: Image.Image, stamp: Stamp, scale: float) -> None:
    pen = ImageDraw.Draw(image)
    border = 1.1 * scale * min(stamp.height, 40) / 40
    pen.ellipse((0, 0, image.width - 1, image.height - 1), outline=255, width=round(border))
    size = _arc_size(stamp)
    _along_arc(image, stamp.arc, size * scale, (1.9 + size / 2) * scale, 250.0 if len(stamp.arc) > 9 else 200.0)
    if stamp.shape is SealShape.ROUND:
        _draw_star(pen, image.width / 2, image.height / 2, 6.2 * scale * stamp.width / 40)
        _centred(image, stamp.below, 4.2 * scale, image.height * 0.77)
    else:
        _centred(image, stamp.middle, (2.9 if len(stamp.middle) > 8 else 3.2) * scale, image.height * 0.52)
        _centred(image, stamp.below, 3.4 * scale * stamp.height / 30, image.height * 0.76)
    if stamp.rim:
        _along_arc(image, stamp.rim[::-1], 1.5 * scale, 2.0 * scale, 60.0, bottom=True)


def _arc_size(stamp: Stamp) -> float:
    """Return the height in mm of the characters on the arc: the longer the name, the smaller."""
    largest = 5.2 * stamp.height / 40 if stamp.shape is SealShape.ROUND else 3.8 * stamp.height / 30
    return min(largest, largest * 13 / max(len(stamp.arc), 1))


def _along_arc(image: Image.Image, text: str, size: float, inset: float, sweep: float, *, bottom: bool = False) -> None:
    """Set `text` along the ellipse `inset` pixels inside the border, feet inwards (or outwards at the bottom)."""
    a, b = image.width / 2 - inset, image.height / 2 - inset
    step = min(sweep / max(len(text) - 1, 1), 30.0)
    middle = 90.0 if bottom else -90.0
    for place, char in enumerate(text):
        at = math.radians(middle + (place - (len(text) - 1) / 2) * step)
        x, y = image.width / 2 + a * math.cos(at), image.height / 2 + b * math.sin(at)
        normal = math.degrees(math.atan2(math.sin(at) / b, math.cos(at) / a))
        glyph = _glyph(char, size).rotate(-(normal + (-90 if bottom else 90)), Image.Resampling.BICUBIC)
        image.paste(255, (round(x - glyph.width / 2), round(y - glyph.height / 2)), glyph)


def _glyph(char: str, size: float) -> Image.Image:
    """Return one character in the middle of a square, a little narrower than it is high, as on real seals."""
    side = round(size * 1.5)
    tile = Image.new("L", (side, side), 0)
    font = load_font("serif", round(size))
    ImageDraw.Draw(tile).text(
        (side / 2, side / 2 + size * 0.38), char, 255, font, anchor="ms", stroke_width=max(size * 0.02, 0.5)
    )
    return tile


def _centred(image: Image.Image, text: str, size: float, y: float) -> None:
    if text:
        font = load_font("serif", round(size))
        ImageDraw.Draw(image).text((image.width / 2, y), text, 255, font, anchor="mm", stroke_width=size * 0.02)


def _draw_star(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    pen.polygon(star(x, y, radius), fill=255)


def star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """Return the outline of a five-pointed star."""
    points = []
    for corner in range(10):
        r = radius if corner % 2 == 0 else radius * 0.382
        at = math.radians(-90 + corner * 36)
        points.append((x + r * math.cos(at), y + r * math.sin(at)))
    return points


def _draw_square(image: Image.Image, stamp: Stamp, scale: float) -> None:
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, image.width - 1, image.height - 1), outline=255, width=round(1.2 * scale))
    size = stamp.width * 0.42 * scale
    font = load_font("serif", round(size))
    for place, char in enumerate(stamp.arc):  # read from the right column down
        column, row = 1 - place // 2, place % 2
        at = (image.width * (0.28 + 0.44 * column), image.height * (0.28 + 0.44 * row))
        pen.text(at, char, 255, font, anchor="mm", stroke_width=size * 0.015)
