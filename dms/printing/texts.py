"""Make texts fit for paper: what no font can show, and what could turn or hide other text, is spelled out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from dms.printing.fonts import showable

PLAIN_BLANKS = str.maketrans({"\t": " ", "\r": "", "\u2028": "\n", "\u2029": "\n"})


def fit(value: Any) -> Any:
    """Return data for a template with every text in it fit for paper; other values and names stay as they are."""
    if isinstance(value, str):
        return fit_text(value)
    if isinstance(value, Mapping):
        return {name: fit(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [fit(each) for each in value]
    return value


def fit_text(text: str) -> str:
    """Return a text in which a character that paper cannot show is written as its code point, for example ‹U+1F600›.

    A box or a blank in its place would make two names look the same; PDF/A refuses glyphs that are missing.
    """
    glyphs = showable()
    composed = unicodedata.normalize("NFC", text.translate(PLAIN_BLANKS))  # fonts have é, not the accent alone
    return "".join(c if _is_plain(c, glyphs) else f"‹U+{ord(c):04X}›" for c in composed)


def _is_plain(character: str, glyphs: frozenset[int]) -> bool:
    if character == "\n" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return True  # a selector chooses a look of the character before it; a font without that look shows its own
    return ord(character) in glyphs and not unicodedata.category(character).startswith("C")
