"""Measure the finding of red seals alone, on specimens: found, right in shape, false, and milliseconds a page.

python -m benchmarks.seals [--limit N] [--verbose] [--json FILE]; a seal is found where its box and a found one
share at least half of what they cover together.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.model import Box, Seal, SealShape
from ingest.ocr import Pixels
from ingest.pages import turned
from ingest.seals import find_seals
from ingest.specimens import KINDS, VARIANTS, make_specimen
from ingest.specimens.truth import TruthSeal

FIRST_SEED = 940_000  # specimens that neither demonstration nor tests nor the other benchmarks use
AGREED = 0.5


@dataclass
class Score:
    """What was counted: seals by shape, finds that are none, times."""

    total: Counter[SealShape] = field(default_factory=Counter)
    found: Counter[SealShape] = field(default_factory=Counter)
    shaped: int = 0
    false: int = 0
    milliseconds: list[float] = field(default_factory=list)


def pages(limit: int) -> Iterator[tuple[str, Pixels, list[TruthSeal]]]:
    """Yield the coloured pages of `limit` specimens, upright, with their red seals; kinds and variants in turn."""
    kinds, variants = sorted(KINDS), sorted(VARIANTS)
    for number in range(limit):
        kind, variant = kinds[number % len(kinds)], variants[number % len(variants)]
        specimen = make_specimen(kind, FIRST_SEED + number, variant)
        for truth, pixels in zip(specimen.truth.pages, specimen.pages, strict=True):
            if truth.colour:
                seals = [s for s in truth.seals if s.colour == "red"]
                yield f"{specimen.name} page {truth.number}", turned(pixels, truth.rotation), seals


def measure(limit: int, verbose: bool) -> Score:
    """Look for seals on every page and count."""
    score = Score()
    for name, pixels, seals in pages(limit):
        start = time.perf_counter()
        finds = find_seals(pixels)
        score.milliseconds.append(1000 * (time.perf_counter() - start))
        _count(score, name, seals, finds, verbose)
    return score


def _count(score: Score, name: str, seals: list[TruthSeal], finds: tuple[Seal, ...], verbose: bool) -> None:
    left = list(finds)
    for seal in seals:
        best = max(left, key=lambda find: agreement(seal.box, find.box), default=None)
        score.total[seal.shape] += 1
        if best is None or agreement(seal.box, best.box) < AGREED:
            _say(verbose, f"{name}: missed the {seal.shape} {seal.purpose} at {_written(seal.box)}")
            continue
        left.remove(best)
        score.found[seal.shape] += 1
        score.shaped += best.shape is seal.shape
        if best.shape is not seal.shape:
            _say(verbose, f"{name}: took the {seal.shape} {seal.purpose} at {_written(seal.box)} for {best.shape}")
    score.false += len(left)
    for find in left:
        _say(verbose, f"{name}: no {find.shape} seal at {_written(find.box)}, confidence {find.confidence}")


def agreement(one: Box, other: Box) -> float:
    """Return the intersection of two boxes over their union."""
    both = one.shared(other)
    return both / max(one.area + other.area - both, 1e-9)


def _written(box: Box) -> str:
    return ", ".join(f"{v:.2f}" for v in (box.x0, box.y0, box.x1, box.y1))


def _say(verbose: bool, words: str) -> None:
    if verbose:
        print(f"  {words}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=len(KINDS) * len(VARIANTS), help="specimens")
    parser.add_argument("--verbose", action="store_true", help="print every seal that was missed or is none")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    if options.limit < 1:
        parser.error("--limit must be 1 or more")
    score = measure(options.limit, options.verbose)
    figures = {
        "pages": len(score.milliseconds),
        "seals": score.total.total(),
        "found": score.found.total(),
        "by_shape": {shape.value: [score.found[shape], score.total[shape]] for shape in sorted(score.total)},
        "right_shape": score.shaped,
        "false": score.false,
        "median_ms_a_page": round(statistics.median(score.milliseconds), 1),
    }
    for name, figure in figures.items():
        print(f"{name:18} {figure}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")


if __name__ == "__main__":
    main()
