"""Shared parts: the shipped document types, and pages set up from rows of text instead of pictures."""

from pathlib import Path

import pytest

from ingest.doctypes import load_types
from ingest.model import Box, Line, Page, Word

FOLDER = Path(__file__).parents[2] / "config" / "rulebook" / "types"


@pytest.fixture(scope="session")
def types():
    """Return the shipped document types by code."""
    return {t.code: t for t in load_types({p.name: p.read_text("utf-8") for p in FOLDER.glob("*.toml")})}


def line(text, x, y, size=0.02, confidence=0.98):
    """Return a line at `x`, `y` in page fractions, its Chinese characters `size` high and wide."""
    words, at = [], x
    for char in text:
        width = size * (1.0 if ord(char) > 0x2E80 else 0.5)
        if char.strip():
            words.append(Word(char, Box(at, y, min(at + width, 1.0), y + size), confidence))
        at += width
    return Line(text, Box(x, y, min(at, 1.0), y + size), confidence, tuple(words))


@pytest.fixture(scope="session")
def page():
    """Return a function that makes a page of (text, x, y) triples."""

    def make(*printed, number=1, size=0.02):
        lines = tuple(line(text, x, y, size) for text, x, y in printed)
        return Page(number, 1000, 1000, 0.0, lines, engine="recorded")

    return make
