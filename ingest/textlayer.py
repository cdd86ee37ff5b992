"""The text layer of a PDF page: taken only when it agrees with the picture, since real files carry rubbish."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from ingest.model import Box, Line, TextLayer

_SURE = 0.85  # confidence of a read line that can testify
_AGREEMENT = 0.85  # share of the testifying characters that the layer must carry
_COVERAGE = 0.75  # share of the read characters that lie where the layer has text


def judge(layer: Sequence[Line], read: Sequence[Line]) -> TextLayer:
    """Compare a text layer with what was read from the picture; boxes of both in page fractions.

    Agreed means: where the picture was read surely, the layer has the same characters at the same place, and the
    layer does not add much that nobody can see.
    """
    if not layer:
        return TextLayer.ABSENT
    witnesses = [line for line in read if line.confidence >= _SURE and len(_plain(line.text)) >= 3]
    if not witnesses:
        return TextLayer.REJECTED
    right = total = found = 0
    for line in witnesses:
        text = _plain(line.text)
        beneath = _plain("".join(_text_within(layer, line.box)))
        total += len(text)
        found += len(text) if beneath else 0
        right += max(len(text) - Levenshtein.distance(text, beneath), 0) if beneath else 0
    if not found or found < _COVERAGE * total or right < _AGREEMENT * found:
        return TextLayer.REJECTED
    invisible = sum(len(_plain(line.text)) for line in layer) > 1.6 * sum(len(_plain(line.text)) for line in read) + 40
    return TextLayer.REJECTED if invisible else TextLayer.AGREED


def merged(layer: Sequence[Line], read: Sequence[Line]) -> tuple[Line, ...]:
    """Return the layer's lines and those read lines (stamps, pictures) where the layer has no text."""
    extra = [line for line in read if not "".join(_text_within(layer, line.box)).strip()]
    return tuple(sorted((*layer, *extra), key=lambda line: (line.box.y0, line.box.x0)))


def _text_within(layer: Sequence[Line], box: Box) -> list[str]:
    """Return the layer's words, or parts of lines without words, whose middle lies in `box`."""
    texts = []
    margin = 0.2 * (box.y1 - box.y0)
    for line in layer:
        middle = (line.box.y0 + line.box.y1) / 2
        if not box.y0 - margin <= middle <= box.y1 + margin:
            continue
        if line.words:
            inside = [w for w in line.words if box.x0 - margin <= (w.box.x0 + w.box.x1) / 2 <= box.x1 + margin]
            texts += [w.text for w in sorted(inside, key=lambda w: w.box.x0)]
        elif line.box.x0 < box.x1 and box.x0 < line.box.x1:
            texts.append(line.text)
    return texts


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
