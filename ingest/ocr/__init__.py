"""Optical character recognition: the seam, and the choice of an engine by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ingest.model import Line

Pixels = NDArray[np.uint8]  # (height, width, 3) red-green-blue

_ENGINES = {
    "ppocr": ("ingest.ocr.ppocr", "PpOcr", "rapidocr and onnxruntime (pip install rapidocr onnxruntime)"),
    "tesseract": ("ingest.ocr.tesseract", "Tesseract", "pytesseract (pip install pytesseract)"),
    "null": ("ingest.ocr.null", "NullOcr", "nothing"),
}


class OcrEngine(Protocol):
    """Reads the text of an upright picture."""

    name: str

    def read(self, image: Pixels) -> tuple[Line, ...]:
        """Return the lines of `image`, top to bottom; boxes in fractions of its width and height."""
        ...


class UnknownEngineError(ValueError):
    """There is no OCR engine of that name."""

    code = "ocr_engine_unknown"


class MissingEngineError(RuntimeError):
    """The library or program of an OCR engine is not installed."""

    code = "ocr_engine_missing"


def engine(name: str = "ppocr", threads: int = 1) -> OcrEngine:
    """Return the engine `name` ("ppocr", "tesseract" or "null"), which uses `threads` threads.

    Raises UnknownEngineError for another name and MissingEngineError, which says what to install.
    """
    if name not in _ENGINES:
        raise UnknownEngineError(f"There is no OCR engine {name!r}; choose one of {', '.join(_ENGINES)}.")
    module, class_name, needs = _ENGINES[name]
    try:
        make = getattr(import_module(module), class_name)
    except ImportError as error:
        raise MissingEngineError(f"The OCR engine {name!r} needs {needs}: {error}.") from error
    return cast("Callable[[int], OcrEngine]", make)(threads)
