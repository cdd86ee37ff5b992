"""The fonts that specimens are set in, as Pillow opens them."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageFont

from ingest.fonts import find_font


@lru_cache(maxsize=512)
def load_font(style: str, size: float) -> ImageFont.FreeTypeFont:
    """Return the Pillow font of `style` at `size` pixels."""
    face = find_font(style)
    return ImageFont.truetype(str(face.path), size, index=face.index, layout_engine=ImageFont.Layout.BASIC)
