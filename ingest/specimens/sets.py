"""Write sets of specimens into a folder with their truth: the demonstration, sets for benchmarks, long PDFs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from ingest.specimens.companies import Company
from ingest.specimens.containers import FilePage, encode_jpeg
from ingest.specimens.degrade import degrade
from ingest.specimens.fonts import load_font
from ingest.specimens.papers.account import account
from ingest.specimens.papers.kinds import KINDS, Paper, draw_licence, draw_paper
from ingest.specimens.raster import draw
from ingest.specimens.scanpdf import Corner, ScanPdfWriter
from ingest.specimens.specimen import Part, Specimen, generator, make_file, make_specimen, seeded
from ingest.specimens.story import (
    CUSTOMER,
    CUSTOMERS,
    OWN_COMPANY,
    SECOND_CUSTOMER,
    THIRD_CUSTOMER,
    invent_deal,
    story_deal,
)
from ingest.specimens.truth import TruthFile, to_json
from ingest.specimens.variants import VARIANTS


def write_set(
    folder: Path,
    kinds: Iterable[str] = tuple(KINDS),
    seeds: Iterable[int] = range(1),
    variants: Sequence[str] = ("random",),
) -> tuple[TruthFile, ...]:
    """Write a specimen of every kind, seed and variant into `folder`, and truth.json; return the truth.

    Raises ValueError for an unknown kind or variant.
    """
    wanted = [(kind, seed, variant) for seed in seeds for kind in kinds for variant in variants]
    made = (make_specimen(kind, seed, variant) for kind, seed, variant in wanted)
    return _write(folder, made, wanted[0][1] if wanted else 0)


def write_demo(folder: Path, seed: int = 0) -> tuple[TruthFile, ...]:
    """Write the demonstration into `folder`: 16 pages in 10 files of all seven kinds, and truth.json with the story.

    `seed` changes how the papers were printed, stamped and scanned, never their parties, goods, sums and dates.
    """
    return _write(folder, demonstration(seed), seed, story=story_json())


def story_json() -> dict[str, Any]:
    """Return the demonstration's own company and customers as truth.json tells them."""
    return {"own": _company_json(OWN_COMPANY), "customers": [_company_json(c) for c in CUSTOMERS]}


def _company_json(company: Company) -> dict[str, Any]:
    names = ("name", "code", "city", "address", "phone", "legal_person", "agent", "bank", "account", "sole")
    return {name: getattr(company, name) for name in names}


def _write(folder: Path, specimens: Iterator[Specimen], seed: int, **more: Any) -> tuple[TruthFile, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    truths = []
    for specimen in specimens:
        (folder / specimen.name).write_bytes(specimen.data)
        truths.append(specimen.truth)
    text = json.dumps(to_json(seed, truths, **more), ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", "utf-8")
    return tuple(truths)


def demonstration(seed: int) -> Iterator[Specimen]:
    """Yield the demonstration's files one by one: one customer complete, a second in a stack, a third just begun."""

    def paper(kind: str, customer: Company, number: int = 0) -> Paper:
        return draw_paper(kind, story_deal(customer, number), seeded("demo", seed, kind, customer.code, number))

    def lone(name: str, drawn: Paper, variant: str, **changes: Any) -> Specimen:
        chosen = replace(VARIANTS[variant], **changes)
        return make_file(name, [Part(drawn, chosen)], seed)

    first = draw_licence(CUSTOMER, seeded("demo", seed, 1), "landscape", copied=True)
    permit = Paper("account", tuple(account(CUSTOMER, seeded("demo", seed, 2), copied=False, printed=False)))
    yield lone("禾砚机电-营业执照", first, "scan")
    yield lone("禾砚机电-开户许可证", permit, "photo")
    yield lone("禾砚机电-购销合同", paper("contract", CUSTOMER), "pdf-scan")
    yield lone("禾砚机电-增值税专用发票", paper("vat_invoice", CUSTOMER), "turned90")
    yield lone("禾砚机电-预付款收据", paper("receipt", CUSTOMER), "skewed", skew=1.8, container="png")
    yield lone("禾砚机电-数电票", paper("einvoice", CUSTOMER, 2), "pdf-digital")
    notes = [Part(paper("delivery", CUSTOMER, n), VARIANTS["tiff"]) for n in (0, 2)]
    yield make_file("禾砚机电-送货单两张", notes, seed)
    older = draw_licence(SECOND_CUSTOMER, seeded("demo", seed, 3), "portrait", copied=False)
    rest = [paper(kind, SECOND_CUSTOMER, 1) for kind in ("contract", "receipt")]
    yield make_file("扫描仪批量-0001", [Part(p, VARIANTS["pdf-scan"]) for p in (older, *rest)], seed)
    shop = draw_licence(THIRD_CUSTOMER, seeded("demo", seed, 4), "portrait", copied=False)
    yield lone("泊远经营部营业执照", shop, "photo-exif")
    yield make_file(
        "泊远经营部-票据",
        [Part(paper(k, THIRD_CUSTOMER, 3), VARIANTS["pdf-mixed"]) for k in ("einvoice", "delivery")],
        seed,
    )


def write_long_pdf(path: Path, pages: int, seed: int = 0, *, distinct: bool = True) -> None:
    """Write a scanned PDF of `pages` grey A4-like pages at 150 dpi, each with its own number printed below.

    Flat memory: twelve drawn pages serve over and over; `distinct` stores their pictures anew for every page
    (about 120 KB each), as a scanner's file would, otherwise once.
    """
    base = [*_base_pages(seed)]
    with path.open("wb") as target, ScanPdfWriter(target) as writer:
        numbers: dict[int, int] = {}
        for page in range(pages):
            jpeg, size = base[page % len(base)]
            if distinct or page < len(base):
                numbers[page % len(base)] = writer.add_picture(jpeg, size, grey=True)
            writer.add_again(numbers[page % len(base)], size, 150.0, corner=_page_number(page + 1, 150.0))


def _base_pages(seed: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield JPEGs of twelve pages of contracts and other papers, with their sizes in pixels."""
    variant = replace(VARIANTS["grey"], dpi=150.0, quality=70)
    made = 0
    for number in range(12):
        deal = invent_deal(seeded("long", seed, number))
        kind = ("contract", "delivery", "licence", "vat_invoice", "contract", "receipt")[number % 6]
        for sheet in draw_paper(kind, deal, seeded("long", seed, number, kind)).sheets:
            rng = generator("long", seed, number, made)
            pixels = degrade(draw(sheet, variant.dpi, rng), variant, rng).pixels
            yield encode_jpeg(FilePage(pixels, variant.dpi, variant, sheet)), (pixels.shape[1], pixels.shape[0])
            made += 1
            if made == 12:
                return


def _page_number(number: int, dpi: float) -> Corner:
    """Return a small picture of a page's number."""
    size = (round(1.1 * dpi), round(0.2 * dpi))
    image = Image.new("L", size, 250)
    ImageDraw.Draw(image).text((size[0] / 2, size[1] / 2), f"第{number}页", 30, load_font("sans", 22), anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return Corner(buffer.getvalue(), size)
