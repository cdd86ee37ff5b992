"""What kind of file something is, judged by its content; the name is only a hint between kinds of ZIP archive."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath

HEAD = 4096  # bytes of a file's beginning that identify() wants


class FileKind(StrEnum):
    """A kind of file that may be brought in (文件种类)."""

    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    PDF = "pdf"
    HEIC = "heic"
    OFD = "ofd"
    XML = "xml"
    DOCX = "docx"
    XLSX = "xlsx"
    EML = "eml"
    UNKNOWN = "unknown"


READABLE = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.TIFF, FileKind.PDF})

_MAGIC = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
    (b"II+\x00", FileKind.TIFF),  # BigTIFF
    (b"MM\x00+", FileKind.TIFF),
)
_ZIPS = {"ofd": FileKind.OFD, "docx": FileKind.DOCX, "xlsx": FileKind.XLSX}
_ZIP_MEMBERS = ((b"OFD.xml", FileKind.OFD), (b"word/", FileKind.DOCX), (b"xl/", FileKind.XLSX))
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MAIL = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_MAIL_FIELDS = re.compile(rb"^(?:from|to|subject|date|received|message-id|mime-version):", re.IGNORECASE | re.MULTILINE)


def identify(head: bytes, name: str) -> FileKind:
    """Return the kind of a file whose first bytes are `head` (give HEAD of them, or all of a shorter file).

    A picture's signature at the very beginning wins over a PDF header further in: a viewer would show the picture.
    `name` decides only between kinds that are ZIP archives, when the members at hand do not say.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(head, name)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return FileKind.HEIC
    if b"%PDF-" in head[:1024]:  # readers of PDF accept up to 1 KiB before the header
        return FileKind.PDF
    return _text_kind(head)


def _zip_kind(head: bytes, name: str) -> FileKind:
    for member, kind in _ZIP_MEMBERS:
        if member in head:
            return kind
    return _ZIPS.get(PurePath(name).suffix.lower().lstrip("."), FileKind.UNKNOWN)


def _text_kind(head: bytes) -> FileKind:
    text = _as_ascii(head)
    if text.lstrip().startswith(b"<?xml"):
        return FileKind.XML
    if _MAIL.match(text.replace(b"\r\n", b"\n")) and len(_MAIL_FIELDS.findall(text)) >= 2:
        return FileKind.EML
    return FileKind.UNKNOWN


def _as_ascii(head: bytes) -> bytes:
    """Drop a byte order mark and, after a UTF-16 one, the zero bytes between Latin letters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf")
