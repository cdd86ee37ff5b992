"""Names of files as they come from outside: kept verbatim as metadata, cleaned wherever they are shown or written."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 2000  # of a name kept verbatim
MOST_BYTES = 200  # of a cleaned name, as UTF-8; every file system takes that
NAMELESS = "未命名"
FORBIDDEN = re.compile(r'[<>:"|?*]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def kept_name(name: str) -> str:
    """Return a name as the catalog keeps it: verbatim, but for bytes that are no text, written as escapes."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\x00", "\\x00")[:MOST_CHARACTERS]


def clean_name(name: str) -> str:
    """Return a name that is safe to show and to write: no path, no control or direction marks, never too long."""
    last = re.split(r"[/\\]", kept_name(name).rstrip("/\\ ") or NAMELESS)[-1]
    composed = unicodedata.normalize("NFC", last)
    visible = "".join(c for c in composed if unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029")
    text = FORBIDDEN.sub("_", " ".join(visible.split())).strip(" .")
    if not text or RESERVED.fullmatch(text):
        text = f"{NAMELESS}_{text}".rstrip("_")
    return _shortened(text)


def printable(path: str) -> str:
    """Return a path for a screen or a log, its folders kept: what could move a cursor or turn the text is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in kept_name(path))


def _shortened(text: str) -> str:
    if len(text.encode()) <= MOST_BYTES:
        return text
    stem, dot, suffix = text.rpartition(".")
    ending = dot + suffix if dot and 0 < len(suffix) <= 8 else ""
    room = MOST_BYTES - len(ending.encode())
    return (stem if ending else text).encode()[:room].decode("utf-8", "ignore").rstrip() + ending
