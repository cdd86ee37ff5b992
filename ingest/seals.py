"""Red seal impressions (印章): where they stand, their outline, and the picture without their colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from ingest.model import Box, Seal, SealShape
from ingest.ocr import Pixels

_SIDE = 900  # pixels of the longer side that is searched
_LEAST, _MOST = 0.05, 0.45  # sizes of a seal in shares of the page's longer side
_ROUND, _SQUARE = 0.6, 0.85  # share of the outline that must carry colour; red print looks like worn squares
_CIRCLE = 0.8  # the same for circles that were looked for
_FULLEST = 0.58  # share of colour above which a blob is an emblem (国徽) or a picture
_LONGEST = 2.2  # how much longer than wide a seal may be
_REDDISH = 24  # how far red lies above the other colours where seal ink is
_STEPS = 72


def find_seals(pixels: Pixels) -> tuple[Seal, ...]:
    """Return the red seals on a page, the surest first; boxes in page fractions. Grey pages have none.

    Seals cut by the page's edge (骑缝章) are found by the half that is left, round ones that another seal or red
    print adjoins by their circle.
    """
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    red = red_mask(np.asarray(small, dtype=np.uint8))
    judged = [_judge(red, *box) for box in _blobs(red)]
    judged += [seal for box in _circles(red) if (seal := _judge(red, *box)) and seal.confidence >= _CIRCLE]
    found: list[Seal] = []
    for seal in sorted((s for s in judged if s), key=lambda s: s.confidence, reverse=True):
        if not any(_inside(seal.box, other.box) for other in found):
            found.append(seal)
    return tuple(found)


def red_mask(pixels: Pixels) -> np.ndarray:
    """Return 1 where a pixel is the red of seal ink, measured against the paper's own tint.

    The brown of printed forms, whose green lies well above its blue, is left out.
    """
    red, green, blue = (pixels[:, :, i].astype(np.int16) for i in range(3))
    redness = red - np.maximum(green, blue)
    paper = int(np.median(redness))
    brown = green - blue > 0.35 * redness + 8
    return ((redness > max(28, paper + 25)) & ~brown).astype(np.uint8)


def _blobs(red: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes of what hangs together: loosely for worn seals, then tightly for neighbouring ones."""
    long_side = max(red.shape)
    for share in (0.004, 0.010, 0.018):
        size = max(3, int(long_side * share)) | 1
        closed = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
        for x, y, w, h, _ in stats[1:]:
            fits = _LEAST * long_side <= max(w, h) <= _MOST * long_side
            if fits and min(w, h) > 0.3 * max(w, h):
                yield int(x), int(y), int(w), int(h)


def _circles(red: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes of circles on the mask, for round seals that touch other red."""
    if red.mean() < 0.001:
        return
    long_side = max(red.shape)
    soft = cv2.GaussianBlur(red * 255, (0, 0), 1.2)
    least, most = int(_LEAST * long_side), int(_MOST * long_side / 2)
    circles = cv2.HoughCircles(
        soft, cv2.HOUGH_GRADIENT, 2, least, param1=120, param2=70, minRadius=least, maxRadius=most
    )
    for x, y, r in np.asarray(circles if circles is not None else []).reshape(-1, 3)[:12]:
        x0, y0 = max(int(x - r), 0), max(int(y - r), 0)
        x1, y1 = min(int(x + r) + 1, red.shape[1]), min(int(y + r) + 1, red.shape[0])
        if min(x1 - x0, y1 - y0) > 0.3 * max(x1 - x0, y1 - y0):
            yield x0, y0, x1 - x0, y1 - y0


def _judge(red: np.ndarray, x: int, y: int, w: int, h: int) -> Seal | None:
    """Rate a blob as seal by how much of an ellipse's or a rectangle's outline it covers."""
    patch = red[y : y + h, x : x + w]
    filled = float(patch.mean())
    before, behind = _missing(x, w, h, red.shape[1])
    ellipse = _ellipse_coverage(patch, before, behind)
    rectangle = 0.0 if before or behind else _rectangle_coverage(patch)
    if (ellipse < _ROUND and rectangle < _SQUARE) or not 0.05 < filled < _FULLEST:
        return None
    oblong = SealShape.ROUND if 0.82 <= (w + before + behind) / h <= 1.22 else SealShape.OVAL
    shape = SealShape.SQUARE if rectangle > ellipse else oblong
    if max(w + before + behind, h) > _LONGEST * min(w + before + behind, h):
        return None  # a red printed number
    height, width = red.shape
    box = Box(x / width, y / height, min((x + w) / width, 1.0), min((y + h) / height, 1.0))
    return Seal(box, shape, round(max(ellipse, rectangle), 3))


def _missing(x: int, w: int, h: int, width: int) -> tuple[int, int]:
    """Return how many pixels of a round seal the left and the right edge of the page have cut off."""
    if w >= 0.8 * h:
        return 0, 0
    if x <= 0.012 * width:
        return h - w, 0
    return (0, h - w) if x + w >= 0.988 * width else (0, 0)


def _ellipse_coverage(patch: np.ndarray, before: int, behind: int) -> float:
    """Return the share of directions from the middle in which colour lies near the inscribed ellipse.

    `before` and `behind` are columns missing left and right; directions into them do not count.
    """
    height, width = patch.shape
    full = width + before + behind
    covered = counted = 0
    for step in range(_STEPS):
        angle = 2 * math.pi * step / _STEPS
        radii = np.linspace(0.84, 1.0, 8)
        xs = (full / 2 + radii * full / 2 * math.cos(angle)).astype(int) - before
        ys = np.clip((height / 2 + radii * height / 2 * math.sin(angle)).astype(int), 0, height - 1)
        if xs.min() < -1 or xs.max() > width:
            continue
        counted += 1
        covered += bool(patch[ys, np.clip(xs, 0, width - 1)].any())
    corner_w, corner_h = max(1, width // 10), max(1, height // 10)
    ends_y, ends_x = (slice(corner_h), slice(-corner_h, None)), (slice(corner_w), slice(-corner_w, None))
    corners = sorted(float(patch[rows, columns].mean()) for rows in ends_y for columns in ends_x)
    return covered / max(counted, _STEPS // 4) - (corners[1] + corners[2]) / 2


def _rectangle_coverage(patch: np.ndarray) -> float:
    """Return the share of the four sides, corners included, along which colour lies near the edge."""
    height, width = patch.shape
    deep_x, deep_y = max(2, width // 12), max(2, height // 12)
    edges = [(patch[:deep_y], 0), (patch[-deep_y:], 0), (patch[:, :deep_x], 1), (patch[:, -deep_x:], 1)]
    sides = [np.asarray(edge.any(axis=axis)) for edge, axis in edges]
    corners = [side[: len(side) // 8].mean() + side[-(len(side) // 8) :].mean() for side in sides]
    return float(min(np.mean([s.mean() for s in sides]), np.mean(corners) / 2))


def _inside(one: Box, other: Box) -> bool:
    """Tell whether more than half of the smaller box lies in the larger."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    smaller = min((b.x1 - b.x0) * (b.y1 - b.y0) for b in (one, other))
    return width > 0 and height > 0 and width * height > 0.5 * smaller


def without_red(pixels: Pixels) -> Pixels:
    """Return a grey picture in which red ink is as light as the paper, and black print, also below it, stays dark."""
    red = pixels[:, :, 0].astype(np.float32)
    share = red / _paper(pixels[:, :, 0])
    ink = red - pixels[:, :, 1:].max(axis=2) > _REDDISH
    if ink.any():
        shade = max(float(np.percentile(share[ink], 35)), 0.3)  # of the ink itself, without print below it
        share = np.where(ink, np.minimum(share / shade, 1.0), share)
    low = min(float(np.percentile(share, 1)), 0.7)
    light = np.clip((share - low) * (255 / (0.97 - low)), 0, 255).astype(np.uint8)
    return np.repeat(light[:, :, None], 3, axis=2)


def _paper(channel: np.ndarray) -> np.ndarray:
    """Return how light the paper is at every pixel: print is smaller than a twentieth of the picture."""
    height, width = channel.shape
    small = cv2.resize(channel, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    reach = max(max(small.shape) // 20, 3) | 1
    lightest = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    smooth = cv2.GaussianBlur(lightest, (0, 0), reach / 2)
    return np.maximum(cv2.resize(smooth, (width, height)).astype(np.float32), 40.0)


def bands(seals: Sequence[Seal], margin: float = 0.015) -> list[tuple[float, float]]:
    """Return the strips of the page (top and bottom in page fractions) that seals cover, overlapping ones joined."""
    joined: list[tuple[float, float]] = []
    for top, bottom in sorted((max(s.box.y0 - margin, 0.0), min(s.box.y1 + margin, 1.0)) for s in seals):
        if joined and top <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(bottom, joined[-1][1]))
        else:
            joined.append((top, bottom))
    return joined
