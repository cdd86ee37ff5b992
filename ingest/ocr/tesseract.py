"""Tesseract (chi_sim and eng) through pytesseract, the engine for machines where onnxruntime does not run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import groupby

import pytesseract
from PIL import Image

from ingest.model import Box, Line, Word
from ingest.ocr import MissingEngineError, Pixels

LANGUAGES = "chi_sim+eng"
LEAST_CONFIDENCE = 0.2


class Tesseract:
    """Runs the program `tesseract` on a picture; needs its language data chi_sim and eng."""

    name = "tesseract"

    def __init__(self, threads: int = 1) -> None:
        os.environ["OMP_THREAD_LIMIT"] = str(threads)
        try:
            missing = set(LANGUAGES.split("+")) - set(pytesseract.get_languages())
        except pytesseract.TesseractNotFoundError as error:
            raise MissingEngineError(f"{_INSTALL} The program tesseract was not found.") from error
        if missing:
            raise MissingEngineError(f"{_INSTALL} Tesseract lacks {', '.join(sorted(missing))}.")

    def read(self, image: Pixels) -> tuple[Line, ...]:
        """Return the lines of `image` in Tesseract's reading order."""
        table = pytesseract.image_to_data(
            Image.fromarray(image), lang=LANGUAGES, config="--psm 3", output_type=pytesseract.Output.DICT
        )
        height, width = image.shape[:2]
        rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
        words = [(_place(r), _word(r, width, height)) for r in rows if r["level"] == 5 and r["text"].strip()]
        lines = [_line([w for _, w in group]) for _, group in groupby(words, key=lambda pair: pair[0])]
        return tuple(line for line in lines if line.confidence >= LEAST_CONFIDENCE)


_INSTALL = "Install it: apt-get install tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-eng."


def _place(row: dict[str, int]) -> tuple[int, int, int]:
    return row["block_num"], row["par_num"], row["line_num"]


def _word(row: dict[str, str | int | float], width: int, height: int) -> Word:
    left, top, w, h = (float(row[key]) for key in ("left", "top", "width", "height"))
    box = Box(
        max(0.0, left / width), max(0.0, top / height), min(1.0, (left + w) / width), min(1.0, (top + h) / height)
    )
    return Word(str(row["text"]).strip(), box, max(0.0, float(row["conf"])) / 100)


def _line(words: Sequence[Word]) -> Line:
    boxes = [w.box for w in words]
    outline = Box(
        min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
    )
    return Line(_text(words), outline, sum(w.confidence for w in words) / len(words), tuple(words))


def _text(words: Iterable[Word]) -> str:
    """Join words: a blank only between two Latin runs, since Tesseract sets one after every Chinese word."""
    text = ""
    for word in words:
        gap = " " if text and text[-1].isascii() and word.text[0].isascii() else ""
        text += gap + word.text
    return text
