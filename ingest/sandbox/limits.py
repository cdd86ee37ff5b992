"""The sizes and times within which files are read."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one file, one page and one child may cost."""

    pages: int = 5000
    pixels: int = 25_000_000  # of a raster handed out: A3 at 300 dpi has 17 million
    source_pixels: int = 80_000_000  # of a picture decoded: A3 at 600 dpi has 70 million
    least_dpi: float = 50.0  # a PDF page is rendered coarser down to this, then refused
    text_characters: int = 200_000  # of a page's text layer
    memory: int = 1024 * MIB  # address space of the child, bytes
    cpu: int = 60  # seconds of processor time of the child
    deadline: float = 45.0  # seconds for one call
    text_deadline: float = 10.0  # seconds for a page's text layer, within the former
    read_factor: int = 4  # a child may read the file this many times over, and 64 MiB more
