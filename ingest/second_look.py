"""A second reading where the first is doubtful: print under red seals, and codes whose check digit fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from ingest.identifiers import compact, is_registration_number, is_uscc
from ingest.model import Box, Line, Seal, Word
from ingest.ocr import Pixels
from ingest.seals import bands, without_red

Read = Callable[[Pixels], tuple[Line, ...]]

_CODE = re.compile(r"[0-9A-Z]{17,19}")
_NOT_CODE = re.compile(r"\d{19}")
_MOST_CODES = 4  # doubtful codes a page that are read again


def under_seals(pixels: Pixels, lines: Sequence[Line], seals: Sequence[Seal], read: Read) -> tuple[Line, ...]:
    """Return `lines` with what lies under `seals` read again without their colour.

    A line that the second reading sees better is replaced; one that vanishes with the colour was part of the seal.
    """
    result = list(lines)
    for top, bottom in bands(seals):
        height = pixels.shape[0]
        y0, y1 = int(top * height), max(int(bottom * height), int(top * height) + 1)
        again = [_moved(line, (y0, y1), height) for line in read(without_red(pixels[y0:y1]))]
        touched = [s for s in seals if s.box.y0 < bottom and s.box.y1 > top]
        result = _merged(result, [line for line in again if _touches(line.box, touched)], touched)
    return tuple(sorted(result, key=lambda line: (line.box.y0, line.box.x0)))


def _moved(line: Line, band: tuple[int, int], height: int) -> Line:
    """Return a line read in a strip with its boxes in fractions of the whole page."""

    def move(box: Box) -> Box:
        top, span = band[0] / height, (band[1] - band[0]) / height
        return Box(box.x0, min(top + box.y0 * span, 1.0), box.x1, min(top + box.y1 * span, 1.0))

    return Line(line.text, move(line.box), line.confidence, tuple(replace(w, box=move(w.box)) for w in line.words))


def _merged(first: Sequence[Line], again: Sequence[Line], seals: Sequence[Seal]) -> list[Line]:
    kept, used = [], set()
    for line in first:
        same = [i for i, other in enumerate(again) if _same_place(line.box, other.box)]
        gain = sum(again[i].confidence * len(again[i].text) for i in same)
        if same and gain >= line.confidence * len(line.text) * 0.97:
            used.update(same)
        elif same or not _covered(line.box, seals) or line.confidence > 0.97:
            kept.append(line)
            used.update(same) if same else None
    new = [line for i, line in enumerate(again) if i in used or not _overlaps_any(line.box, kept)]
    return kept + [line for line in new if not _overlaps_any(line.box, kept)]


def _touches(box: Box, seals: Sequence[Seal]) -> bool:
    return any(box.x0 < s.box.x1 and s.box.x0 < box.x1 and box.y0 < s.box.y1 and s.box.y0 < box.y1 for s in seals)


def _covered(box: Box, seals: Sequence[Seal]) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return any(s.box.x0 <= x <= s.box.x1 and s.box.y0 <= y <= s.box.y1 for s in seals)


def _same_place(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    return across > 0 and shared > 0.5 * min(one.y1 - one.y0, other.y1 - other.y0)


def _overlaps_any(box: Box, lines: Sequence[Line]) -> bool:
    return any(_same_place(box, line.box) for line in lines)


def doubtful_codes(pixels: Pixels, lines: Sequence[Line], read: Read) -> tuple[Line, ...]:
    """Return `lines` with credit codes that fail their check read again, enlarged and without colour.

    Only a reading that passes the check takes the place of the first; nothing is computed from the check digit.
    """
    result, tried = list(lines), 0
    for number, line in enumerate(lines):
        match = _CODE.search(compact(line.text))
        if not match or _NOT_CODE.fullmatch(match[0]) or _valid(match[0]) or tried >= _MOST_CODES:
            continue
        tried += 1
        better = next((b for b in _read_again(pixels, line, read) if b), None)
        result[number] = better or line
    return tuple(result)


def _valid(code: str) -> bool:
    return is_uscc(code) or is_registration_number(code) or (code.isdigit() and len(code) != 18)


def _read_again(pixels: Pixels, line: Line, read: Read) -> list[Line | None]:
    height, width = pixels.shape[:2]
    tall = (line.box.y1 - line.box.y0) * height
    x0, x1 = (int(np.clip(v, 0, width)) for v in (line.box.x0 * width - tall, line.box.x1 * width + tall))
    y0, y1 = (
        int(np.clip(v, 0, height)) for v in (line.box.y0 * height - 0.6 * tall, line.box.y1 * height + 0.6 * tall)
    )
    crop = pixels[y0:y1, x0:x1]
    if crop.size == 0:
        return []
    return [_better(line, picture, read) for picture in _variants(crop)]


def _variants(crop: Pixels) -> list[Pixels]:
    """Return the crop as it is, in other sizes, without red, and with more contrast."""

    def scaled(picture: Pixels, factor: float) -> Pixels:
        return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)

    plain = without_red(crop)
    soft = cv2.GaussianBlur(scaled(plain, 2.0), (0, 0), 2.0)
    sharp = cv2.addWeighted(scaled(plain, 2.0), 1.8, soft, -0.8, 0)
    return [
        scaled(crop, 2.0),
        scaled(plain, 2.0),
        scaled(plain, 1.4),
        np.asarray(sharp, dtype=np.uint8),
        scaled(crop, 3.0),
    ]


def _better(line: Line, picture: Pixels, read: Read) -> Line | None:
    """Return `line` with the code that `picture` shows, when that one passes its check."""
    for seen in read(picture):
        match = _CODE.search(compact(seen.text))
        code = match[0][:18] if match else ""
        old = _CODE.search(compact(line.text))
        if old and (is_uscc(code) or is_registration_number(code)):
            text = _replaced(line.text, code)
            words = tuple(_evenly(text, line)) if text else line.words
            return Line(text or line.text, line.box, min(line.confidence, seen.confidence), words)
    return None


def _replaced(text: str, code: str) -> str:
    found = re.search(r"[0-9A-Za-z](?:[\s\-]?[0-9A-Za-z]){15,19}", text)
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
