"""Make specimens: draw papers, scan them, put them in a file, and say what is true of it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ingest.model import Box
from ingest.specimens.containers import FilePage, pack, suffix_of
from ingest.specimens.deals import Deal
from ingest.specimens.degrade import Degraded, degrade, moved, turn
from ingest.specimens.papers.kinds import KINDS, Paper, draw_paper
from ingest.specimens.raster import Points, draw, outline
from ingest.specimens.sheet import Impression, Pixels, Sheet, Text
from ingest.specimens.story import invent_deal
from ingest.specimens.truth import TruthDocument, TruthField, TruthFile, TruthLine, TruthPage, TruthSeal
from ingest.specimens.variants import Variant, variant_of


@dataclass(frozen=True, slots=True)
class Specimen:
    """A file as it would arrive: suggested name, bytes, the pixels of its pages as filed, and the truth."""

    name: str
    data: bytes
    pages: tuple[Pixels, ...]  # RGB uint8 (h, w, 3), turned as in the file
    truth: TruthFile


@dataclass(frozen=True, slots=True)
class Part:
    """A paper in a file, and what happened to it."""

    paper: Paper
    variant: Variant


def make_specimen(kind: str, seed: int, variant: str | Variant = "scan", deal: Deal | None = None) -> Specimen:
    """Return the specimen of `kind` for `seed`; equal arguments give equal bytes.

    Specimens of different kinds with one seed tell one story (same parties, goods and sums). `variant` is a name
    in `VARIANTS`, "random", or a Variant. Raises ValueError for an unknown kind or variant.
    """
    deal = deal or invent_deal(seeded("deal", seed))
    paper = draw_paper(kind, deal, seeded(kind, seed))
    chosen = variant if isinstance(variant, Variant) else variant_of(variant, generator("variant", kind, seed))
    parts = [Part(paper, chosen)]
    if chosen.container == "pdf-mixed" and len(paper.sheets) == 1:
        other = "receipt" if kind == "delivery" else "delivery"
        parts.append(Part(draw_paper(other, deal, seeded(other, seed)), chosen))
    return make_file(f"{kind}-{seed}-{chosen.name}", parts, seed)


def make_stack(kinds: Sequence[str], seed: int, variant: str | Variant = "pdf-scan") -> Specimen:
    """Return one file that holds a paper of each of `kinds`, each of its own deal unless `seed` repeats."""
    chosen = variant if isinstance(variant, Variant) else variant_of(variant, generator("variant", "stack", seed))
    parts = []
    for number, kind in enumerate(kinds):
        deal = invent_deal(seeded("deal", seed * 1000 + number))
        parts.append(Part(draw_paper(kind, deal, seeded(kind, seed * 1000 + number)), chosen))
    return make_file(f"stack-{seed}-{chosen.name}", parts, seed)


def make_file(stem: str, parts: Sequence[Part], seed: int) -> Specimen:
    """Scan all sheets of `parts`, in order, into one file whose container the first part's variant says."""
    pages: list[FilePage] = []
    truths: list[TruthPage] = []
    documents: list[TruthDocument] = []
    for part in parts:
        first = len(pages) + 1
        fields: list[TruthField] = []
        for sheet in part.paper.sheets:
            number = len(pages) + 1
            page, truth, stated = _scan(sheet, _for_page(part.variant, number), number, generator(stem, seed, number))
            pages.append(page)
            truths.append(truth)
            fields += stated
        kind = KINDS[part.paper.kind]
        covered = tuple(range(first, len(pages) + 1))
        documents.append(TruthDocument(part.paper.kind, kind.type, kind.type_name, covered, tuple(fields)))
    container = parts[0].variant.container
    name = stem + suffix_of(container, len(pages))
    notes = ("text layer is rubbish",) if container == "pdf-rubbish" else ()
    data = pack(container, pages, generator(stem, seed))
    return Specimen(name, data, tuple(p.pixels for p in pages), TruthFile(name, tuple(truths), tuple(documents), notes))


def _for_page(variant: Variant, number: int) -> Variant:
    """Return the variant for one page: text pages of a digital-born or mixed file are not scanned."""
    digital = variant.container == "pdf-digital" or (variant.container == "pdf-mixed" and number == 1)
    return Variant(variant.name, dpi=variant.dpi, container=variant.container) if digital else _vary(variant, number)


def _vary(variant: Variant, number: int) -> Variant:
    """Let further pages of one file lean a little differently, as sheets in a feeder do."""
    return replace(variant, skew=variant.skew * (1, -0.6, 0.7, -1)[(number - 1) % 4]) if variant.skew else variant


def _scan(
    sheet: Sheet, variant: Variant, number: int, rng: np.random.Generator
) -> tuple[FilePage, TruthPage, list[TruthField]]:
    result = degrade(draw(sheet, variant.dpi, rng), variant, rng)
    height, width = result.pixels.shape[:2]
    place = _Places(result, variant.dpi, width, height)
    stated = 0.0 if variant.photo else variant.dpi  # a camera does not know its resolution
    truth = TruthPage(
        number=number,
        width=width,
        height=height,
        dpi=stated,
        rotation=(360 - variant.turn) % 360,
        skew=result.skew,
        variant=variant.name,
        colour=variant.colouring == "colour",
        lines=_lines(sheet, place),
        seals=_seals(sheet, place, variant),
    )
    fields = [
        TruthField(n.field.name, n.field.kind, n.field.raw, n.field.value, number, place.box_of_all(sheet, n.marks))
        for n in sheet.noted
    ]
    return FilePage(turn(result.pixels, variant.turn), stated, variant, sheet), truth, fields


@dataclass(frozen=True, slots=True)
class _Places:
    """Where marks of a sheet lie on the finished page."""

    result: Degraded
    dpi: float
    width: int
    height: int

    def box(self, points: Points) -> Box | None:
        """Return the box of `points` (mm on the sheet) in fractions of the page; None when off the page."""
        at = moved(self.result.matrix, points * (self.dpi / 25.4)) / (self.width, self.height)
        x0, y0, x1, y1 = (float(v) for v in (*at.min(axis=0), *at.max(axis=0)))
        if x1 <= 0 or y1 <= 0 or x0 >= 1 or y0 >= 1:
            return None
        return Box(max(x0, 0.0), max(y0, 0.0), min(x1, 1.0), min(y1, 1.0))

    def box_of_all(self, sheet: Sheet, numbers: Sequence[int]) -> Box | None:
        """Return the box around several marks."""
        marks = [sheet.marks[n] for n in numbers]
        points = [outline(mark) for mark in marks if isinstance(mark, Text | Impression)]
        return self.box(np.concatenate(points)) if points else None


def _lines(sheet: Sheet, place: _Places) -> tuple[TruthLine, ...]:
    """Return the printed lines, runs that join the one before put together."""
    runs: list[list[Text]] = []
    for mark in sheet.marks:
        if isinstance(mark, Text) and mark.text.strip():
            if mark.joins and runs:
                runs[-1].append(mark)
            else:
                runs.append([mark])
    lines = []
    for run in runs:
        box = place.box(np.concatenate([outline(mark) for mark in run]))
        if box:
            lines.append(TruthLine("".join(mark.text for mark in run), box))
    return tuple(lines)


def _seals(sheet: Sheet, place: _Places, variant: Variant) -> tuple[TruthSeal, ...]:
    seals = []
    for mark in sheet.marks:
        if isinstance(mark, Impression):
            box = place.box(outline(mark))
            stamp = mark.stamp
            grey = variant.colouring != "colour" or (sheet.photocopy and not mark.fresh)
            if box:
                colour = "black" if grey else "red"
                seals.append(TruthSeal(box, stamp.shape, stamp.text, stamp.owner, stamp.purpose, colour))
    return tuple(seals)


def seeded(*parts: object) -> random.Random:
    """Return a generator that depends on `parts` alone."""
    return random.Random(" ".join(str(p) for p in parts))  # noqa: S311 - specimens must be repeatable


def generator(*parts: object) -> np.random.Generator:
    """Return a generator of numpy that depends on `parts` alone."""
    return np.random.default_rng(zlib.crc32(" ".join(str(p) for p in parts).encode()))
