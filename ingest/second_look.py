"""A second reading where the first is doubtful: print under red seals, and codes whose check digit fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from ingest.identifiers import compact, is_uscc
from ingest.model import Box, Line, Seal, Word
from ingest.ocr import Pixels
from ingest.patches import patch, read_patches
from ingest.red_ink import without_red
from ingest.seals import bands

Read = Callable[[Pixels], tuple[Line, ...]]

_CODE = re.compile(r"(?<![0-9A-Z])(?=(?:[A-Z]*\d){9})[0-9A-Z]{17,19}(?![0-9A-Z])")  # with nine digits at least
_BESIDE = 0.12  # of the page's width: print below a seal goes on beside it
_EDGE = 0.006  # of the page's width: print that comes nearer to the edge of a strip goes on behind it
_DARK, _LEAST_PRINT = 130, 0.003  # grey of print and its least share below a seal
_OWN = 0.8  # share of a line that lies in a seal where it may be the seal's own
_MOST_CODES = 4  # doubtful codes a page that are read again


def under_seals(pixels: Pixels, lines: Sequence[Line], seals: Sequence[Seal], read: Read) -> tuple[Line, ...]:
    """Return `lines` with what lies under `seals` read again without their colour.

    A line that the second reading sees better is replaced; one that lies in a seal and vanishes with the colour was
    part of it.
    """
    result = list(lines)
    plain = without_red(pixels) if seals else pixels
    for top, bottom in bands(seals):
        within = [s for s in seals if s.box.y0 < bottom and s.box.y1 > top]
        strip = _strip(result, within, top, bottom)
        again = _read_strip(plain, strip, read) if _has_print(plain, within) else ()
        whole = [line for line in again if _uncut(line.box, strip)]
        result = [line for cluster in _clusters(result, whole) for line in _chosen(*cluster, within, pixels, plain)]
    return tuple(sorted(result, key=lambda line: (line.box.y0, line.box.x0)))


def _strip(lines: Sequence[Line], seals: Sequence[Seal], top: float, bottom: float) -> Box:
    """Return the part of the strip that the seals and the lines they touch fill, with a margin."""
    boxes = [s.box for s in seals] + [line.box for line in lines if _touches(line.box, seals)]
    x0, x1 = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    return Box(max(x0 - _BESIDE, 0.0), top, min(x1 + _BESIDE, 1.0), bottom)


def _has_print(plain: Pixels, seals: Sequence[Seal]) -> bool:
    """Tell whether dark strokes are left below the seals once their colour is taken out."""
    for seal in seals:
        part = patch(plain, seal.box)
        grey = plain[part.top : part.top + part.height, part.left : part.left + part.width, 0]
        if (grey < _DARK).mean() > _LEAST_PRINT:
            return True
    return False


def _read_strip(plain: Pixels, strip: Box, read: Read) -> tuple[Line, ...]:
    """Read a strip on a sheet that is high enough not to be blown up by the detector."""
    return read_patches(plain, [patch(plain, strip)], read)[0]


def _uncut(box: Box, strip: Box) -> bool:
    """Tell whether a line lies well within its strip, whose edges cut lines in two."""
    tall = box.y1 - box.y0
    upright = (box.y0 > strip.y0 + 0.15 * tall or strip.y0 <= 0.0) and (
        box.y1 < strip.y1 - 0.15 * tall or strip.y1 >= 1.0
    )
    left, right = box.x0 > strip.x0 + _EDGE or strip.x0 <= 0.0, box.x1 < strip.x1 - _EDGE or strip.x1 >= 1.0
    return upright and left and right


def _chosen(
    mine: Sequence[Line], other: Sequence[Line], seals: Sequence[Seal], pixels: Pixels, plain: Pixels
) -> Sequence[Line]:
    """Choose between the readings with and without red of one place; what is only red there was the seal's own."""
    if not any(_touches(line.box, seals) for line in (*mine, *other)):
        return mine or other
    if other and _worth(other) >= 0.95 * _worth(mine):
        return other
    return [line for line in mine if not _covered(line.box, seals) or _is_print(pixels, plain, line.box)]


def _is_print(pixels: Pixels, plain: Pixels, box: Box) -> bool:
    """Tell whether the strokes in `box` are print: most of a seal's own words vanish when red is taken out."""
    part = patch(plain, box)
    rows, columns = slice(part.top, part.top + part.height), slice(part.left, part.left + part.width)
    seen, left = pixels[rows, columns].min(axis=2), plain[rows, columns, 0]
    strokes = float((seen < 0.7 * np.percentile(seen, 85)).mean())
    return float((left < _DARK).mean()) >= 0.4 * max(strokes, 0.01)


def combined(first: Sequence[Line], second: Sequence[Line]) -> tuple[Line, ...]:
    """Return the better of two readings of a picture, place by place; what only one of them saw is kept."""
    result: list[Line] = []
    for mine, other in _clusters(first, second):
        result += other if _worth(other) > _worth(mine) else mine
    return tuple(sorted(result, key=lambda line: (line.box.y0, line.box.x0)))


def _clusters(first: Sequence[Line], second: Sequence[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Group lines of two readings that lie on one another, directly or through others."""
    clusters: list[tuple[list[Line], list[Line]]] = []
    for side, line in [(0, line) for line in first] + [(1, line) for line in second]:
        near = [c for c in clusters if any(_same_place(line.box, other.box) for other in c[1 - side])]
        joined: tuple[list[Line], list[Line]] = ([], [])
        for cluster in near:
            clusters.remove(cluster)
            joined[0].extend(cluster[0])
            joined[1].extend(cluster[1])
        joined[side].append(line)
        clusters.append(joined)
    return clusters


def _worth(lines: Sequence[Line]) -> float:
    """Rate a reading: sure characters count, doubtful ones hardly."""
    return sum(len(line.text.replace(" ", "")) * max(line.confidence - 0.5, 0.0) for line in lines)


def _touches(box: Box, seals: Sequence[Seal]) -> bool:
    return any(box.x0 < s.box.x1 and s.box.x0 < box.x1 and box.y0 < s.box.y1 and s.box.y0 < box.y1 for s in seals)


def _covered(box: Box, seals: Sequence[Seal]) -> bool:
    """Tell whether a line lies within a seal, as a seal's own words do; print below a seal goes on beside it."""
    return any(box.shared(seal.box) > _OWN * box.area for seal in seals)


def _same_place(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    return across > 0 and shared > 0.5 * min(one.y1 - one.y0, other.y1 - other.y0)


def doubtful_codes(pixels: Pixels, lines: Sequence[Line], read: Read) -> tuple[Line, ...]:
    """Return `lines` with credit codes that fail their check read again, enlarged and without colour.

    Only a reading that passes the check takes the place of the first; nothing is computed from the check digit.
    """
    result, tried = list(lines), 0
    for number, line in enumerate(lines):
        code = _code_in(line)
        if not code or tried >= _MOST_CODES:
            continue
        tried += 1
        better = next((b for b in _read_again(pixels, line, read) if b), None)
        result[number] = better or line
    return tuple(result)


def _code_in(line: Line) -> str:
    """Return what looks like a credit code with a wrong check character on a line, else an empty text."""
    match = _CODE.search(line.text.upper())
    doubtful = match and match[0][0] in "159YISL" and not is_uscc(match[0])
    return match[0] if match and doubtful and not (match[0].isdigit() and len(match[0]) != 18) else ""


def _read_again(pixels: Pixels, line: Line, read: Read) -> Iterator[Line | None]:
    height, width = pixels.shape[:2]
    tall = (line.box.y1 - line.box.y0) * height
    x0, x1 = (int(np.clip(v, 0, width)) for v in (line.box.x0 * width - tall, line.box.x1 * width + tall))
    y0, y1 = (
        int(np.clip(v, 0, height)) for v in (line.box.y0 * height - 0.6 * tall, line.box.y1 * height + 0.6 * tall)
    )
    crop = pixels[y0:y1, x0:x1]
    if crop.size == 0:
        return iter(())
    return (_better(line, picture, read) for picture in _variants(crop))


def _variants(crop: Pixels) -> Iterator[Pixels]:
    """Yield the crop in other sizes, without red, and with more contrast."""

    def scaled(picture: Pixels, factor: float) -> Pixels:
        return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)

    plain = without_red(crop)
    yield scaled(crop, 2.0)
    yield scaled(plain, 2.0)
    yield scaled(plain, 1.4)
    soft = cv2.GaussianBlur(scaled(plain, 2.0), (0, 0), 2.0)
    yield np.asarray(cv2.addWeighted(scaled(plain, 2.0), 1.8, soft, -0.8, 0), dtype=np.uint8)


def _better(line: Line, picture: Pixels, read: Read) -> Line | None:
    """Return `line` with the code that `picture` shows, when that one passes its check."""
    for seen in read(picture):
        match = _CODE.search(compact(seen.text))
        if match and is_uscc(match[0]):
            text = _replaced(line.text, match[0])
            return Line(text, line.box, min(line.confidence, seen.confidence), tuple(_evenly(text, line)))
    return None


def _replaced(text: str, code: str) -> str:
    found = _CODE.search(text.upper())
    return text[: found.start()] + code + text[found.end() :] if found else text


def _evenly(text: str, line: Line) -> list[Word]:
    """Share the line's width among the characters: latin ones are half as wide as Chinese ones."""
    widths = [1.0 if ord(c) > 0x2E80 else 0.5 for c in text]
    unit = (line.box.x1 - line.box.x0) / max(sum(widths), 0.5)
    words, at = [], line.box.x0
    for c, w in zip(text, widths, strict=True):
        if c.strip():
            words.append(Word(c, Box(at, line.box.y0, min(at + w * unit, 1.0), line.box.y1), line.confidence))
        at += w * unit
    return words
