"""Find codes on the picture of a page: from grey pixels only, never from a file that somebody sent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from dms.codes.rules import Code, WrongCheckError, parse
from ingest.model import Box

QR = zxingcpp.barcode_formats_from_str("QRCode")
MOST_PIXELS = 1 << 26  # a page at 600 dpi; our views are far smaller
MOST_CHARACTERS = 100  # of a code of ours; what is longer (an invoice's QR, an address) is none


@dataclass(frozen=True, slots=True)
class Sighting:
    """A QR code seen on a page: its text, where it stands, and the code of ours that it is, if it is one."""

    text: str
    box: Box
    code: Code | None


def find_codes(grey: NDArray[np.uint8]) -> tuple[Sighting, ...]:
    """Return the QR codes of a page, from top to bottom.

    `grey` is the page as decoded pixels (height × width, 0 black), made by us or in the sandbox. Raises `ValueError`
    for anything else: this library has no confinement of its own.
    """
    if grey.ndim != 2 or grey.dtype != np.uint8 or not 0 < grey.size <= MOST_PIXELS:
        raise ValueError("codes are looked for on grey pixels: two dimensions of 8 bits, not empty, at most 64 Mi")
    found = zxingcpp.read_barcodes(np.ascontiguousarray(grey), formats=QR, text_mode=zxingcpp.TextMode.Plain)
    seen = [Sighting(each.text, _box(each.position, grey.shape), _ours(each.text)) for each in found]
    return tuple(sorted(seen, key=lambda each: (each.box.y0, each.box.x0)))


def _ours(text: str) -> Code | None:
    """Return the code of ours in a QR text; one of ours always has its check character."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        code = parse(text)
    except WrongCheckError:
        return None
    return code if code.checked else None


def _box(position: zxingcpp.Position, shape: tuple[int, ...]) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    height, width = shape
    across = [min(max(corner.x / width, 0.0), 1.0) for corner in corners]
    down = [min(max(corner.y / height, 0.0), 1.0) for corner in corners]
    return Box(min(across), min(down), max(across), max(down))
