"""The truth about specimens: lines, seals, fields and documents of each file, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ingest.model import Box, SealShape

FORMAT = 1  # version of truth.json, see docs/specimens.md


@dataclass(frozen=True, slots=True)
class TruthLine:
    """A printed or written line with its box on the upright page."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class TruthSeal:
    """A seal impression (印章): whose it is, what it says, and `purpose` such as 合同专用章."""

    box: Box
    shape: SealShape
    text: str
    owner: str
    purpose: str
    colour: str = "red"


@dataclass(frozen=True, slots=True)
class TruthField:
    """A field of a document as the document type names it; `value` is normalised as in `ingest.model.FieldValue`.

    `page` is the page of the file, counted from 1; `box` is None when the value is cut off the page.
    """

    name: str
    kind: str
    raw: str
    value: str
    page: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class TruthPage:
    """One page: `rotation` clockwise degrees make it upright, `skew` is how far (counter-clockwise) it leans.

    Boxes are fractions of the upright, not deskewed page; `width` and `height` are that page's pixels.
    """

    number: int
    width: int
    height: int
    dpi: float
    rotation: int
    skew: float
    variant: str
    colour: bool
    lines: tuple[TruthLine, ...]
    seals: tuple[TruthSeal, ...]


@dataclass(frozen=True, slots=True)
class TruthDocument:
    """One paper (件): its kind of specimen, its document type and the file's pages (from 1) it fills."""

    kind: str
    type: str
    type_name: str
    pages: tuple[int, ...]
    fields: tuple[TruthField, ...]

    def value(self, name: str) -> str | None:
        """Return the normalised value of the field `name`, or None if the paper does not carry it."""
        return next((f.value for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class TruthFile:
    """Everything true of one file."""

    name: str
    pages: tuple[TruthPage, ...]
    documents: tuple[TruthDocument, ...]
    notes: tuple[str, ...] = field(default=())  # for example "text layer is rubbish"


def to_json(seed: int, files: Iterable[TruthFile], **more: Any) -> dict[str, Any]:
    """Return truth.json's content for `files`."""
    return {"format": FORMAT, "seed": seed, **more, "files": [file_json(f) for f in files]}


def file_json(file: TruthFile) -> dict[str, Any]:
    """Return the JSON object of one file."""
    return {
        "name": file.name,
        "notes": list(file.notes),
        "pages": [_page_json(p) for p in file.pages],
        "documents": [_document_json(d) for d in file.documents],
    }


def _page_json(page: TruthPage) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "rotation": page.rotation,
        "skew": page.skew,
        "variant": page.variant,
        "colour": page.colour,
        "lines": [{"text": line.text, "box": _box_json(line.box)} for line in page.lines],
        "seals": [
            {
                "box": _box_json(s.box),
                "shape": s.shape.value,
                "text": s.text,
                "owner": s.owner,
                "purpose": s.purpose,
                "colour": s.colour,
            }
            for s in page.seals
        ],
    }


def _document_json(document: TruthDocument) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "type": document.type,
        "type_name": document.type_name,
        "pages": list(document.pages),
        "fields": [
            {"name": f.name, "kind": f.kind, "raw": f.raw, "value": f.value, "page": f.page, "box": _box_json(f.box)}
            for f in document.fields
        ],
    }


def _box_json(box: Box | None) -> list[float] | None:
    return box.to_list() if box else None
