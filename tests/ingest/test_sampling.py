"""A text layer is taken after a look at some of its lines; strange, hidden or missing text asks for a whole reading."""

import cv2
import numpy as np
import pytest

from ingest.model import Box, Line
from ingest.patches import patch, read_patches
from ingest.sampling import sampled, witnesses

TEXTS = [f"LINE {i} AMOUNT {1000 + 37 * i}" for i in range(12)]


def sheet(texts):
    page = np.full((1400, 1000, 3), 250, np.uint8)
    for i, text in enumerate(texts):
        cv2.putText(page, text, (100, 130 + 90 * i), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2)
    return page


def layer(texts):
    return [
        Line(t, Box(0.1, (104 + 90 * i) / 1400, 0.1 + len(t) * 0.0185, (134 + 90 * i) / 1400), 1.0)
        for i, t in enumerate(texts)
    ]


def reader(answers):
    """Read every dark row of a picture as the next of `answers`; keeps what it was shown."""
    shown = []

    def read(picture):
        shown.append(picture)
        dark = (picture.min(axis=2) < 120).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(np.int8), [0]])))
        height = picture.shape[0]
        rows = zip(edges[::2], edges[1::2], strict=True)
        return tuple(
            Line(text, Box(0.05, y0 / height, 0.9, y1 / height), 0.99)
            for text, (y0, y1) in zip(answers, rows, strict=False)
        )

    return read, shown


def test_an_agreeing_layer_needs_less_than_the_page():
    page, lines = sheet(TEXTS), layer(TEXTS)
    picked = [line.text for line in witnesses(lines)]
    read, shown = reader(picked)
    assert sampled(page, lines, (), read) == ()
    assert len(shown) == 1
    assert len(picked) < len(TEXTS)


def test_a_layer_of_other_words_is_not_taken():
    read, _ = reader(["QUITE OTHER WORDS HERE"] * 12)
    assert sampled(sheet(TEXTS), layer(TEXTS), (), read) is None


def test_text_that_nobody_sees_is_not_taken():
    blank = np.full((1400, 1000, 3), 250, np.uint8)
    assert sampled(blank, layer(TEXTS), (), lambda _: ()) is None


def test_much_ink_beside_the_layer_asks_for_the_whole_page():
    read, shown = reader(TEXTS)
    page = sheet(TEXTS)
    page[400:1300, 50:950] = 0
    assert sampled(page, layer(TEXTS[:3]), (), read) is None
    assert not shown


def test_a_stamp_beside_the_text_is_read():
    page, lines = sheet([*TEXTS, "PAID"]), layer(TEXTS)
    read, _ = reader([*(line.text for line in witnesses(lines)), "PAID"])
    extra = sampled(page, lines, (), read)
    assert extra is not None
    assert [line.text for line in extra] == ["PAID"]
    assert extra[0].box.y0 == pytest.approx((130 + 90 * 12 - 22) / 1400, abs=0.01)


def test_lines_of_patches_come_back_to_their_places():
    page = sheet(TEXTS)
    parts = [patch(page, Box(0.0, 0.13, 1.0, 0.17)), patch(page, Box(0.0, 0.70, 1.0, 0.76))]
    read, _ = reader(["first", "second"])
    first, second = read_patches(page, parts, read)
    assert [line.text for line in (*first, *second)] == ["first", "second"]
    assert 0.13 <= first[0].box.y0 <= first[0].box.y1 <= 0.17
    assert 0.70 <= second[0].box.y0 <= second[0].box.y1 <= 0.76
