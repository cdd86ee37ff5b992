"""Do to a clean page what scanners, cameras, folders and years do, and keep track of where everything went."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ingest.specimens.sheet import Pixels
from ingest.specimens.variants import Variant

Matrix = npt.NDArray[np.float64]  # 3 × 3, pixels of the clean page → pixels of the result


@dataclass(frozen=True, slots=True)
class Degraded:
    """The upright result (before the file's turn): RGB pixels, where points went, degrees it leans."""

    pixels: Pixels
    matrix: Matrix
    skew: float


def degrade(pixels: Pixels, variant: Variant, rng: np.random.Generator) -> Degraded:
    """Apply `variant` to the pixels of a clean page; equal generators give equal results."""
    if variant.through:
        pixels = _shine_through(pixels, variant.through)
    if variant.holes:
        pixels = _punch(pixels, variant)
    if variant.stains:
        pixels = _stain(pixels, variant, rng)
    if variant.folds:
        pixels = _fold(pixels, variant, rng)
    if variant.fade:
        pixels = _fade(pixels, variant.fade)
    matrix = np.eye(3)
    if variant.photo:
        pixels, matrix = _photograph(pixels, variant, rng)
    elif variant.skew:
        pixels, matrix = _lean(pixels, variant.skew, rng)
    if variant.edge:
        pixels = _scanner_edge(pixels, variant, rng)
    if variant.uneven:
        pixels = _light(pixels, variant.uneven, rng)
    if variant.blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), variant.blur * variant.dpi / 25.4), dtype=np.uint8)
    if variant.noise:
        pixels = _noise(pixels, variant.noise, rng)
    return Degraded(_colouring(pixels, variant), matrix, variant.skew if not variant.photo else _skew(matrix, pixels))


def turn(pixels: Pixels, degrees: int) -> Pixels:
    """Turn a picture clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90 % 4))


def _skew(matrix: Matrix, pixels: Pixels) -> float:
    """Return how far a line through the middle leans after a photograph, degrees counter-clockwise."""
    height, width = pixels.shape[:2]
    inverse: Matrix = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    middle = moved(inverse, np.array([[width / 2, height / 2]]))[0]
    a, b = moved(matrix, middle + np.array([(-50.0, 0.0), (50.0, 0.0)]))
    return round(-math.degrees(math.atan2(b[1] - a[1], b[0] - a[0])), 3)


def moved(matrix: Matrix, points: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Return where `points` (n, 2) of the clean page lie in the result."""
    ahead = np.column_stack((points, np.ones(len(points)))) @ matrix.T
    return np.asarray(ahead[:, :2] / ahead[:, 2:])


def _lean(pixels: Pixels, degrees: float, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    height, width = pixels.shape[:2]
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:2, 2] += rng.uniform(-0.004, 0.004, 2) * (width, height)
    lid = tuple(int(v) for v in (pixels[2, 2] * 0.5 + np.array((248, 248, 247)) * 0.5))
    leant = cv2.warpAffine(pixels, matrix[:2], (width, height), flags=cv2.INTER_LINEAR, borderValue=lid)
    return np.asarray(leant, dtype=np.uint8), matrix


def _photograph(pixels: Pixels, variant: Variant, rng: np.random.Generator) -> tuple[Pixels, Matrix]:
    """Lay the page on a table, with its shadow, and look at it from a hand-held camera."""
    height, width = pixels.shape[:2]
    border = rng.uniform(0.03, 0.09) * max(height, width)
    size = (round(width + 2 * border), round(height + 2 * border))
    reach = variant.photo * 0.05 * min(height, width)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    lean = math.radians(rng.uniform(-2.5, 2.5) * variant.photo)
    spin = np.array([[math.cos(lean), -math.sin(lean)], [math.sin(lean), math.cos(lean)]])
    centre = np.array((width / 2, height / 2))
    seen = (corners - centre) @ spin * 0.985 + centre + border + rng.uniform(-reach, reach, (4, 2))
    matrix = np.asarray(cv2.getPerspectiveTransform(corners, seen.astype(np.float32)), dtype=np.float64)
    table = _table(size, matrix, (width, height), border, rng)
    seen_page = cv2.warpPerspective(
        pixels, matrix, size, dst=table, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    return _tinted(np.asarray(seen_page, dtype=np.uint8), rng), matrix


def _table(
    size: tuple[int, int], matrix: Matrix, page: tuple[int, int], border: float, rng: np.random.Generator
) -> Pixels:
    """Return a table top (wood, cloth or grey laminate) with the page's shadow, worked out small and enlarged."""
    small = (size[0] // 4 + 1, size[1] // 4 + 1)
    base = np.array(((124, 88, 60), (60, 64, 70), (168, 160, 150), (46, 40, 38), (150, 118, 84))[rng.integers(5)])
    rough = rng.normal(0, 1, (small[1] // 2 + 1, 12)).astype(np.float32)  # grain runs across
    grain = cv2.resize(rough, small, interpolation=cv2.INTER_CUBIC)
    quarter = np.diag((0.25, 0.25, 1.0)) @ matrix
    covered = cv2.warpPerspective(np.full(page[::-1], 255, np.uint8), quarter, small)
    fallen = np.roll(covered, (round(border * 0.04), round(border * 0.03)), (0, 1))
    shadow = cv2.GaussianBlur(fallen, (0, 0), border * 0.035).astype(np.float32) / 255
    lit = np.clip((base + grain[..., None] * 7) * (1 - 0.6 * shadow[..., None]), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(lit, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _tinted(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Give the picture the slightly wrong colours of a camera in lamplight."""
    tint = rng.uniform((0.93, 0.93, 0.86), (1.0, 0.99, 0.98))
    table = (np.arange(256)[:, None] * tint).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(pixels, table), dtype=np.uint8)


def _light(pixels: Pixels, loss: float, rng: np.random.Generator) -> Pixels:
    """Darken smoothly towards one side and the corners."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:1:32j, 0:1:32j]
    away = rng.uniform(0, 2 * math.pi)
    slope = (x - 0.5) * math.cos(away) + (y - 0.5) * math.sin(away) + 0.5
    corner = ((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2
    small = (255 * (1 - loss * np.clip(0.75 * slope + 0.35 * corner, 0, 1))).astype(np.uint8)
    light = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.multiply(pixels, cv2.merge([light] * 3), scale=1 / 255), dtype=np.uint8)


def _noise(pixels: Pixels, deviation: float, rng: np.random.Generator) -> Pixels:
    """Add grain; one tile of noise is laid over the page many times at random offsets, which no eye notices."""
    height, width = pixels.shape[:2]
    tile = np.clip(rng.normal(0, deviation, (512, 512)), -110, 110).astype(np.int16)
    whole = np.tile(tile, (height // 512 + 2, width // 512 + 2))
    dy, dx = rng.integers(0, 512, 2)
    grain = np.ascontiguousarray(whole[dy : dy + height, dx : dx + width])
    return _added(pixels, grain)


def _added(pixels: Pixels, change: npt.NDArray[np.int16]) -> Pixels:
    """Return pixels made lighter or darker by `change` in all channels, within 0–255."""
    return np.asarray(cv2.add(pixels, cv2.merge([change] * 3), dtype=cv2.CV_8U), dtype=np.uint8)


def _fade(pixels: Pixels, share: float) -> Pixels:
    table = np.clip(235 + (np.arange(256) - 235) * (1 - share), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table), dtype=np.uint8)


def _fold(pixels: Pixels, variant: Variant, rng: np.random.Generator) -> Pixels:
    """Press lines into the paper along which it was folded: a bright edge beside a dark one."""
    height, width = pixels.shape[:2]
    shade = np.zeros((height, width), np.float32)
    for number in range(variant.folds):
        across = number % 2 == 0
        length = height if across else width
        at = length * rng.choice((1 / 3, 1 / 2, 2 / 3)) + rng.normal(0, length / 100)
        places = np.arange(length) - at
        reach = variant.dpi / 25.4 * 1.2
        profile = -26 * np.exp(-((places / reach) ** 2)) + 16 * np.exp(-(((places - reach) / reach) ** 2))
        profile += np.where(places > 0, -5.0, 0.0)
        shade += profile.astype(np.float32)[:, None] if across else profile.astype(np.float32)[None, :]
    return _added(pixels, shade.astype(np.int16))


def _stain(pixels: Pixels, variant: Variant, rng: np.random.Generator) -> Pixels:
    """Leave pale brown stains."""
    height, width = pixels.shape[:2]
    mask = np.zeros((height // 8 + 1, width // 8 + 1), np.float32)
    for _ in range(variant.stains):
        centre = (int(rng.integers(mask.shape[1])), int(rng.integers(mask.shape[0])))
        axes = (int(rng.integers(6, 26)), int(rng.integers(6, 26)))
        cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(0.3, 0.9)), -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 2.5)[..., None]
    brown = (255 - mask * (255 - np.array((225, 200, 150)))).astype(np.uint8)
    whole = cv2.resize(brown, (width, height))
    return np.asarray(cv2.multiply(pixels, whole, scale=1 / 255), dtype=np.uint8)


def _shine_through(pixels: Pixels, share: float) -> Pixels:
    """Let a printed back show: the page itself, mirrored and blurred, stands for what is printed there."""
    back = cv2.GaussianBlur(np.ascontiguousarray(pixels[:, ::-1]), (0, 0), 1.5)
    return np.asarray(cv2.subtract(pixels, cv2.convertScaleAbs(255 - back, alpha=share)), dtype=np.uint8)


def _punch(pixels: Pixels, variant: Variant) -> Pixels:
    """Punch two holes of 6 mm, 80 mm apart, into the left margin; the scanner's lid is seen through them."""
    punched = pixels.copy()
    mm = variant.dpi / 25.4
    for offset in (-40, 40):
        centre = (round(9 * mm), round(pixels.shape[0] / 2 + offset * mm))
        cv2.circle(punched, centre, round(3 * mm), (196, 196, 192), -1, cv2.LINE_AA)
        cv2.circle(punched, centre, round(3 * mm), (120, 120, 118), max(1, round(0.2 * mm)), cv2.LINE_AA)
    return punched


def _scanner_edge(pixels: Pixels, variant: Variant, rng: np.random.Generator) -> Pixels:
    """Blacken a slanting strip along one side, where the scanner saw no paper."""
    height, width = pixels.shape[:2]
    reach = variant.edge * variant.dpi / 25.4
    a, b = rng.uniform(0, reach, 2)
    strip = np.array([(width, 0), (width - a, 0), (width - b, height), (width, height)], np.int32)
    dark = pixels.copy()
    cv2.fillPoly(dark, [strip], (26, 26, 28))
    return dark


def _colouring(pixels: Pixels, variant: Variant) -> Pixels:
    """Return RGB pixels; grey and black/white ones have three equal channels."""
    if variant.colouring == "colour":
        return pixels
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if variant.colouring == "bw":
        grey = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8, copy=False)
