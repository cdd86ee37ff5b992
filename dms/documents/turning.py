"""Boxes of pages that a person turned: from the page as read to the page as shown, and back; pure."""

from __future__ import annotations

Sides = tuple[float, float, float, float]


def turned_box(box: Sides, turn: int) -> Sides:
    """Return a box of the page as read on the page turned clockwise by `turn` degrees (0, 90, 180, 270)."""
    x0, y0, x1, y1 = box
    match turn % 360:
        case 90:
            return (1 - y1, x0, 1 - y0, x1)
        case 180:
            return (1 - x1, 1 - y1, 1 - x0, 1 - y0)
        case 270:
            return (y0, 1 - x1, y1, 1 - x0)
        case _:
            return box


def unturned_box(box: Sides, turn: int) -> Sides:
    """Return a box of the turned page on the page as read."""
    return turned_box(box, -turn % 360)
