"""Puts the pages of one document together: TIFF frames stay a TIFF, everything else becomes a PDF of the same pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.sandbox.errors import NoSuchPageError
from ingest.sandbox.extraction import pdf, tiff

if TYPE_CHECKING:
    from ingest.sandbox.extraction.outlet import Outlet
    from ingest.sandbox.extraction.picked import Picked, Source
    from ingest.sandbox.limits import Limits


def assemble(sources: Sequence[Source], pages: Sequence[Picked], outlet: Outlet, limits: Limits) -> None:
    """Write the picked pages, in their order, without re-encoding any picture that can be kept as it is.

    Raises a ParseError, `UncopyableError` for a picture that cannot be kept without loss.
    """
    if any(not 1 <= each.page <= sources[each.file].page_count for each in pages):
        raise NoSuchPageError
    if {sources[each.file].kind for each in pages} == {"tiff"}:
        try:
            frames = tiff.frames(sources, pages)
        except tiff.NotVerbatimError:
            pass  # BigTIFF, both byte orders, old JPEG: the decoded pixels go into a PDF
        else:
            outlet.announce("tiff", len(pages))
            tiff.write(frames, outlet)
            return
    pdf.write(sources, pages, outlet, limits)
