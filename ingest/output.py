"""Readings as JSON: the schema that docs/reading.md describes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.model import Box, Check, DocumentReading, FieldValue, FileReading, Line, Page, Seal

SCHEMA = 1


def file_object(path: str, kind: str, reading: FileReading) -> dict[str, Any]:
    """Return the JSON object of a file that was read: its type, fields, seals, papers and pages."""
    documents, pages = reading.documents, reading.pages
    first = documents[0] if documents else DocumentReading("", "", 0.0, ())
    return {
        "schema": SCHEMA,
        "file": path,
        "kind": kind,
        "error": None,
        "type": first.type,
        "type_name": first.type_name,
        "confidence": first.confidence,
        "fields": [_field(f) | {"document": n} for n, d in enumerate(documents, start=1) for f in d.fields],
        "seals": [_seal(s) | {"page": p.number} for p in pages for s in p.seals],
        "documents": [_document(n, d) for n, d in enumerate(documents, start=1)],
        "pages": [_page(p) for p in pages],
    }


def error_object(path: str, kind: str, code: str, message: str) -> dict[str, Any]:
    """Return the JSON object of a file that could not be read."""
    return {"schema": SCHEMA, "file": path, "kind": kind, "error": {"code": code, "message": message}}


def _document(number: int, document: DocumentReading) -> dict[str, Any]:
    return {
        "document": number,
        "type": document.type,
        "type_name": document.type_name,
        "confidence": document.confidence,
        "pages": list(document.pages),
        "bids": dict(document.bids),
        "fields": [_field(f) for f in document.fields],
    }


def _field(field: FieldValue) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "kind": field.kind,
        "raw": field.raw,
        "value": field.value,
        "page": field.page,
        "box": _box(field.box),
        "confidence": field.confidence,
        "checks": [_check(c) for c in field.checks],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "state": check.state.value,
        "message": check.message,
        "suggestion": check.suggestion,
    }


def _page(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "rotation": page.rotation,
        "skew": round(page.skew, 2),
        "engine": page.engine,
        "text_layer": page.text_layer.value,
        "colour": page.colour,
        "warnings": list(page.warnings),
        "lines": [_line(line) for line in page.lines],
        "seals": [_seal(s) for s in page.seals],
    }


def _line(line: Line) -> dict[str, Any]:
    words = [{"text": w.text, "box": _box(w.box), "confidence": round(w.confidence, 4)} for w in line.words]
    return {
        "text": line.text,
        "box": _box(line.box),
        "confidence": round(line.confidence, 4),
        "words": words,
    }


def _seal(seal: Seal) -> dict[str, Any]:
    return {
        "box": _box(seal.box),
        "shape": seal.shape.value,
        "colour": seal.colour,
        "confidence": seal.confidence,
        "text": seal.text,
    }


def _box(box: Box | None) -> Sequence[float] | None:
    return box.to_list() if box else None
