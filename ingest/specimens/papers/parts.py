"""Parts that several papers share: emblem, frame, QR code, seals slightly askew."""

from __future__ import annotations

import random

import numpy as np
import segno

from ingest.specimens.sheet import Colour, Panel, Picture, Pixels, Polygon, Sheet
from ingest.specimens.stamps import Stamp, star

NOTICE = "虚构样张 SPECIMEN"  # printed small on every paper, so that none can be taken for a real one
FADED: Colour = (150, 150, 150)


def notice(sheet: Sheet, x: float, y: float) -> None:
    """Print the small word that this is a specimen of invented parties."""
    sheet.write(x, y, NOTICE, 2.2, style="sans", colour=FADED, align="r")


def emblem(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """Draw a made-up badge where an authority's emblem stands."""
    red, gold = (196, 30, 36), (214, 170, 60)
    sheet.add(Panel(x - radius, y - radius, x + radius, y + radius, fill=gold, round=True))
    inner = radius * 0.86
    sheet.add(Panel(x - inner, y - inner, x + inner, y + inner, fill=red, round=True))
    sheet.add(Polygon(tuple(star(x, y - radius * 0.12, radius * 0.42)), gold))
    sheet.add(Panel(x - radius * 0.45, y + radius * 0.42, x + radius * 0.45, y + radius * 0.6, fill=gold))


def frame(sheet: Sheet, margin: float, colour: Colour) -> None:
    """Draw the patterned frame of an official form."""
    w, h = sheet.width, sheet.height
    for inset, width in ((0.0, 0.5), (1.2, 0.2), (5.0, 0.2), (6.0, 0.6)):
        m = margin + inset
        sheet.add(Panel(m, m, w - m, h - m, stroke=colour, width=width))
    step = 3.8
    pale = tuple(c + (255 - c) // 3 for c in colour)
    for x in np.arange(margin + 2, w - margin - 4, step):
        for y in (margin + 1.5, h - margin - 4.7):
            sheet.add(Panel(x, y, x + 3.0, y + 3.2, stroke=(pale[0], pale[1], pale[2]), width=0.35, round=True))
    for y in np.arange(margin + 6, h - margin - 8, step):
        for x in (margin + 1.5, w - margin - 4.7):
            sheet.add(Panel(x, y, x + 3.2, y + 3.0, stroke=(pale[0], pale[1], pale[2]), width=0.35, round=True))


def qr_code(sheet: Sheet, x: float, y: float, size: float, text: str) -> None:
    """Print a QR code of `text`, `size` mm wide."""
    matrix = np.array([list(row) for row in segno.make(text, error="m").matrix], dtype=np.uint8)
    pixels: Pixels = ((1 - matrix) * 235).astype(np.uint8)
    sheet.add(Picture(x, y, size, pixels))


def stamp_by_hand(sheet: Sheet, stamp: Stamp, x: float, y: float, rng: random.Random, **more: object) -> None:
    """Set a seal as a person does: a little off, a little turned, harder or softer."""
    sheet.seal(
        stamp,
        x + rng.uniform(-3, 3),
        y + rng.uniform(-2.5, 2.5),
        rng.uniform(-14, 14),
        strength=rng.uniform(0.72, 0.95),
        **more,
    )
