"""Draw a sheet's marks as pixels, with seals in translucent ink over the text and handwriting that leans."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ingest.model import SealShape
from ingest.specimens.fonts import load_font
from ingest.specimens.sheet import ASCENT, Impression, Panel, Picture, Pixels, Polygon, Rule, Sheet, Text, measure
from ingest.specimens.stamps import stencil

Points = npt.NDArray[np.float64]  # (n, 2) x, y
_INK = np.array((205, 26, 34), dtype=np.float32)


def draw(sheet: Sheet, dpi: float, rng: np.random.Generator) -> Pixels:
    """Return the sheet as RGB pixels at `dpi`; equal generators give equal pixels."""
    scale = dpi / 25.4
    image = Image.new("RGB", (round(sheet.width * scale), round(sheet.height * scale)), sheet.paper)
    pen = ImageDraw.Draw(image)
    later = [m for m in sheet.marks if sheet.photocopy and isinstance(m, Text) and m.hand]  # written on the copy
    for mark in sheet.marks:
        if isinstance(mark, Text):
            if mark not in later:
                _draw_text(image, pen, mark, scale, rng)
        elif not isinstance(mark, Impression):
            _draw_shape(image, pen, mark, scale)
    pixels = np.array(image)
    seals = [mark for mark in sheet.marks if isinstance(mark, Impression)]  # set upon the finished paper
    for mark in (m for m in seals if not m.fresh):
        _press(pixels, mark, dpi, rng)
    if sheet.photocopy:
        image = Image.fromarray(_photocopy(pixels))
        for mark in later:
            _draw_hand(image, mark, scale, rng)
        pixels = np.array(image)
    for mark in (m for m in seals if m.fresh):
        _press(pixels, mark, dpi, rng)
    return pixels


def _photocopy(pixels: Pixels) -> Pixels:
    """Return a copier's picture: grey, pale backgrounds burnt out."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    copied = np.clip((grey - 60) * 255 / (228 - 60), 20, 255).astype(np.uint8)
    return np.repeat(copied[..., None], 3, axis=2)


def _draw_shape(image: Image.Image, pen: ImageDraw.ImageDraw, mark: object, scale: float) -> None:
    match mark:
        case Rule():
            ends = (mark.x0 * scale, mark.y0 * scale, mark.x1 * scale, mark.y1 * scale)
            pen.line(ends, mark.colour, max(1, round(mark.width * scale)))
        case Panel():
            box = (mark.x0 * scale, mark.y0 * scale, mark.x1 * scale, mark.y1 * scale)
            shape = pen.ellipse if mark.round else pen.rectangle
            shape(box, fill=mark.fill, outline=mark.stroke, width=max(1, round(mark.width * scale)))
        case Polygon():
            pen.polygon([(x * scale, y * scale) for x, y in mark.points], fill=mark.fill)
        case Picture():
            side = round(mark.size * scale)
            picture = Image.fromarray(mark.pixels).resize((side, side), Image.Resampling.NEAREST)
            image.paste(picture.convert("RGB"), (round(mark.x * scale), round(mark.y * scale)))


def _draw_text(
    image: Image.Image, pen: ImageDraw.ImageDraw, mark: Text, scale: float, rng: np.random.Generator
) -> None:
    if mark.hand:
        _draw_hand(image, mark, scale, rng)
        return
    font = load_font(mark.style, mark.size * scale)
    stroke = mark.size * scale * 0.022 if mark.bold else 0.0
    x, y = mark.x * scale, (mark.y + mark.size * ASCENT) * scale
    runs = [mark.text] if not mark.gap else list(mark.text)
    for run in runs:
        pen.text((x, y), run, mark.colour, font, anchor="ls", stroke_width=stroke)
        x += (measure(run, mark.style, mark.size) + mark.gap) * scale


def _draw_hand(image: Image.Image, mark: Text, scale: float, rng: np.random.Generator) -> None:
    """Write character by character, each a little turned, sheared, raised and larger or smaller."""
    x, lean = mark.x * scale, rng.uniform(0.04, 0.2)
    for char in mark.text:
        size = mark.size * scale * rng.uniform(0.9, 1.04)
        side = math.ceil(size * 1.6)
        tile = Image.new("L", (side, side), 0)
        middle = side / 2
        ImageDraw.Draw(tile).text(
            (middle, middle), char, 255, load_font("serif", round(size)), anchor="mm", stroke_width=size * 0.012
        )
        turn, shear = math.radians(rng.uniform(-4, 3)), lean + rng.normal(0, 0.02)
        matrix = np.array([[math.cos(turn), shear, 0.0], [math.sin(turn) - 0.04, math.cos(turn), 0.0]])
        matrix[:, 2] = middle - matrix[:, :2] @ (middle, middle)
        written = cv2.warpAffine(np.asarray(tile), matrix, (side, side))
        advance = measure(char, "serif", mark.size) * scale
        at = (
            round(x + advance / 2 - middle),
            round((mark.y + mark.size / 2) * scale - middle + rng.normal(0, size / 25)),
        )
        image.paste(mark.colour, at, Image.fromarray((written * rng.uniform(0.8, 1.0)).astype(np.uint8)))
        x += advance


def _press(pixels: Pixels, mark: Impression, dpi: float, rng: np.random.Generator) -> None:
    """Multiply the seal's ink into the page."""
    ink = _inked(mark, dpi, rng)
    left, top = round(mark.x * dpi / 25.4 - ink.shape[1] / 2), round(mark.y * dpi / 25.4 - ink.shape[0] / 2)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + ink.shape[1], pixels.shape[1]), min(top + ink.shape[0], pixels.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    share = (ink[y0 - top : y1 - top, x0 - left : x1 - left] * mark.strength)[..., None]
    under = pixels[y0:y1, x0:x1].astype(np.float32)
    inked = under * (_INK / 255.0) * 0.75 + _INK * 0.25 * (under / 255.0).mean(axis=2, keepdims=True)
    pixels[y0:y1, x0:x1] = np.clip(under * (1 - share) + inked * share, 0, 255).astype(np.uint8)


def _inked(mark: Impression, dpi: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the ink of a seal, turned, and unevenly taken as a pad and a hand give it."""
    ink = _cut(stencil(mark.stamp, dpi), mark.part)
    if mark.angle:
        ink = _rotate(ink, mark.angle)
    return ink if mark.printed else ink * _texture(ink.shape, dpi, rng)


def seal_picture(mark: Impression, dpi: float, rng: np.random.Generator) -> Pixels:
    """Return the seal alone as RGBA pixels at `dpi`."""
    share = _inked(mark, dpi, rng) * mark.strength
    picture = np.empty((*share.shape, 4), np.uint8)
    picture[..., :3] = _INK
    picture[..., 3] = np.clip(share * 255, 0, 255)
    return picture


def _cut(ink: npt.NDArray[np.float32], part: tuple[float, float]) -> npt.NDArray[np.float32]:
    if part == (0.0, 1.0):
        return ink
    kept = np.zeros_like(ink)
    a, b = round(part[0] * ink.shape[1]), round(part[1] * ink.shape[1])
    kept[:, a:b] = ink[:, a:b]
    return kept


def _rotate(ink: npt.NDArray[np.float32], angle: float) -> npt.NDArray[np.float32]:
    height, width = ink.shape
    side = math.ceil(math.hypot(width, height))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return np.asarray(cv2.warpAffine(ink, matrix, (side, side)), dtype=np.float32)


def _texture(shape: tuple[int, ...], dpi: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return how well the ink took, 0–1: wide patches where the hand pressed less, small bare grains."""
    height, width = shape
    patches = cv2.resize(rng.random((5, 5), dtype=np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = max(2.0, dpi / 100)
    grains = rng.random((math.ceil(height / grain), math.ceil(width / grain)), dtype=np.float32)
    bare = cv2.resize(grains, (width, height), interpolation=cv2.INTER_LINEAR)
    taken = 0.72 + 0.4 * patches - 0.75 * np.clip(bare - 0.72, 0, 1)
    return np.asarray(np.clip(taken, 0.12, 1.0), dtype=np.float32)


def outline(mark: Text | Impression) -> Points:
    """Return the mark's outline in mm: what the truth's boxes are made of."""
    if isinstance(mark, Text):
        return _text_outline(mark)
    stamp = mark.stamp
    if stamp.shape is SealShape.SQUARE:
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], dtype=np.float64)
    else:
        at = np.linspace(0, 2 * math.pi, 48, endpoint=False)
        corners = np.stack((np.cos(at), np.sin(at)), axis=1)
    corners[:, 0] = np.clip(corners[:, 0], mark.part[0] * 2 - 1, mark.part[1] * 2 - 1)
    points = corners * (stamp.width / 2, stamp.height / 2)
    turn = math.radians(-mark.angle)
    spin = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return np.asarray(points @ spin + (mark.x, mark.y))


def _text_outline(mark: Text) -> Points:
    reference = load_font(mark.style, 100.0)
    _, top, _, bottom = reference.getbbox(mark.text, anchor="ls")
    baseline = mark.y + mark.size * ASCENT
    y0, y1 = baseline + top / 100 * mark.size, baseline + bottom / 100 * mark.size
    right = mark.x + mark.width
    return np.array([(mark.x, y0), (right, y0), (right, y1), (mark.x, y1)])
