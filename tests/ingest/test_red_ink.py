"""Red ink: told from gold and brown, and taken out of the picture."""

import numpy as np
from PIL import Image, ImageDraw

from ingest.red_ink import gold_mask, red_mask, without_red

PAPER, RED, GOLD, BROWN = (252, 250, 246), (205, 35, 45), (214, 170, 60), (146, 84, 30)


def sheet():
    image = Image.new("RGB", (1000, 1400), PAPER)
    draw = ImageDraw.Draw(image)
    for y in range(100, 1300, 60):
        draw.rectangle((100, y, 900, y + 14), fill=(30, 30, 30))
    return image, draw


def test_red_gold_and_brown_are_told_apart_also_in_warm_light():
    page = np.array([[PAPER] * 7 + [RED, GOLD, BROWN]], dtype=np.uint8)
    for light in (1.0, np.array((1.0, 0.95, 0.85))):
        lit = (page * light).astype(np.uint8)
        assert red_mask(lit)[0].tolist() == [0] * 7 + [1, 0, 0]
        assert gold_mask(lit)[0, :9].tolist() == [0] * 8 + [1]


def test_red_ink_vanishes_and_black_stays():
    image, draw = sheet()
    draw.rectangle((400, 400, 600, 420), fill=RED)
    clean = without_red(np.asarray(image))
    assert clean[410, 500].min() > 180
    assert clean[105, 500].max() < 40


def test_red_ink_turns_to_the_paper_beside_it_in_uneven_light():
    image, draw = sheet()
    draw.rectangle((400, 400, 600, 420), fill=RED)
    draw.rectangle((480, 380, 490, 440), fill=(20, 20, 20))
    shade = np.linspace(0.35, 1.0, image.width)[None, :, None]
    clean = without_red((np.asarray(image) * shade).astype(np.uint8))
    assert clean[410, 410:470].min() > 200
    assert clean[410, 482:488].max() < 60
