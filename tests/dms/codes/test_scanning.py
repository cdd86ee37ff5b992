"""Codes are made as pictures and found again on pages, from pixels alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
import segno
from PIL import Image, ImageFilter

from dms.codes.making import QUIET, png, svg
from dms.codes.rules import code_of
from dms.codes.scanning import find_codes


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("L")


def page(*placed: tuple[bytes, int, int]) -> np.ndarray:
    sheet = Image.new("L", (1000, 1414), 255)
    for data, x, y in placed:
        sheet.paste(picture(data), (x, y))
    return np.asarray(sheet)


@pytest.mark.parametrize(
    "number", ["B2026-0132", "E-3301-HXMY-001", "Q001-KH-E3301HXMY001-03-0007", "K01-Q2-L05A-J03-C4-H012"]
)
def test_a_code_is_found_where_it_stands(number):
    (seen,) = find_codes(page((png(number, 4), 700, 300)))
    assert seen.text == code_of(number)
    assert (seen.code.number, seen.code.checked) == (number, True)
    assert 0.7 < seen.box.x0 < seen.box.x1 < 0.9
    assert 0.21 < seen.box.y0 < seen.box.y1 < 0.34


def test_many_codes_come_in_the_order_of_the_page():
    grey = page((png("B2026-0003", 4), 100, 900), (png("B2026-0001", 4), 600, 50), (png("B2026-0002", 4), 100, 500))
    assert [seen.code.number for seen in find_codes(grey)] == ["B2026-0001", "B2026-0002", "B2026-0003"]


@pytest.mark.parametrize("turned", [90, 180, 270, 7])
def test_a_turned_and_worn_page_is_read(turned):
    worn = Image.fromarray(page((png("S2026-00012", 5), 400, 600))).rotate(turned, fillcolor=255, expand=True)
    noise = np.random.default_rng(3).normal(0, 18, (worn.height, worn.width))
    grey = np.clip(np.asarray(worn.filter(ImageFilter.GaussianBlur(1.2))) + noise, 0, 255).astype(np.uint8)
    assert [seen.code.number for seen in find_codes(grey)] == ["S2026-00012"]


@pytest.mark.parametrize(
    "text", ["https://例.cn/?x=" + "y" * 200, "01,10,033001,12345678,100.00", "B2026-0132", "B2026-0132/A", "你好"]
)
def test_a_code_that_is_not_ours_is_seen_and_not_taken_for_one(text):
    made = io.BytesIO()
    segno.make_qr(text).save(made, kind="png", scale=4, border=4)
    (seen,) = find_codes(page((made.getvalue(), 100, 100)))
    assert (seen.text, seen.code) == (text, None)


def test_an_empty_page_has_none():
    assert find_codes(page()) == ()


@pytest.mark.parametrize(
    "given_instead",
    [np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.float32), np.zeros((0, 9), np.uint8), np.zeros(9, np.uint8)],
)
def test_only_grey_pixels_are_looked_at(given_instead):
    with pytest.raises(ValueError, match="grey pixels"):
        find_codes(given_instead)


def test_a_picture_has_its_quiet_zone_and_level():
    drawn = picture(png("B2026-0132", 1))
    ink = np.asarray(drawn) < 128
    assert not ink[:QUIET].any()
    assert not ink[:, -QUIET:].any()
    assert ink[QUIET, QUIET]
    assert segno.make_qr(code_of("B2026-0132"), error="m").error in "MQH"
    assert svg("B2026-0132").startswith("<svg ")
