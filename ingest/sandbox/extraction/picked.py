"""What is to be copied: the files that pages are taken from, and the pages picked from them."""

from __future__ import annotations

from typing import BinaryIO, NamedTuple


class Source(NamedTuple):
    """A file to take pages from: "pdf", "tiff", "jpeg" or "png", with the number of pages it is known to have."""

    file: BinaryIO
    kind: str
    password: str | None
    page_count: int


class Picked(NamedTuple):
    """Page `page` (from 1) of file number `file`, to be shown turned clockwise by `turn` degrees."""

    file: int
    page: int
    turn: int
