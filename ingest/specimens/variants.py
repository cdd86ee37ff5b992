"""What may happen to a paper on its way to a file: named variants, and one drawn by lot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Colouring = Literal["colour", "grey", "bw"]
Container = Literal["jpeg", "png", "tiff", "pdf", "pdf-digital", "pdf-rubbish", "pdf-mixed"]


@dataclass(frozen=True, slots=True)
class Variant:
    """How a paper was scanned or photographed, and in what file it arrived."""

    name: str
    dpi: float = 200.0
    skew: float = 0.0  # degrees, counter-clockwise positive
    blur: float = 0.0  # sigma in mm
    noise: float = 0.0  # standard deviation of grey levels
    uneven: float = 0.0  # share of light lost in the darkest corner
    fade: float = 0.0  # 0 full contrast, 1 nothing left
    folds: int = 0
    stains: int = 0
    holes: bool = False  # punched and filed
    through: float = 0.0  # how much of a printed back shines through
    edge: float = 0.0  # mm of black that the scanner saw beside the paper
    photo: float = 0.0  # 0 flatbed, up to 1: the farther the camera leaned
    turn: int = 0  # degrees clockwise by which the file's picture is turned
    exif: bool = False  # a JPEG whose EXIF orientation, not its pixels, is upright
    colouring: Colouring = "colour"
    quality: int = 88  # JPEG
    container: Container = "jpeg"


def _scan(name: str, **changes: object) -> Variant:
    """Return the everyday flatbed scan with changes."""
    return replace(Variant(name, skew=0.4, noise=2.5, blur=0.04, uneven=0.03), **changes)  # type: ignore[arg-type] # fields


VARIANTS: Mapping[str, Variant] = {
    v.name: v
    for v in (
        Variant("clean", container="png"),
        _scan("scan"),
        _scan("high", dpi=300.0, quality=92),
        _scan("low", dpi=110.0, quality=75),
        _scan("skewed", skew=-3.2),
        _scan("blurred", blur=0.17),
        _scan("noisy", noise=16.0),
        _scan("uneven", uneven=0.55),
        _scan("jpeg", quality=22),
        _scan("faded", fade=0.55),
        _scan("folded", folds=2, stains=2),
        _scan("filed", holes=True, through=0.1, edge=4.0, skew=0.8),
        _scan("turned90", turn=90),
        _scan("turned180", turn=180),
        _scan("turned270", turn=270),
        _scan("grey", colouring="grey"),
        _scan("bw", colouring="bw", container="tiff"),
        Variant("photo", photo=0.5, noise=4.0, blur=0.07, uneven=0.3, quality=84),
        Variant("photo-hard", photo=1.0, noise=7.0, blur=0.12, uneven=0.5, folds=2, turn=90, quality=70),
        Variant("photo-exif", photo=0.4, noise=4.0, blur=0.06, uneven=0.25, quality=84, exif=True),
        _scan("tiff", container="tiff"),
        _scan("pdf-scan", container="pdf", dpi=200.0),
        _scan("pdf-rubbish", container="pdf-rubbish"),
        Variant("pdf-digital", container="pdf-digital"),
        _scan("pdf-mixed", container="pdf-mixed"),
    )
}
RANDOM = "random"  # the name that `variant_of` draws by lot for


def variant_of(name: str, rng: np.random.Generator) -> Variant:
    """Return the variant `name`; "random" mixes everything that happens to papers, mildly most of the time."""
    if name != RANDOM:
        try:
            return VARIANTS[name]
        except KeyError:
            raise ValueError(f"There is no variant {name!r}; choose one of {', '.join([*VARIANTS, RANDOM])}.") from None

    def often(odds: float, least: float, most: float) -> float:
        return float(rng.uniform(least, most)) if rng.random() < odds else 0.0

    photo = often(0.3, 0.2, 0.9)
    return Variant(
        RANDOM,
        dpi=float(rng.choice((150, 200, 200, 240, 300))),
        skew=0.0 if photo else float(rng.normal(0, 0.9)),
        blur=often(0.7, 0.03, 0.13),
        noise=often(0.9, 1.0, 9.0),
        uneven=often(0.5, 0.03, 0.45),
        fade=often(0.25, 0.1, 0.45),
        folds=int(rng.integers(0, 3)) if rng.random() < 0.3 else 0,
        stains=int(rng.integers(0, 3)) if rng.random() < 0.2 else 0,
        holes=bool(rng.random() < 0.12),
        through=often(0.15, 0.03, 0.1),
        edge=0.0 if photo else often(0.12, 1.0, 6.0),
        photo=photo,
        turn=int(rng.choice((0, 0, 0, 0, 0, 90, 180, 270))),
        colouring="grey" if rng.random() < 0.15 else "colour",
        quality=int(rng.integers(45, 93)),
    )
