"""One page's reading as one compressed row: zlib over the JSON of `ingest.model.Page`."""

from __future__ import annotations

import zlib

from pydantic import TypeAdapter

from ingest.model import Page

_PAGE = TypeAdapter(Page)


def encode_page(page: Page) -> bytes:
    """Return the bytes that the catalog keeps of a page's reading."""
    return zlib.compress(_PAGE.dump_json(page), 6)


def decode_page(stored: bytes) -> Page:
    """Return the reading that `encode_page` stored. Raises `zlib.error`, `ValueError` for damaged bytes."""
    return _PAGE.validate_json(zlib.decompress(stored))
