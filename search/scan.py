"""Plain reading of a canonical text: where a needle occurs; the meaning that the tokens of every engine must keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.normalise import HAN

_FIRST_RUN = re.compile(f"[^{HAN} \f]+")  # form feeds may stand between pages


def occurrences(needle: str, text: str) -> Iterator[int]:
    """Yield the positions at which a canonical needle occurs in a canonical text.

    A letter or digit run of one or two characters at the needle's head counts only where a run of the text begins.
    """
    whole = needs_run_start(needle)
    at = text.find(needle) if needle else -1
    while at >= 0:
        if not whole or at == 0 or not _FIRST_RUN.match(text, at - 1):
            yield at
        at = text.find(needle, at + 1)


def occurs(needle: str, text: str) -> bool:
    """Tell whether a canonical needle occurs in a canonical text."""
    return next(occurrences(needle, text), None) is not None


def needs_run_start(needle: str) -> bool:
    """Tell whether the needle begins with a run too short to be looked for in the middle of a run."""
    head = _FIRST_RUN.match(needle)
    return head is not None and len(head.group()) < 3
