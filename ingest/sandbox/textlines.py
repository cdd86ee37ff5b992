"""Lines, words and boxes of a PDF page's text layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import pdfplumber

from ingest.model import Box, Line, Word

_GAP = 1.5  # blanks wider than this many line heights separate two lines (columns, label and far value)
_OVERLAP = 0.5  # of the smaller height that two words of one line share

Char = dict[str, Any]


def text_lines(source: BytesIO) -> list[Line]:
    """Return the lines of the first page of the PDF `source`, boxes in fractions of its media box, confidence 1."""
    with pdfplumber.open(source) as document:
        page = document.pages[0]
        frame = page.bbox  # (x0, top, x1, bottom) after turning
        words = page.extract_words(return_chars=True, x_tolerance_ratio=0.25)
        lines = [_line(group, frame) for group in _groups(words)]
    return [line for line in lines if line is not None]


def _groups(words: Iterable[Char]) -> Iterator[list[Char]]:
    group: list[Char] = []
    for word in words:
        if group and not _continues(group[-1], word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _continues(last: Char, word: Char) -> bool:
    height = min(last["bottom"] - last["top"], word["bottom"] - word["top"])
    shared = min(last["bottom"], word["bottom"]) - max(last["top"], word["top"])
    gap = word["x0"] - last["x1"]
    return bool(shared >= _OVERLAP * height and -height <= gap <= _GAP * height)


def _line(group: list[Char], frame: tuple[float, float, float, float]) -> Line | None:
    words = [word for found in group for word in _words(found["chars"], frame)]
    if not words:
        return None
    text = "".join(_gap(a, b) + b.text for a, b in zip([None, *words], words, strict=False))
    return Line(text, _around([word.box for word in words]), 1.0, tuple(words))


def _gap(before: Word | None, word: Word) -> str:
    return " " if before and before.text[-1].isascii() and word.text[0].isascii() else ""


def _words(chars: Iterable[Char], frame: tuple[float, float, float, float]) -> Iterator[Word]:
    """Yield one word for every run of ASCII and one for every other character; those outside the frame are left out."""
    run: list[tuple[str, Box]] = []
    for char in chars:
        box, text = _box(char, frame), _clean(char["text"])
        if run and not (text.isascii() and box):
            yield _joined(run)
            run = []
        if box and text:
            run.append((text, box))
            if not text.isascii():
                yield _joined(run)
                run = []
    if run:
        yield _joined(run)


def _joined(run: list[tuple[str, Box]]) -> Word:
    return Word("".join(text for text, _ in run), _around([box for _, box in run]), 1.0)


def _clean(text: str) -> str:
    kept = "".join(c for c in text if c.isprintable() and not c.isspace())
    return kept.encode("utf-8", "replace").decode("utf-8")  # a broken font map may give lone surrogates


def _box(char: Char, frame: tuple[float, float, float, float]) -> Box | None:
    left, top, right, bottom = frame
    width, height = right - left, bottom - top
    x0, x1 = (char["x0"] - left) / width, (char["x1"] - left) / width
    y0, y1 = (char["top"] - top) / height, (char["bottom"] - top) / height
    if x1 <= 0 or x0 >= 1 or y1 <= 0 or y0 >= 1:
        return None
    return Box(max(x0, 0.0), max(y0, 0.0), min(x1, 1.0), min(y1, 1.0))


def _around(boxes: list[Box]) -> Box:
    return Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))
