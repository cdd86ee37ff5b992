"""Red seal impressions (印章): where they stand on a page and in what shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from ingest.model import Box, Seal, SealShape
from ingest.ocr import Pixels
from ingest.red_ink import gold_mask, red_mask
from ingest.seal_outlines import LEAST, MOST, Outline, ellipses, squares

_SIDE = 900  # pixels of the longer side that is searched
_TINY = 100  # pixels of a longer side on which no seal can be told
_SCARCE = 0.0005  # share of red below which a page is not searched
_FAINTEST = 0.05  # share of colour in a seal
_FULLEST, _GILDED = 0.58, 0.18  # shares of red and of gold from which it is an emblem (国徽) or a picture
# Names may be cut out of a square's red (白文) or cross another seal; the shield of an emblem looks square, too.
_FULLEST_SQUARE, _GILDED_SQUARE = 0.75, 0.09
_SAME = 0.5  # share of the smaller of two finds that lies in the larger where they are one seal
_WITHIN, _LARGER = 0.9, 1.5  # the same for a name seal on another seal, which covers so much more paper


def find_seals(pixels: Pixels) -> tuple[Seal, ...]:
    """Return the red seals on a page, the surest first; boxes in page fractions. Grey pages have none.

    Seals cut by the edge of page or paper (骑缝章) are found by the part that is left, round ones that other red
    adjoins or crosses by their circle, square ones also where they lean and touch another.
    """
    if max(pixels.shape[:2]) < _TINY:
        return ()
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    small = _scaled(pixels, scale)
    red = red_mask(small)
    if red.mean() < _SCARCE:
        return ()
    gold = gold_mask(small)
    found: list[Seal] = []
    for seal in sorted(_seals(red, gold), key=lambda s: s.confidence, reverse=True):
        if not any(_is_same(seal, other) for other in found):
            found.append(seal)
    return tuple(found)


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _seals(red: np.ndarray, gold: np.ndarray) -> Iterator[Seal]:
    """Yield what looks like seals, many of them more than once."""
    height, width = red.shape
    least, most = LEAST * max(red.shape), MOST * max(red.shape)
    for outline in (*ellipses(red), *squares(red)):
        x0, x1 = (min(max(x, 0.0), width) for x in outline.sides[::2])
        y0, y1 = (min(max(y, 0.0), height) for y in outline.sides[1::2])
        place = slice(int(y0), int(y1)), slice(int(x0), int(x1))
        if least <= max(outline.width, outline.height) <= most and _is_ink(outline, red[place], gold[place]):
            box = Box(x0 / width, y0 / height, x1 / width, y1 / height)
            yield Seal(box, _shape(outline), round(outline.coverage, 3))


def _is_ink(outline: Outline, red: np.ndarray, gold: np.ndarray) -> bool:
    """Tell whether what lies within the outline is as red as a seal and not golden."""
    most, gilded = (_FULLEST_SQUARE, _GILDED_SQUARE) if outline.is_rectangle else (_FULLEST, _GILDED)
    return red.size > 0 and bool(_FAINTEST < red.mean() < most and gold.mean() < gilded)


def _shape(outline: Outline) -> SealShape:
    if outline.is_rectangle:
        return SealShape.SQUARE
    return SealShape.ROUND if 0.82 <= outline.width / outline.height <= 1.22 else SealShape.OVAL


def _is_same(one: Seal, other: Seal) -> bool:
    """Tell whether two finds are one seal: the smaller lies for the most part in the larger.

    A name seal (法人章) is often set half upon a round one; it must lie in it whole to be a part of it.
    """
    smaller, larger = sorted((one, other), key=lambda s: s.box.area)
    is_name = smaller.shape is SealShape.SQUARE is not larger.shape and larger.box.area > _LARGER * smaller.box.area
    return smaller.box.shared(larger.box) > (_WITHIN if is_name else _SAME) * smaller.box.area


def bands(seals: Sequence[Seal], margin: float = 0.015) -> list[tuple[float, float]]:
    """Return the strips of the page (top and bottom in page fractions) that seals cover, overlapping ones joined."""
    joined: list[tuple[float, float]] = []
    for top, bottom in sorted((max(s.box.y0 - margin, 0.0), min(s.box.y1 + margin, 1.0)) for s in seals):
        if joined and top <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(bottom, joined[-1][1]))
        else:
            joined.append((top, bottom))
    return joined
