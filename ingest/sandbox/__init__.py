"""Parsing of untrusted files in confined processes: pages out of files, text out of pixels."""

from importlib import import_module
from typing import TYPE_CHECKING

from ingest.sandbox.confine import Report as SandboxReport
from ingest.sandbox.errors import (
    CopyDiffersError,
    DamagedFileError,
    DamagedPageError,
    EmptyFileError,
    NoSuchPageError,
    OcrDiedError,
    OcrStartError,
    OcrTimeoutError,
    PageTooLargeError,
    ParseError,
    ParserDiedError,
    ParserTimeoutError,
    PasswordNeededError,
    SandboxWeakError,
    TooManyPagesError,
    UncopyableError,
    UnknownKindError,
    UnreadableKindError,
    UnsupportedLockError,
    WrongPasswordError,
)
from ingest.sandbox.limits import Limits

if TYPE_CHECKING:
    from ingest.sandbox.extractor import Extraction, PageSource, PickedPage, confirm_copy, copying_tool, extraction
    from ingest.sandbox.ocr import OcrWorker
    from ingest.sandbox.parser import FileInfo, Parser, Raster, probe

__all__ = [
    "CopyDiffersError",
    "DamagedFileError",
    "DamagedPageError",
    "EmptyFileError",
    "Extraction",
    "FileInfo",
    "Limits",
    "NoSuchPageError",
    "OcrDiedError",
    "OcrStartError",
    "OcrTimeoutError",
    "OcrWorker",
    "PageSource",
    "PageTooLargeError",
    "ParseError",
    "Parser",
    "ParserDiedError",
    "ParserTimeoutError",
    "PasswordNeededError",
    "PickedPage",
    "Raster",
    "SandboxReport",
    "SandboxWeakError",
    "TooManyPagesError",
    "UncopyableError",
    "UnknownKindError",
    "UnreadableKindError",
    "UnsupportedLockError",
    "WrongPasswordError",
    "confirm_copy",
    "copying_tool",
    "extraction",
    "probe",
]

_PARENTS_SIDE = {
    **dict.fromkeys(
        ("Extraction", "PageSource", "PickedPage", "confirm_copy", "copying_tool", "extraction"),
        "ingest.sandbox.extractor",
    ),
    "OcrWorker": "ingest.sandbox.ocr",
    **dict.fromkeys(("FileInfo", "Parser", "Raster", "probe"), "ingest.sandbox.parser"),
}


def __getattr__(name: str) -> object:
    """Load the parent's side when it is asked for: children need none of it, and start a third faster."""
    if name not in _PARENTS_SIDE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PARENTS_SIDE[name]), name)
