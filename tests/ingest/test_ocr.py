"""Engines behind one seam: names, a drawn page that both engines read, boxes inside the page."""

import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest import ocr
from ingest.model import Box, Line, Word
from ingest.ocr.ppocr import without_doubled


@pytest.fixture(scope="module")
def picture():
    """A white page with two lines of Latin text, drawn with Pillow's own font."""
    page = Image.new("RGB", (700, 300), "white")
    draw = ImageDraw.Draw(page)
    draw.text((40, 60), "INVOICE 20418", fill="black", font_size=40)
    draw.text((40, 180), "TOTAL 1,250.00", fill="black", font_size=40)
    return np.asarray(page)


@pytest.mark.parametrize("name", ["ppocr", "tesseract"])
def test_engines_read_lines_words_and_boxes(name, picture):
    if name == "tesseract" and not shutil.which("tesseract"):
        pytest.skip("the program tesseract is not installed")
    lines = ocr.engine(name).read(picture)
    assert [line.text for line in lines] == ["INVOICE 20418", "TOTAL 1,250.00"]
    assert [word.text for word in lines[1].words] == ["TOTAL", "1,250.00"]
    assert 0.1 < lines[0].box.y0 < lines[0].box.y1 < 0.5 < lines[1].box.y0
    assert lines[0].words[0].box.x1 <= lines[0].words[1].box.x0 + 0.02


def test_null_engine_reads_nothing(picture):
    assert ocr.engine("null").read(picture) == ()


def test_blank_page_has_no_lines():
    assert ocr.engine("ppocr").read(np.full((400, 300, 3), 255, np.uint8)) == ()


def test_unknown_engine_names_the_choices():
    with pytest.raises(ocr.UnknownEngineError, match="ppocr, tesseract, null"):
        ocr.engine("omnipage")


def line(text, x0, y0=0.5):
    """One line of characters, each 0.02 wide and 0.04 high."""
    words = tuple(Word(c, Box(x0 + 0.02 * i, y0, x0 + 0.02 * (i + 1), y0 + 0.04), 0.9) for i, c in enumerate(text))
    return Line(text, Box(x0, y0, x0 + 0.02 * len(text), y0 + 0.04), 0.9, words)


def test_a_character_that_two_overlapping_lines_hold_is_kept_in_the_first():
    label, value = line("法定代表人姓名", 0.1), line("名陈勇", 0.225)
    first, second = without_doubled([label, value])
    assert (first, second.text) == (label, "陈勇")
    assert "".join(word.text for word in second.words) == "陈勇"
    assert second.box.x0 == second.words[0].box.x0


@pytest.mark.parametrize("other", [line("名陈勇", 0.25), line("名陈勇", 0.225, 0.53), line("石陈勇", 0.225)])
def test_the_same_character_elsewhere_and_another_character_there_stay(other):
    lines = (line("法定代表人姓名", 0.1), other)
    assert without_doubled(lines) == lines
