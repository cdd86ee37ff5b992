"""What a reading consists of: pages, lines, words, seals, fields and documents, independent of any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions of the upright page: 0 ≤ x0 ≤ x1 ≤ 1 left to right, y top to bottom."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.x0 <= self.x1 <= 1.0 and 0.0 <= self.y0 <= self.y1 <= 1.0):
            raise ValueError(f"box outside the page or inverted: {self}")

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom, as programs are told of it."""
        return self.x0, self.y0, self.x1, self.y1

    def to_list(self) -> list[float]:
        """Return the sides as they are stored: to a hundred-thousandth of the page."""
        return [round(side, 5) for side in self.sides]

    def turned(self, degrees: int) -> Box:
        """Return it on the page turned clockwise by a multiple of 90 degrees; a negative turn leads back."""
        x0, y0, x1, y1 = self.sides
        match degrees % 360:
            case 90:
                return Box(1 - y1, x0, 1 - y0, x1)
            case 180:
                return Box(1 - x1, 1 - y1, 1 - x0, 1 - y0)
            case 270:
                return Box(y0, 1 - x1, y1, 1 - x0)
            case _:
                return self

    @property
    def area(self) -> float:
        """Return the share of the page that it covers."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    def shared(self, other: Box) -> float:
        """Return the share of the page that both cover."""
        width, height = min(self.x1, other.x1) - max(self.x0, other.x0), min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(width, 0.0) * max(height, 0.0)


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters as the engine gave it (one Chinese character or one Latin word); confidence 0–1."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line (行), left to right; `text` is what a person would type, `words` cover it in order."""

    text: str
    box: Box
    confidence: float
    words: tuple[Word, ...] = ()


class SealShape(StrEnum):
    """Outline of a seal impression (印章)."""

    ROUND = "round"
    OVAL = "oval"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal impression (印章) found on a page. `text` is empty until somebody has read it."""

    box: Box
    shape: SealShape
    confidence: float
    colour: str = "red"
    text: str = ""


class TextLayer(StrEnum):
    """What became of the text layer that a PDF page carries beside its picture."""

    ABSENT = "absent"
    AGREED = "agreed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read, upright.

    `rotation` is the clockwise turn (0/90/180/270) that made the raster upright, `skew` the degrees
    (counter-clockwise positive) that the deskewed view corrected; boxes refer to the view.
    """

    number: int  # 1-based within the file
    width: int  # pixels of the upright view
    height: int
    dpi: float  # resolution of the raster; 0 when the file does not say
    lines: tuple[Line, ...]
    seals: tuple[Seal, ...] = ()
    rotation: int = 0
    skew: float = 0.0
    engine: str = ""  # for example "ppocr", "tesseract", "text-layer"
    text_layer: TextLayer = TextLayer.ABSENT
    colour: bool = True
    warnings: tuple[str, ...] = ()  # codes documented in docs/errors.md, for example "low_resolution"

    @property
    def text(self) -> str:
        """All lines, one a row."""
        return "\n".join(line.text for line in self.lines)


class CheckState(StrEnum):
    """Outcome of one check on a value."""

    PASSED = "passed"
    FAILED = "failed"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a value (校验): its name, its outcome and, where a repair is likely, a suggested value.

    A suggestion is never applied by a machine.
    """

    name: str
    state: CheckState
    message: str = ""
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value read from a document.

    `raw` is as printed, `value` normalised: dates ISO 8601, money in 分 as a decimal integer string, codes upper case
    without separators; None when the raw text could not be normalised.
    """

    name: str
    label: str
    kind: str  # text, party, person, date, amount, code, uscc, account, address, phone, number
    raw: str
    value: str | None
    page: int
    box: Box | None
    confidence: float
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """One paper (件) found within a file: its type (won an auction of bids), its pages, its fields."""

    type: str  # code of the document type in the rulebook, for example "T01"; "" when no bid was high enough
    type_name: str  # for example 营业执照
    confidence: float
    pages: tuple[int, ...]  # 1-based, in reading order
    fields: tuple[FieldValue, ...] = ()
    bids: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileReading:
    """Everything read from one file."""

    pages: tuple[Page, ...]
    documents: tuple[DocumentReading, ...]
