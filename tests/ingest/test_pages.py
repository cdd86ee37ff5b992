"""The picture of a page: turned, slanted, small; decided from recorded readings and drawn ink."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest import pages
from ingest.model import Box, Line


@pytest.fixture(scope="module")
def sheet():
    """A white sheet with twenty rows of dashes, as print looks from afar."""
    image = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(image)
    for row in range(20):
        for column in range(25 - row % 4):
            draw.rectangle((50 + column * 20, 60 + row * 34, 62 + column * 20, 72 + row * 34), fill="black")
    return np.asarray(image)


@pytest.mark.parametrize("angle", [-5.0, -1.5, 2.0, 7.5])
def test_slant_is_measured_and_taken_out(sheet, angle):
    slanted = pages.deskewed(sheet, -angle)
    assert pages.skew(slanted) == pytest.approx(angle, abs=0.35)
    assert abs(pages.skew(pages.deskewed(slanted, pages.skew(slanted)))) < 0.5


def test_slant_is_measured_on_pages_that_lie_on_their_side(sheet):
    assert pages.skew(pages.turned(pages.deskewed(sheet, -3.0), 90)) == pytest.approx(3.0, abs=0.35)


def test_straight_and_empty_pages_have_no_slant(sheet):
    assert pages.skew(sheet) == 0.0
    assert pages.skew(np.full((400, 300, 3), 255, np.uint8)) == 0.0


def reading(sheet, rotation):
    """Return an engine that reads `sheet` well only when it is turned clockwise by `rotation`."""
    wanted = pages.turned(sheet, rotation)

    def read(picture):
        if picture.shape == wanted.shape and (picture == wanted).all():
            return tuple(Line("清清楚楚的一行", Box(0.1, y / 10, 0.9, y / 10 + 0.03), 0.99) for y in range(9))
        if picture.shape == wanted.shape:
            return tuple(Line("乱七八糟", Box(0.1, y / 10, 0.9, y / 10 + 0.03), 0.5) for y in range(9))
        return tuple(Line("躺着的一行", Box(x / 10, 0.1, x / 10 + 0.03, 0.9), 0.9) for x in range(9))

    return read


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_upright_is_found_from_the_lines(sheet, rotation):
    turn, lines = pages.upright(sheet, reading(sheet, rotation))
    assert turn == rotation
    assert lines[0].text == "清清楚楚的一行"


def test_a_page_without_print_stays_as_it_is(sheet):
    assert pages.upright(sheet, lambda _: ()) == (0, ())


def test_small_print_is_enlarged(sheet):
    small = [Line("很小的一行字", Box(0.1, y / 10, 0.9, y / 10 + 0.012), 0.9) for y in range(9)]
    large = [Line("很大的一行字", Box(0.1, y / 10, 0.9, y / 10 + 0.06), 0.9) for y in range(9)]
    bigger = pages.enlarged(sheet, small)
    assert bigger is not None
    assert max(bigger.shape) > 1400
    assert pages.enlarged(sheet, large) is None
    medium = [Line("不大的一行字", Box(0.1, y / 10, 0.9, y / 10 + 0.03), 0.9) for y in range(9)]
    assert pages.enlarged(sheet, medium) is not None
    assert pages.enlarged(sheet, [replace(line, confidence=0.995) for line in medium]) is None


def test_views_are_jpeg_of_bounded_size(sheet):
    view = cv2.imdecode(np.frombuffer(pages.jpeg(sheet, pages.THUMBNAIL_SIDE), np.uint8), cv2.IMREAD_COLOR)
    assert max(view.shape[:2]) == pages.THUMBNAIL_SIDE
    assert pages.jpeg(sheet, pages.VIEW_SIDE).startswith(b"\xff\xd8\xff")


def test_colour():
    grey = np.full((300, 200, 3), 200, np.uint8)
    stamped = grey.copy()
    stamped[100:150, 50:100] = (220, 30, 40)
    assert not pages.is_colour(grey)
    assert pages.is_colour(stamped)
