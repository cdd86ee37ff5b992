"""Parsing of untrusted files in confined processes: pages out of files, text out of pixels."""

from ingest.sandbox.confine import Report as SandboxReport
from ingest.sandbox.errors import (
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
    UnknownKindError,
    UnreadableKindError,
    UnsupportedLockError,
    WrongPasswordError,
)
from ingest.sandbox.limits import Limits
from ingest.sandbox.ocr import OcrWorker
from ingest.sandbox.parser import FileInfo, Parser, Raster, probe

__all__ = [
    "DamagedFileError",
    "DamagedPageError",
    "EmptyFileError",
    "FileInfo",
    "Limits",
    "NoSuchPageError",
    "OcrDiedError",
    "OcrStartError",
    "OcrTimeoutError",
    "OcrWorker",
    "PageTooLargeError",
    "ParseError",
    "Parser",
    "ParserDiedError",
    "ParserTimeoutError",
    "PasswordNeededError",
    "Raster",
    "SandboxReport",
    "SandboxWeakError",
    "TooManyPagesError",
    "UnknownKindError",
    "UnreadableKindError",
    "UnsupportedLockError",
    "WrongPasswordError",
    "probe",
]
