"""A cheap look at a page that brings its own text: some of its lines, and all ink that the text does not explain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ingest.model import Box, Line, Seal, TextLayer
from ingest.ocr import Pixels
from ingest.patches import Patch, patch, read_patches
from ingest.textlayer import judge

Read = Callable[[Pixels], tuple[Line, ...]]

_SIDE = 1000  # pixels of the longer side in which unexplained ink is looked for
_WITNESSES = 8  # lines of the layer that are compared with the picture
_MOST_LEFT = 0.25  # share of the page with unexplained ink above which the whole page is read
_RULE = 28  # pixels of a straight stroke that is a rule of a table, not print


def sampled(view: Pixels, layer: Sequence[Line], seals: Sequence[Seal], read: Read) -> tuple[Line, ...] | None:
    """Return what was read besides `layer` (stamps, pictures), or None where the page must be read as a whole.

    The layer is taken when its lines with most digits and lines from the whole page stand in the picture as they
    stand in the layer, and when little ink lies outside of it.
    """
    chosen = witnesses(layer)
    left = _unexplained(view, layer)
    if len(chosen) < 3 or left is None:
        return None
    parts = [*(_around(view, line.box) for line in chosen), *left]
    texts = read_patches(view, parts, read)
    seen = [line for lines in texts[: len(chosen)] for line in lines]
    agreed = all(_seen(line, lines) for line, lines in zip(chosen, texts, strict=False))
    if not agreed or judge(chosen, seen) is not TextLayer.AGREED:
        return None
    extra = [line for lines in texts[len(chosen) :] for line in lines]
    return tuple(line for line in extra if not _on_seal(line.box, seals))


def witnesses(layer: Sequence[Line]) -> list[Line]:
    """Return the lines to compare: half of them those with most digits, half spread over the page."""
    fit = [line for line in layer if len(line.text) >= 3 and line.box.y1 - line.box.y0 < 0.05]
    exact = sorted(fit, key=lambda line: sum(c.isdigit() for c in line.text), reverse=True)[: _WITNESSES // 2]
    rest = sorted((line for line in fit if line not in exact), key=lambda line: line.box.y0)
    spread = rest[:: max(len(rest) // (_WITNESSES // 2), 1)]
    return sorted((*exact, *spread[: _WITNESSES // 2 + 1]), key=lambda line: (line.box.y0, line.box.x0))


def _seen(line: Line, lines: Sequence[Line]) -> bool:
    """Tell whether anything was read where the layer has a line: an invisible line leaves blank paper."""
    return any(other.box.x0 < line.box.x1 and line.box.x0 < other.box.x1 for other in lines)


def _around(view: Pixels, box: Box) -> Patch:
    tall = box.y1 - box.y0
    wide = tall * view.shape[0] / view.shape[1]
    x0, x1 = max(box.x0 - wide, 0.0), min(box.x1 + wide, 1.0)
    return patch(view, Box(x0, max(box.y0 - 0.3 * tall, 0.0), x1, min(box.y1 + 0.3 * tall, 1.0)))


def _unexplained(view: Pixels, layer: Sequence[Line]) -> list[Patch] | None:
    """Return the parts of the page with ink that neither the layer nor rules of tables explain; None for much."""
    found = _clumps(_ink_left(view, layer))
    if sum((b.x1 - b.x0) * (b.y1 - b.y0) for b in found) > _MOST_LEFT:
        return None
    return [patch(view, box) for box in found]


def _ink_left(view: Pixels, layer: Sequence[Line]) -> np.ndarray:
    """Return 1 for ink outside of the layer's lines on the page made small."""
    scale = min(1.0, _SIDE / max(view.shape[:2]))
    small = cv2.resize(view, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = (np.asarray(small).min(axis=2) < np.percentile(small, 60) - 50).astype(np.uint8)
    solid = cv2.dilate(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)), np.ones((3, 3), np.uint8))
    for kernel in ((1, _RULE), (_RULE, 1)):
        rules = cv2.min(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(kernel, np.uint8)), 1 - solid)
        ink &= 1 - cv2.dilate(rules, np.ones((3, 3), np.uint8))
    height, width = ink.shape
    for line in layer:
        margin = 0.35 * (line.box.y1 - line.box.y0) * height + 2
        x0, x1 = int(max(line.box.x0 * width - margin, 0)), int(line.box.x1 * width + margin) + 1
        y0, y1 = int(max(line.box.y0 * height - margin, 0)), int(line.box.y1 * height + margin) + 1
        ink[y0:y1, x0:x1] = 0
    return np.asarray(ink)


def _clumps(ink: np.ndarray) -> list[Box]:
    """Return where ink as large as two characters hangs together; clumps within others are left out."""
    height, width = ink.shape
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((9, 15), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    found = [
        (x, y, x + w, y + h)
        for x, y, w, h, _ in stats[1:]
        if w >= 12 and h >= 6 and ink[y : y + h, x : x + w].sum() >= 20
    ]
    outer = [a for a in found if not any(a != b and _holds(b, a) for b in found)]
    return [
        Box(max(x0 - 6, 0) / width, max(y0 - 4, 0) / height, min((x1 + 6) / width, 1.0), min((y1 + 4) / height, 1.0))
        for x0, y0, x1, y1 in outer
    ]


def _holds(outer: tuple[int, int, int, int], inner: tuple[int, int, int, int]) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _on_seal(box: Box, seals: Sequence[Seal]) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return any(s.box.x0 <= x <= s.box.x1 and s.box.y0 <= y <= s.box.y1 for s in seals)
