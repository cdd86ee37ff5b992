"""PP-OCR through rapidocr, whose wheel carries the models: nothing is downloaded at run time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before onnxruntime: it phones home otherwise

import numpy as np
from rapidocr import RapidOCR

from ingest.model import Box, Line, Word
from ingest.ocr import Pixels

LONG_SIDE = 2000  # pixels that detection looks at; larger pictures are reduced
SHORTEST = 96  # pixels to which a short line is padded, at a height of 48
DOUBLED = 0.5  # share of a character's width and height that two lines must both cover
LEAST_CONFIDENCE = 0.4  # lines below are noise: textures, seals, signatures


class PpOcr:
    """Detects lines and recognises Chinese, Latin letters and digits (PP-OCRv6, small models)."""

    name = "ppocr"

    def __init__(self, threads: int = 1) -> None:
        self._ocr = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.use_cls": False,  # the page is set upright as a whole before it is read
                "Global.return_word_box": True,
                "Global.return_single_char_box": True,
                "Global.max_side_len": LONG_SIDE,
                "Global.text_score": LEAST_CONFIDENCE,
                "Rec.rec_batch_num": 1,  # lines of a batch are padded to the longest: one by one is quicker on a CPU
                "Rec.rec_img_shape": [3, 48, SHORTEST],
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, image: Pixels) -> tuple[Line, ...]:
        """Return the lines of `image`; every Chinese character and every Latin run is a word with its box."""
        result: Any = self._ocr(np.ascontiguousarray(image[:, :, ::-1]))  # the models were trained on BGR
        if result.txts is None:
            return ()
        height, width = image.shape[:2]
        found = zip(result.boxes, result.txts, result.scores, result.word_results, strict=True)
        return without_doubled([_line(quad, text, score, chars, width, height) for quad, text, score, chars in found])


def without_doubled(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return `lines` without first characters that the end of another line, whose box reaches over them, holds too."""
    ends = [line.words[-1] for line in lines if line.words]
    return tuple(_without_first(line) if any(_is_doubled(line, end) for end in ends) else line for line in lines)


def _is_doubled(line: Line, end: Word) -> bool:
    """Tell whether `end` is the very character with which `line` begins and goes on."""
    if len(line.words) < 2 or line.words[0].text != end.text:
        return False
    one, other = line.words[0].box, end.box
    across, down = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > DOUBLED * (one.x1 - one.x0) and down > DOUBLED * (one.y1 - one.y0)


def _without_first(line: Line) -> Line:
    first, *rest = line.words
    box = Box(rest[0].box.x0, line.box.y0, max(line.box.x1, rest[0].box.x0), line.box.y1)
    return replace(line, text=line.text.removeprefix(first.text).strip(), box=box, words=tuple(rest))


def _line(
    quad: Iterable[Sequence[float]], text: str, score: float, chars: Iterable[Any], width: int, height: int
) -> Line:
    words = tuple(_words(text, [(c, float(s), _box(q, width, height)) for c, s, q in chars]))
    return Line(text.strip(), _box(quad, width, height), float(score), words)


def _box(quad: Iterable[Sequence[float]], width: int, height: int) -> Box:
    points = np.clip(np.asarray(quad, dtype=float) / (width, height), 0.0, 1.0)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Box(float(x0), float(y0), float(x1), float(y1))


def _words(text: str, chars: Sequence[tuple[str, float, Box]]) -> Iterable[Word]:
    """Join neighbouring ASCII characters to one word; a blank of `text`, which `chars` lack, ends it."""
    run: list[tuple[str, float, Box]] = []
    place = 0
    for char in chars:
        start = max(text.find(char[0], place), place)
        if run and (start > place or not (char[0].isascii() and run[-1][0].isascii())):
            yield _join(run)
            run = []
        if char[0].strip():
            run.append(char)
        place = start + len(char[0])
    if run:
        yield _join(run)


def _join(run: Sequence[tuple[str, float, Box]]) -> Word:
    boxes = [box for _, _, box in run]
    outline = Box(
        min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
    )
    return Word("".join(c for c, _, _ in run), outline, min(score for _, score, _ in run))
