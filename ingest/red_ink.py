"""The red of seal ink (印泥) on a page: where it is, the gold that emblems carry, and the picture without the red."""

from __future__ import annotations

import cv2
import numpy as np

from ingest.ocr import Pixels

_REDDISH = 24  # how far red lies above the other colours where seal ink is
_GOLDEN = 0.2  # how far green lies above blue where gold is, as a share of red


def red_mask(pixels: Pixels) -> np.ndarray:
    """Return 1 where a pixel is the red of seal ink, measured against the paper's own tint.

    The brown of printed forms, whose green lies well above its blue, is left out.
    """
    red, green, blue = _channels(pixels)
    redness = red - np.maximum(green, blue)
    paper = int(np.median(redness))
    brown = green - blue > 0.35 * redness + 8
    return np.asarray((redness > max(22, paper + 19)) & ~brown, dtype=np.uint8)


def gold_mask(pixels: Pixels) -> np.ndarray:
    """Return 1 where a pixel is golden against the paper's own tint, as stars and ears of the national emblem are."""
    red, green, blue = _channels(pixels)
    warmth = green - blue
    return np.asarray((warmth - np.median(warmth) > _GOLDEN * red) & (red >= green), dtype=np.uint8)


def without_red(pixels: Pixels) -> Pixels:
    """Return a grey picture in which red ink is as light as the paper, and black print, also below it, stays dark."""
    red = pixels[:, :, 0].astype(np.float32)
    share = red / _paper(pixels[:, :, 0])
    ink = red - pixels[:, :, 1:].max(axis=2) > _REDDISH
    if ink.any():
        shade = max(float(np.percentile(share[ink], 35)), 0.3)  # of the ink itself, without print below it
        share = np.where(ink, np.minimum(share / shade, 1.0), share)
    low = min(float(np.percentile(share, 1)), 0.7)
    light = np.clip((share - low) * (255 / (0.97 - low)), 0, 255).astype(np.uint8)
    return np.repeat(light[:, :, None], 3, axis=2)


def _paper(channel: np.ndarray) -> np.ndarray:
    """Return how light the paper is at every pixel: print is smaller than a twentieth of the picture."""
    height, width = channel.shape
    small = cv2.resize(channel, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    reach = max(max(small.shape) // 20, 3) | 1
    lightest = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    smooth = cv2.GaussianBlur(lightest, (0, 0), reach / 2)
    return np.maximum(cv2.resize(smooth, (width, height)).astype(np.float32), 40.0)


def _channels(pixels: Pixels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    red, green, blue = (pixels[:, :, i].astype(np.int16) for i in range(3))
    return red, green, blue
