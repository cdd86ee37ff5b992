"""Parsing of untrusted files in confined processes: pages out of files, text out of pixels."""

from ingest.sandbox.confine import Report as SandboxReport
from ingest.sandbox.errors import (
    DamagedFileError,
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
    UnreadableKindError,
    WrongPasswordError,
)
from ingest.sandbox.limits import Limits
from ingest.sandbox.ocr import OcrWorker
from ingest.sandbox.parser import FileInfo, Parser, Raster, probe

__all__ = [
    "DamagedFileError",
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
    "UnreadableKindError",
    "WrongPasswordError",
    "probe",
]
