"""Parts of a page read together: cut out, set under one another on one sheet, and their lines put back in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ingest.model import Box, Line
from ingest.ocr import Pixels

_LEAST_HEIGHT = 740  # a lower sheet would be enlarged by the detector, which costs more than blank paper
_MARGIN = 12  # pixels of blank paper between two parts


@dataclass(frozen=True, slots=True)
class Patch:
    """Part of a page in pixels of the page: `left` and `top` edge, `width` and `height`."""

    left: int
    top: int
    width: int
    height: int


def patch(page: Pixels, box: Box) -> Patch:
    """Return the pixels of `box`, at least one."""
    height, width = page.shape[:2]
    left, top = min(int(box.x0 * width), width - 1), min(int(box.y0 * height), height - 1)
    return Patch(left, top, max(int(box.x1 * width) - left, 1), max(int(box.y1 * height) - top, 1))


def read_patches(
    page: Pixels, parts: Sequence[Patch], read: Callable[[Pixels], tuple[Line, ...]]
) -> list[tuple[Line, ...]]:
    """Read `parts` of `page` in one go; return the lines of each, boxes in fractions of the page."""
    if not parts:
        return []
    tops = np.cumsum([0, *(p.height + _MARGIN for p in parts)])
    sheet = _sheet(page, parts, tops)
    found: list[list[Line]] = [[] for _ in parts]
    for line in read(sheet):
        middle = (line.box.y0 + line.box.y1) / 2 * sheet.shape[0]
        index = min(int(np.searchsorted(tops, middle, side="right")) - 1, len(parts) - 1)
        found[index].append(_put_back(line, sheet, page, parts[index], int(tops[index])))
    return [tuple(lines) for lines in found]


def _sheet(page: Pixels, parts: Sequence[Patch], tops: Sequence[int] | np.ndarray) -> Pixels:
    """Set the parts under one another on paper of the page's own shade."""
    width = max(p.width for p in parts)
    height = max(int(tops[-1]), int(_LEAST_HEIGHT * max(1.0, width / 2000)))
    paper = np.percentile(page[::16, ::16].reshape(-1, 3), 70, axis=0).astype(np.uint8)
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = paper
    for part, top in zip(parts, tops, strict=False):
        cut = page[part.top : part.top + part.height, part.left : part.left + part.width]
        sheet[top : top + cut.shape[0], : cut.shape[1]] = cut
    return sheet


def _put_back(line: Line, sheet: Pixels, page: Pixels, part: Patch, top: int) -> Line:
    (sheet_height, sheet_width), (height, width) = sheet.shape[:2], page.shape[:2]

    def move(box: Box) -> Box:
        xs = ((x * sheet_width + part.left) / width for x in (box.x0, box.x1))
        ys = ((y * sheet_height - top + part.top) / height for y in (box.y0, box.y1))
        (x0, x1), (y0, y1) = ((min(max(v, 0.0), 1.0) for v in pair) for pair in (xs, ys))
        return Box(x0, y0, x1, y1)

    return Line(line.text, move(line.box), line.confidence, tuple(replace(w, box=move(w.box)) for w in line.words))
