"""A page as a list of marks in millimetres, drawn alike as pixels and as a digital-born PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest.specimens.fonts import load_font
from ingest.specimens.printed import PrintedField
from ingest.specimens.stamps import Stamp

Colour = tuple[int, int, int]
Pixels = npt.NDArray[np.uint8]
BLACK: Colour = (28, 28, 32)
ASCENT = 0.88  # of the Chinese em box above its baseline
_REFERENCE = 100.0  # pixels at which text is measured


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters from `x` on; `y` is the top of the em box of `size` mm, `gap` mm stand between characters."""

    x: float
    y: float
    text: str
    size: float
    style: str = "serif"
    colour: Colour = BLACK
    bold: bool = False
    gap: float = 0.0
    hand: bool = False  # written by hand: uneven, leaning
    joins: bool = False  # goes on where the run before ends: one line of the truth
    truth: str = ""  # what the truth says if not `text` (blanks that only spread a label)

    @property
    def width(self) -> float:
        """Width in mm."""
        return measure(self.text, self.style, self.size) + self.gap * max(len(self.text) - 1, 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.25
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle or ellipse, filled or outlined."""

    x0: float
    y0: float
    x1: float
    y1: float
    fill: Colour | None = None
    stroke: Colour | None = None
    width: float = 0.25
    round: bool = False


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled outline, for stars and emblems."""

    points: tuple[tuple[float, float], ...]
    fill: Colour


@dataclass(frozen=True, slots=True)
class Picture:
    """A small picture (a QR code) of grey pixels, stretched over a square."""

    x: float
    y: float
    size: float
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Impression:
    """A seal set on the paper: its centre, its lean, the part of it (fractions of its width) that this sheet got."""

    stamp: Stamp
    x: float
    y: float
    angle: float
    strength: float = 0.8
    part: tuple[float, float] = (0.0, 1.0)
    printed: bool = False  # printed with the form (监制章), not stamped: even ink
    fresh: bool = False  # set on a photocopy: stays red where the copied rest is grey


Mark = Text | Rule | Panel | Polygon | Picture | Impression


@dataclass(frozen=True, slots=True)
class Noted:
    """A field and the marks that show it."""

    field: PrintedField
    marks: tuple[int, ...]


@dataclass
class Sheet:
    """One page under construction, `width` × `height` mm."""

    width: float
    height: float
    paper: Colour = (255, 255, 255)
    marks: list[Mark] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    photocopy: bool = False  # a black and white copy (复印件); only fresh seals and fresh handwriting have colour

    def add(self, mark: Mark) -> int:
        """Add a mark and return its number."""
        self.marks.append(mark)
        return len(self.marks) - 1

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 4.0,
        *,
        style: str = "serif",
        colour: Colour = BLACK,
        bold: bool = False,
        align: str = "l",
        spread: float = 0.0,
        hand: bool = False,
        joins: bool = False,
        field: PrintedField | None = None,
    ) -> float:
        """Write `text` and return where it ends (mm).

        `align` l, c, r says what `x` is; `spread` is a width over which the characters are set apart evenly.
        """
        run = Text(x, y, text, size, style, colour, bold, 0.0, hand, joins)
        gap = max(0.0, spread - run.width) / max(len(text) - 1, 1) if spread else 0.0
        width = run.width + gap * (len(text) - 1)
        left = x - {"l": 0.0, "c": 0.5, "r": 1.0}[align] * width
        number = self.add(Text(left, y, text, size, style, colour, bold, gap, hand, joins))
        if field:
            self.noted.append(Noted(field, (number,)))
        return left + width

    def state(self, x: float, y: float, field: PrintedField, size: float = 4.0, **look: object) -> float:
        """Write a field as it is printed and note where it stands; return where it ends (mm)."""
        return self.write(x, y, field.raw, size, field=field, **look)  # type: ignore[arg-type] # looks of write

    def label(self, x: float, y: float, label: str, field: PrintedField, size: float = 4.0, **look: object) -> float:
        """Write a label and its value in one line; return where it ends (mm)."""
        end = self.write(x, y, label, size, **look)  # type: ignore[arg-type] # looks of write
        return self.state(end + size * 0.1, y, field, size, **{**look, "joins": True})

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float = 4.0,
        leading: float = 1.5,
        field: PrintedField | None = None,
        **look: object,
    ) -> float:
        """Write `text` over as many lines as it needs; return the top of the line that would follow (mm)."""
        numbers = []
        for row in wrap(text, width, str(look.get("style", "serif")), size):
            self.write(x, y, row, size, **look)  # type: ignore[arg-type] # looks of write
            numbers.append(len(self.marks) - 1)
            y += size * leading
        if field:
            self.noted.append(Noted(field, tuple(numbers)))
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.25, colour: Colour = BLACK) -> None:
        """Draw a straight line."""
        self.add(Rule(x0, y0, x1, y1, width, colour))

    def grid(self, xs: Sequence[float], ys: Sequence[float], width: float = 0.25, colour: Colour = BLACK) -> None:
        """Draw a table's lines."""
        for x in xs:
            self.rule(x, ys[0], x, ys[-1], width, colour)
        for y in ys:
            self.rule(xs[0], y, xs[-1], y, width, colour)

    def seal(self, stamp: Stamp, x: float, y: float, angle: float = 0.0, **more: object) -> None:
        """Set a seal with its centre at `x`, `y`, turned by `angle` degrees."""
        self.add(Impression(stamp, x, y, angle, **more))  # type: ignore[arg-type] # strength, part, printed


def measure(text: str, style: str, size: float) -> float:
    """Return the width of `text` in mm at `size` mm."""
    return float(load_font(style, _REFERENCE).getlength(text)) / _REFERENCE * size


def wrap(text: str, width: float, style: str, size: float) -> list[str]:
    """Break `text` into rows no wider than `width` mm, punctuation never at the beginning of a row."""
    rows, row, used = [], "", 0.0
    for char in text:
        step = measure(char, style, size)
        if row and used + step > width and char not in "，。、；：）》”,.;)":
            rows.append(row)
            row, used = "", 0.0
        row, used = row + char, used + step
    return [*rows, row] if row else rows
