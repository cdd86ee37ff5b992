"""The picture of a page: which way is up, how far it slants, and the views that people see."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ingest.model import Line
from ingest.ocr import Pixels

VIEW_SIDE, THUMBNAIL_SIDE = 2000, 320  # pixels of the longer side
_STEEPEST = 12.0  # degrees that deskewing looks at
_LEAST_SKEW = 0.25  # degrees below which turning does more harm than good
_SURE = 0.86  # mean confidence above which a reading cannot be upside down
_CLEAR = 0.985  # mean confidence above which a second, larger look finds nothing new
_TINY_PRINT, _SMALL_PRINT, _READABLE_PRINT = 18.0, 24.0, 30.0  # pixels of a line's height
_SMALL_SIDE, _LARGE_PRINT = 1400, 40.0  # a small picture hides print that was not even found
_LARGEST = 2600  # pixels of the longer side that enlarging may reach


def turned(pixels: Pixels, rotation: int) -> Pixels:
    """Return `pixels` turned clockwise by `rotation` degrees (0, 90, 180 or 270)."""
    return np.ascontiguousarray(np.rot90(pixels, -(rotation // 90)))


def skew(pixels: Pixels) -> float:
    """Return the degrees (counter-clockwise positive) by which lines of print slant, 0 where there are none.

    The profile of ink across the page is sharpest when rows of pixels run along the lines; rows and columns are
    both tried, since the page may still lie on its side.
    """
    ink = _ink(pixels)
    if ink.mean() < 0.002:
        return 0.0
    coarse = max(np.arange(-_STEEPEST, _STEEPEST + 0.1, 1.0), key=lambda a: _sharpness(ink, float(a)))
    fine = max(np.arange(coarse - 0.9, coarse + 0.95, 0.15), key=lambda a: _sharpness(ink, float(a)))
    gain = _sharpness(ink, float(fine)) / max(_sharpness(ink, 0.0), 1e-9)
    return float(fine) if abs(fine) >= _LEAST_SKEW and gain > 1.03 else 0.0


def _ink(pixels: Pixels) -> np.ndarray:
    """Return the dark strokes of a page, reduced to 800 pixels, as 0 and 1."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = 800 / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    block = max(15, min(grey.shape) // 20 * 2 + 1)
    mask = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 15)
    return mask.astype(np.float32)


def _sharpness(ink: np.ndarray, degrees: float) -> float:
    turned_ink = _rotate(ink, -degrees, 0)
    sharpness = [float(np.square(np.diff(turned_ink.sum(axis=axis))).sum()) for axis in (0, 1)]
    return max(sharpness)


def _rotate(picture: np.ndarray, degrees: float, fill: int) -> np.ndarray:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    filling = (fill,) * 3 if picture.ndim == 3 else (fill,)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=filling)
    )


def deskewed(pixels: Pixels, degrees: float) -> Pixels:
    """Return `pixels` with a slant of `degrees` taken out; corners that open are white."""
    if not degrees:
        return pixels
    return np.asarray(_rotate(pixels, -degrees, 255), dtype=np.uint8)


def upright(pixels: Pixels, read: Callable[[Pixels], tuple[Line, ...]]) -> tuple[int, tuple[Line, ...]]:
    """Return the clockwise turn that sets a page upright and the lines read that way.

    Upright pages are read once. Lines that run downward mean a page on its side; unsure lines mean that it may
    stand on its head: then the other way is read too and the surer reading wins.
    """
    lines = read(pixels)
    turns = [0] if not _lies(lines, pixels) else []
    best = {0: lines} if turns else {}
    if turns and (not lines or assurance(lines) >= _SURE):
        return 0, lines
    for turn in (180,) if turns else (270, 90):
        best[turn] = read(turned(pixels, turn))
        if assurance(best[turn]) >= _SURE:
            return turn, best[turn]
    turn = max(best, key=lambda t: assurance(best[t]) * sum(len(line.text) for line in best[t]) ** 0.5)
    return turn, best[turn]


def assurance(lines: Sequence[Line]) -> float:
    """Return the mean confidence of the characters of `lines`, 0 for none."""
    weight = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / weight if weight else 0.0


def _lies(lines: Sequence[Line], pixels: Pixels) -> bool:
    height, width = pixels.shape[:2]
    shapes = [((b.x1 - b.x0) * width, (b.y1 - b.y0) * height, len(line.text)) for line in lines for b in (line.box,)]
    down: float = sum(h for w, h, n in shapes if n > 2 and h > 1.5 * w)
    across: float = sum(w for w, h, n in shapes if n > 2 and w > 1.5 * h)
    return down > across


def enlarged(pixels: Pixels, lines: Sequence[Line]) -> Pixels | None:
    """Return a larger picture to read again when it is small or has small print and was not surely read, else None."""
    heights = sorted((line.box.y1 - line.box.y0) * pixels.shape[0] for line in lines if len(line.text) > 4)
    if len(heights) < 3:
        return None
    small = heights[len(heights) // 4]
    if small >= _TINY_PRINT and assurance(lines) >= _CLEAR:
        return None
    side = max(pixels.shape[:2])
    if small >= _SMALL_PRINT and (side >= _SMALL_SIDE or small >= _LARGE_PRINT):
        return None
    factor = min(max(_READABLE_PRINT / small, 1.5), _LARGEST / side, 2.5)
    if factor < 1.15:
        return None
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def is_colour(pixels: Pixels) -> bool:
    """Tell whether a page carries colour: more than a thousandth of its pixels is no grey."""
    small = cv2.resize(pixels, (400, 400), interpolation=cv2.INTER_AREA).astype(np.int16)
    return bool((small.max(axis=2) - small.min(axis=2) > 40).mean() > 0.001)


def jpeg(pixels: Pixels, side: int, quality: int = 80) -> bytes:
    """Return `pixels` as JPEG, reduced so that the longer side has at most `side` pixels."""
    scale = side / max(pixels.shape[:2])
    if scale < 1:
        pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done, "a picture in memory can always be encoded"
    return bytes(data)
