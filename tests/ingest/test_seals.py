"""Red seals: found by outline, told apart by shape, also cut, leaning, touching; emblems and red print are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ingest.model import Box, Line, Seal, SealShape
from ingest.seals import bands, find_seals
from ingest.second_look import combined, doubtful_codes, under_seals

RED = (205, 35, 45)


def sheet():
    image = Image.new("RGB", (1000, 1400), (252, 250, 246))
    draw = ImageDraw.Draw(image)
    for y in range(100, 1300, 60):
        draw.rectangle((100, y, 900, y + 14), fill=(30, 30, 30))
    return image, draw


def press(draw, box):
    draw.ellipse(box, outline=RED, width=9)
    x, y = (box[0] + box[2]) // 2, (box[1] + box[3]) // 2
    draw.rectangle((x - 25, y - 20, x + 25, y + 20), fill=RED)


def boxes_agree(found, truth):
    x0, y0, x1, y1 = truth
    return np.allclose(
        (found.x0, found.y0, found.x1, found.y1), (x0 / 1000, y0 / 1400, x1 / 1000, y1 / 1400), atol=0.02
    )


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        (SealShape.ROUND, (600, 900, 800, 1100)),
        (SealShape.OVAL, (600, 900, 860, 1080)),
        (SealShape.SQUARE, (600, 900, 740, 1040)),
    ],
)
def test_a_seal_over_print_is_found(shape, box):
    image, draw = sheet()
    outline = draw.rectangle if shape is SealShape.SQUARE else draw.ellipse
    outline(box, outline=RED, width=9)
    draw.text((box[0] + 45, box[1] + 50), "章", fill=RED) if shape is not SealShape.SQUARE else None
    draw.rectangle((box[0] + 50, box[1] + 60, box[2] - 50, box[1] + 75), fill=RED)
    (seal,) = find_seals(np.asarray(image))
    assert seal.shape is shape
    assert seal.box.x0 == pytest.approx(box[0] / 1000, abs=0.012)
    assert seal.box.y1 == pytest.approx(box[3] / 1400, abs=0.012)


def test_filled_emblems_and_red_bars_are_no_seals():
    image, draw = sheet()
    draw.ellipse((400, 60, 600, 260), fill=RED)
    draw.rectangle((100, 700, 900, 760), fill=RED)
    assert find_seals(np.asarray(image)) == ()


def test_a_seal_on_a_brown_form_is_found():
    image, draw = sheet()
    for x in range(80, 980, 120):
        draw.line((x, 700, x, 1200), fill=(146, 84, 30), width=4)
    for y in (700, 980, 1200):
        draw.line((80, y, 920, y), fill=(146, 84, 30), width=4)
    draw.ellipse((600, 900, 860, 1080), outline=RED, width=9)
    draw.rectangle((650, 970, 810, 985), fill=RED)
    assert [s.shape for s in find_seals(np.asarray(image))] == [SealShape.OVAL]


def test_an_emblem_that_only_its_gold_tells_from_a_seal_is_none():
    image, draw = sheet()
    draw.ellipse((400, 60, 600, 260), outline=RED, width=12)
    draw.ellipse((420, 80, 580, 240), fill=(214, 170, 60))
    draw.rectangle((470, 120, 530, 200), fill=RED)
    assert find_seals(np.asarray(image)) == ()


def test_a_name_seal_that_leans_and_touches_a_round_one_is_found_beside_it():
    image, draw = sheet()
    press(draw, (500, 900, 740, 1140))
    corners = [(720, 1000), (858, 980), (878, 1118), (740, 1138)]
    draw.line([*corners, corners[0]], fill=RED, width=8, joint="curve")
    draw.rectangle((770, 1030, 830, 1040), fill=RED)
    seals = {s.shape: s.box for s in find_seals(np.asarray(image))}
    assert seals.keys() == {SealShape.ROUND, SealShape.SQUARE}
    assert boxes_agree(seals[SealShape.SQUARE], (716, 976, 882, 1142))


def test_an_oval_crossed_by_red_print_is_found():
    image, draw = sheet()
    draw.ellipse((400, 60, 640, 220), outline=RED, width=8)
    draw.rectangle((470, 90, 570, 100), fill=RED)
    for y in (150, 160):
        draw.line((150, y, 900, y), fill=RED, width=4)
    (found,) = find_seals(np.asarray(image))
    assert found.shape is SealShape.OVAL
    assert boxes_agree(found.box, (400, 60, 640, 220))


@pytest.mark.parametrize("is_left_edge", [True, False])
@pytest.mark.parametrize("is_left_part", [True, False])
def test_either_part_of_a_seam_seal_is_found_at_either_edge(is_left_edge, is_left_part):
    image, _ = sheet()
    whole = Image.new("RGB", image.size, (252, 250, 246))
    press(ImageDraw.Draw(whole), (400, 600, 600, 800))
    part = whole.crop((395, 595, 500, 805) if is_left_part else (500, 595, 605, 805))
    left = 0 if is_left_edge else 1000 - part.width
    image.paste(part, (left, 500))
    (found,) = find_seals(np.asarray(image))
    assert found.shape is SealShape.ROUND
    assert boxes_agree(found.box, (left, 505, left + part.width, 705))


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_seals_on_pages_of_any_size_lie_on_the_page(width, height, seed):
    rng = np.random.default_rng(seed)
    page = np.full((height, width, 3), 250, np.uint8)
    page[rng.random((height, width)) < rng.random()] = RED
    for found in find_seals(page):
        assert found.box.x0 < found.box.x1
        assert found.box.y0 < found.box.y1


def seal(x0, y0, x1, y1):
    return Seal(Box(x0, y0, x1, y1), SealShape.ROUND, 0.9)


def test_bands_of_overlapping_seals_join():
    assert bands([seal(0.1, 0.1, 0.3, 0.2), seal(0.6, 0.15, 0.8, 0.3), seal(0.1, 0.6, 0.3, 0.7)], 0.0) == [
        (0.1, 0.3),
        (0.6, 0.7),
    ]


def test_print_under_a_seal_is_read_again():
    picture = np.full((1000, 800, 3), 255, np.uint8)
    picture[575:597, 445:515:3] = (215, 40, 40)  # the seal's own words
    picture[522:548, 85:715:3] = 20
    first = [
        Line("上面的行", Box(0.1, 0.1, 0.9, 0.13), 0.99),
        Line("合同编号HT-B1", Box(0.1, 0.52, 0.9, 0.55), 0.6),
        Line("章文", Box(0.55, 0.57, 0.65, 0.6), 0.7),
    ]

    def read(strip):
        height = strip.shape[0] / 1000
        top = 0.5 - 0.015
        return (Line("合同编号HT-81", Box(0.1, (0.52 - top) / height, 0.9, (0.55 - top) / height), 0.98),)

    lines = under_seals(picture, first, [seal(0.5, 0.5, 0.7, 0.65)], read)
    assert [line.text for line in lines] == ["上面的行", "合同编号HT-81"]
    assert lines[1].box.y0 == pytest.approx(0.52, abs=0.002)


def test_red_print_that_goes_on_beside_a_seal_is_not_taken_for_its_words():
    picture = np.full((1000, 800, 3), 255, np.uint8)
    picture[525:545, 85:715:3] = (140, 20, 20)
    title = Line("电子发票（普通发票）", Box(0.1, 0.52, 0.9, 0.55), 0.99)
    assert under_seals(picture, [title], [seal(0.4, 0.45, 0.6, 0.6)], lambda _: ()) == (title,)


def test_a_seal_over_blank_paper_costs_no_reading():
    picture = np.full((1000, 800, 3), 255, np.uint8)
    picture[575:597, 445:515:3] = (215, 40, 40)
    words = Line("章文", Box(0.55, 0.57, 0.65, 0.6), 0.99)
    assert under_seals(picture, [words], [seal(0.5, 0.5, 0.7, 0.65)], lambda _: pytest.fail("read again")) == ()


def test_pages_without_seals_are_not_read_again():
    lines = (Line("一行", Box(0.1, 0.1, 0.9, 0.13), 0.99),)
    assert under_seals(np.zeros((10, 10, 3), np.uint8), lines, [], lambda _: pytest.fail("read again")) == lines


def test_only_a_code_that_passes_replaces_a_doubtful_one():
    picture = np.full((1000, 800, 3), 255, np.uint8)
    lines = [Line("信用代码91350100M000100Y48", Box(0.1, 0.1, 0.6, 0.13), 0.9)]

    def read_right(_):
        return (Line("91350100M000100Y43", Box(0, 0, 1, 1), 0.95),)

    def read_wrong(_):
        return (Line("91350100M000100Y46", Box(0, 0, 1, 1), 0.95),)

    (better,) = doubtful_codes(picture, lines, read_right)
    assert better.text == "信用代码91350100M000100Y43"
    assert "".join(w.text for w in better.words) == better.text
    assert doubtful_codes(picture, lines, read_wrong) == tuple(lines)


def test_two_readings_complete_one_another():
    first = [Line("名称", Box(0.1, 0.1, 0.2, 0.13), 0.9), Line("福州晨星", Box(0.3, 0.1, 0.6, 0.13), 0.7)]
    second = [Line("福州晨星贸易", Box(0.3, 0.1, 0.7, 0.13), 0.9), Line("小字", Box(0.3, 0.2, 0.4, 0.21), 0.8)]
    assert [line.text for line in combined(first, second)] == ["名称", "福州晨星贸易", "小字"]
