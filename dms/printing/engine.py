"""Set a template with its data as PDF/A-2b: no network, no files but its own, equal input gives equal bytes."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from dms.kernel.errors import ConfigurationError, DmsError
from dms.printing.fonts import FAMILIES, MISSING, font_files
from dms.printing.texts import fit

TEMPLATES = Path(__file__).with_name("templates")
STANDARD = "a-2b"
log = logging.getLogger(__name__)


class PrintError(DmsError):
    """A form could not be set: its template and its data do not fit."""

    code = "print_failed"


def render(template: str | bytes, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """Set `template` (typst) and return the PDF; `at` is the moment that the document bears.

    The template finds its data as `json("data.json")` and the shared parts as `#import "frame.typ"`. Data never
    becomes markup: a text is a value of the compiled program, whatever stands in it.

    Raises:
        ConfigurationError: no font that may be used is installed.
        PrintError: the template asks for what the data do not have; the log names the place.
    """
    files = {
        "main.typ": template.encode() if isinstance(template, str) else template,
        "frame.typ": _frame(),
        "data.json": json.dumps(fit(data), ensure_ascii=False).encode(),
    }
    try:
        made = typst.compile(  # type: ignore[call-overload] # its stub does not know files in memory
            files, root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True, format="pdf",
            pdf_standards=[STANDARD], timestamp=at,
        )  # fmt: skip
    except typst.TypstError as error:
        log.error("a form could not be set: %s", error.diagnostic)
        raise PrintError("这张单子没有排出来，档案没有任何改动。请把出错的时间告诉管理员。") from error
    return bytes(made)


@lru_cache(maxsize=1)
def _frame() -> bytes:
    return (TEMPLATES / "frame.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Return the fonts, opened once a process: that takes ten times as long as to set a page."""
    folder = str(font_files()[0].parent)
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    if not set(FAMILIES) <= set(found.families()):
        raise ConfigurationError(MISSING, code="print_font")
    return found
