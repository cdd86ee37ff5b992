"""Outlines of seals on a mask of red ink: ellipses, also cut or crossed by other red, and rectangles, also leaning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

import cv2
import numpy as np

LEAST, MOST = 0.05, 0.45  # sizes of a seal in shares of the mask's longer side
_BLOB, _LOOKED_FOR, _RECTANGLE = 0.7, 0.8, 0.85  # share of the outline that must carry colour
_LONGEST = 2.2  # how much longer than wide a seal may be; red printed numbers are longer
_EDGE = 0.2  # of the width: a seal narrower than high so near to the edge of the frame may be half a seam seal
_OVALS = (1.0, 4 / 3, 1.5)  # width to height of the usual seals: round, 发票专用章, 监制章
_HALVED = 0.8  # width to height up to which a blob may be part of a round seal
_NARROWEST = 0.35  # width to height of the least part of a seam seal
_VOTES = 30  # points of an outline at half size that a circle needs
_HOPELESS = 0.45  # coverage below which no fit is tried
_CHANGES = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 0, 1, 1)]  # of x, y, width, height
_NOISE = 0.1  # borders of ink a pixel above which circles are not looked for; red forms with seals have 0.05
_CIRCLES = 10  # circles a proportion that are looked at
_LEAST_SQUARE, _MOST_SQUARE = 0.045, 0.25  # sides of square seals in shares of the longer side
_SQUAREST = 1.5  # how much longer one side of a square seal may be than the other
_RAGGED = 1 / 3  # how far its level sides may begin or end apart, where other red lengthens or wear shortens one
_HALF = 100  # of 255: what is left of a pixel of ink once turned
_MOST_LINES, _MOST_FRAMES = 400, 400  # a lean that are looked at; pages of red forms have 50 lines, noise has thousands
_LEANS = range(-12, 13, 3)  # degrees by which square seals lean
_AT = np.linspace(0, 2 * math.pi, 72, endpoint=False)
_COS, _SIN = np.cos(_AT)[:, None], np.sin(_AT)[:, None]
_RADII = np.linspace(0.84, 1.0, 8)[None, :]


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline in pixels of the mask. What lies outside of `left` to `right` is cut off: page or paper end there."""

    x: float  # of the middle
    y: float
    width: float
    height: float
    left: float
    right: float
    coverage: float = 0.0  # share of what can be seen of it that carries colour
    is_rectangle: bool = False

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of what can be seen."""
        x0, x1 = max(self.x - self.width / 2, self.left), min(self.x + self.width / 2, self.right)
        return x0, self.y - self.height / 2, x1, self.y + self.height / 2


def ellipses(red: np.ndarray) -> Iterator[Outline]:
    """Yield round and oval outlines: blobs by their frame, halves at an edge completed, circles behind other red."""
    blobs = list(_blobs(red))
    for blob in blobs:
        coverage = _ellipse_coverage(red, blob)
        if coverage >= _BLOB and blob.width <= _LONGEST * blob.height and blob.height <= _LONGEST * blob.width:
            yield replace(blob, coverage=coverage)
    for rough in [*(whole for blob in blobs for whole in _completed(red, blob)), *_circles(red)]:
        fitted = _fitted(red, rough)
        left, _, right, _ = fitted.sides
        if fitted.coverage >= _LOOKED_FOR and right - left >= _NARROWEST * fitted.width:
            yield fitted


def _blobs(red: np.ndarray) -> Iterator[Outline]:
    """Yield the frames of what hangs together: loosely for worn seals, then tightly for neighbouring ones."""
    long_side, width = max(red.shape), red.shape[1]
    for share in (0.004, 0.010, 0.018):
        size = max(3, int(long_side * share)) | 1
        closed = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
        for x, y, w, h, _ in stats[1:].tolist():
            if LEAST * long_side <= max(w, h) <= MOST * long_side and min(w, h) >= _NARROWEST * max(w, h):
                yield Outline(x + w / 2, y + h / 2, w, h, 0, width)


def _completed(red: np.ndarray, blob: Outline) -> Iterator[Outline]:
    """Yield the round seals of which a narrow blob beside an edge may be the left or the right part.

    Either may stand at the right edge: sheets are fanned out to be sealed across, and each keeps its own part.
    """
    left, _, right, _ = blob.sides
    is_beside = min(left, red.shape[1] - right) <= _EDGE * red.shape[1]
    if is_beside and blob.width <= _HALVED * blob.height:
        yield replace(blob, x=right - blob.height / 2, width=blob.height, left=left)
        yield replace(blob, x=left + blob.height / 2, width=blob.height, right=right)


def _circles(red: np.ndarray) -> Iterator[Outline]:
    """Yield circles and the usual ovals on the mask, also such as reach over its edge, for seals that touch other red.

    Ovals are circles on a mask that is as much higher; half the size is fine enough, the fit comes after.
    """
    if _roughness(red) > _NOISE:
        return
    height, width = red.shape
    least, most = int(LEAST * max(red.shape) / 4), int(MOST * max(red.shape) / 4)
    for stretch in _OVALS:
        half = cv2.resize(
            red * 255, (max(width // 2, 1), max(int(height * stretch / 2), 1)), interpolation=cv2.INTER_AREA
        )
        soft = cv2.copyMakeBorder(cv2.GaussianBlur(half, (0, 0), 0.8), most, most, most, most, cv2.BORDER_CONSTANT)
        circles = cv2.HoughCircles(
            soft, cv2.HOUGH_GRADIENT, 1, 2 * least, param1=120, param2=_VOTES, minRadius=2 * least, maxRadius=most
        )
        for x, y, r in np.asarray(circles if circles is not None else []).reshape(-1, 3)[:_CIRCLES].tolist():
            yield Outline(2 * (x - most), 2 * (y - most) / stretch, 4 * r, 4 * r / stretch, 0, width)


def _roughness(red: np.ndarray) -> float:
    """Return how many borders of ink a pixel of the mask has."""
    return float(((red[1:] != red[:-1]).sum() + (red[:, 1:] != red[:, :-1]).sum()) / red.size)


def _fitted(red: np.ndarray, outline: Outline) -> Outline:
    """Move and stretch an outline step by step to where it carries most colour."""
    best = replace(outline, coverage=_ellipse_coverage(red, outline))
    step = max(outline.width / 16, 1.0)
    while step >= 1 and best.coverage > _HOPELESS:
        moves = [_moved(best, *change, by) for change in _CHANGES for by in (-step, step)]
        better = max((replace(m, coverage=_ellipse_coverage(red, m)) for m in moves), key=lambda m: m.coverage)
        if better.coverage > best.coverage:
            best = better
        else:
            step /= 2
    return best


def _moved(outline: Outline, x: int, y: int, width: int, height: int, step: float) -> Outline:
    return replace(
        outline,
        x=outline.x + x * step,
        y=outline.y + y * step,
        width=outline.width + width * step,
        height=outline.height + height * step,
    )


def _ellipse_coverage(red: np.ndarray, outline: Outline) -> float:
    """Return the share of directions from the middle in which colour lies near the ellipse, less what fills corners.

    Directions and corners of the frame that are cut off or lie outside the mask do not count.
    """
    xs = (outline.x + _COS * _RADII * outline.width / 2).astype(int)
    ys = (outline.y + _SIN * _RADII * outline.height / 2).astype(int)
    left, right = max(int(outline.left), 0), min(int(outline.right), red.shape[1])
    seen = ((xs >= left) & (xs < right) & (ys >= 0) & (ys < red.shape[0])).all(axis=1)
    counted = int(seen.sum())
    covered = int(red[ys[seen], xs[seen]].any(axis=1).sum())
    return covered / max(counted, len(_AT) // 3) - _corners(red, outline, left, right)


def _corners(red: np.ndarray, outline: Outline, left: int, right: int) -> float:
    """Return how much colour the corners of the frame carry, which a seal leaves empty."""
    w, h = max(int(outline.width / 10), 1), max(int(outline.height / 10), 1)
    x0, y0 = int(outline.x - outline.width / 2), int(outline.y - outline.height / 2)
    x1, y1 = int(outline.x + outline.width / 2), int(outline.y + outline.height / 2)
    places = product((y0, y1 - h), (x0, x1 - w))
    patches = [red[y : y + h, x : x + w] for y, x in places if x >= left and x + w <= right and y >= 0]
    return float(np.median([patch.mean() for patch in patches if patch.size] or [0.0]))


def squares(red: np.ndarray) -> Iterator[Outline]:
    """Yield rectangles with four drawn sides, upright or leaning; `sides` then frame them on the mask."""
    for lean in _LEANS:
        yield from _level_squares(red, lean)


def _level_squares(red: np.ndarray, lean: float) -> Iterator[Outline]:
    """Yield the rectangles that lie level once the mask is turned by `lean` degrees."""
    height, width = red.shape
    wide, high = _frame(width, height, lean)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    level = (cv2.warpAffine(red * 255, turn, (math.ceil(wide), math.ceil(high))) > _HALF).astype(np.uint8)
    back = cv2.invertAffineTransform(turn)
    for x0, y0, x1, y1 in islice(_between_lines(level, max(red.shape)), _MOST_FRAMES):
        coverage = _rectangle_coverage(level[y0:y1, x0:x1])
        if coverage >= _RECTANGLE:
            x, y = (back @ ((x0 + x1) / 2, (y0 + y1) / 2, 1)).tolist()
            yield Outline(x, y, *_frame(x1 - x0, y1 - y0, lean), 0, width, coverage, is_rectangle=True)


def _frame(width: float, height: float, lean: float) -> tuple[float, float]:
    """Return width and height of the upright frame of a leaning rectangle."""
    c, s = abs(math.cos(math.radians(lean))), abs(math.sin(math.radians(lean)))
    return width * c + height * s, width * s + height * c


def _between_lines(level: np.ndarray, long_side: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the frames that two level lines of about one length, as far apart as they are long, make."""
    least, most = int(_LEAST_SQUARE * long_side), int(_MOST_SQUARE * long_side)
    joined = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, max(least // 4, 3)), np.uint8))
    lines = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    found = sorted((y, y + h, x, x + w) for x, y, w, h, _ in stats[1:].tolist() if w <= _SQUAREST * most)
    for number, (top, _, *ends) in enumerate(found[:_MOST_LINES]):
        for _, bottom, *other_ends in found[number + 1 : _MOST_LINES]:
            high = bottom - top
            if (
                least <= high <= most
                and max(abs(ends[0] - other_ends[0]), abs(ends[1] - other_ends[1])) <= _RAGGED * high
            ):
                for left, right in product(*zip(ends, other_ends, strict=True)):
                    if high / _SQUAREST <= right - left <= high * _SQUAREST:
                        yield left, top, right, bottom


def _rectangle_coverage(patch: np.ndarray) -> float:
    """Return the share of the four sides, corners included, along which colour lies near the edge."""
    height, width = patch.shape
    deep_x, deep_y = max(2, width // 12), max(2, height // 12)
    edges = [(patch[:deep_y], 0), (patch[-deep_y:], 0), (patch[:, :deep_x], 1), (patch[:, -deep_x:], 1)]
    sides = [np.asarray(edge.any(axis=axis)) for edge, axis in edges]
    ends = [max(len(side) // 8, 1) for side in sides]
    corners = [side[:end].mean() + side[-end:].mean() for side, end in zip(sides, ends, strict=True)]
    return float(min(np.mean([s.mean() for s in sides]), np.mean(corners) / 2))
