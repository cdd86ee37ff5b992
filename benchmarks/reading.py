"""Measure reading: characters, fields, types, seals, pages a minute and memory, on specimens and on real scans.

python -m benchmarks.reading [SET…] [--limit N] [--engine NAME] [--json FILE]; sets: specimens, licences, receipts.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import resource
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ingest.doctypes import load_types
from ingest.fields.dates import find_dates, find_periods
from ingest.model import DocumentReading, FieldValue, Page
from ingest.reader import Context, Reader
from ingest.triage import HEAD, FileKind, identify

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
FIRST_SEED = 910_000  # specimens that neither demonstration nor tests use
LICENCE_FIELDS = {
    "social_credit_code": "credit_code",
    "name": "name",
    "type": "type",
    "legal_person": "legal_person",
    "registration_capital": "capital",
    "start_date": "established",
    "operation_date": "term",
    "location": "address",
    "business_scopes": "scope",
}
RECEIPT_FIELDS = {name: name for name in ("company", "date", "address", "total")}


@dataclass
class Case:
    """One file with what is true of it: fields by our names, printed lines, the type, seals a page."""

    name: str
    data: bytes
    kind: FileKind
    pages: int
    type: str
    fields: dict[str, str]
    lines: list[str]
    seals: int | None = None


@dataclass
class Score:
    """What was counted over a set."""

    exact: Counter[str] = field(default_factory=Counter)
    near: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    characters: int = 0
    types: int = 0
    files: int = 0
    pages: int = 0
    seconds: float = 0.0
    own_processor_seconds: float = 0.0
    suggested: int = 0
    wrong_codes: int = 0
    seals_found: int = 0
    seals: int = 0


def plain(text: str) -> str:
    """Fold width, case, blanks and punctuation, which labels of truth write in both ways."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).upper()


def agrees(truth: str, value: FieldValue) -> bool:
    """Tell whether a read value states what is true, as printed or normalised."""
    if plain(truth) == plain(value.raw) or truth == value.value:
        return True
    text = unicodedata.normalize("NFKC", truth)
    if value.kind == "date":
        return value.value in [f.value for f in find_dates(text)] and value.value is not None
    if value.kind == "period":
        return value.value in [f.value for f in find_periods(text)] and value.value is not None
    if value.kind == "amount" and re.fullmatch(r"\D*[\d.,]+\s*", text):
        figures = re.sub(r"[^\d.]", "", text)
        return value.value == str(round(float(figures) * 100)) if figures.strip(".") else False
    # capital amounts are stated twice on old licences, in capitals and in figures
    return value.kind == "amount" and bool(value.value) and len(value.raw) > 3 and plain(value.raw) in plain(truth)


def licences() -> Iterator[Case]:
    """Yield the photographs of business licences."""
    yield from _shared("licences", "T01", LICENCE_FIELDS)


def receipts() -> Iterator[Case]:
    """Yield the English shop receipts."""
    yield from _shared("receipts", "T00", RECEIPT_FIELDS)


def _shared(folder: str, code: str, names: dict[str, str]) -> Iterator[Case]:
    manifest = SHARED / folder / "manifest.json"
    if not manifest.exists():
        print(f"{folder}: skipped, {manifest.parent} is not there")
        return
    for item in json.loads(manifest.read_text("utf-8"))["items"]:
        truth = item["truth"]
        fields = {names[k]: v for k, v in truth["fields"].items() if v}
        lines = [line["text"] for line in truth["lines"]]
        data = (SHARED / folder / item["file"]).read_bytes()
        yield Case(item["file"], data, FileKind.JPEG, 1, code, fields, lines)


def specimens() -> Iterator[Case]:
    """Yield specimens of every kind and variant with seeds that nothing else uses."""
    from ingest.specimens import KINDS, VARIANTS, make_specimen  # drawn only when asked for

    kinds, variants = sorted(KINDS), sorted(VARIANTS)
    for number in range(10_000):
        kind, variant = kinds[number % len(kinds)], variants[number % len(variants)]
        specimen = make_specimen(kind, FIRST_SEED + number, variant)
        document = specimen.truth.documents[0]
        pages = [p for p in specimen.truth.pages if p.number in document.pages]
        lines = [line.text for page in pages for line in page.lines]
        seals = sum(s.colour == "red" for page in pages for s in page.seals)
        fields = {f.name: f.value for f in document.fields if f.box}
        kind_of_file = identify(specimen.data[:HEAD], specimen.name)
        yield Case(specimen.name, specimen.data, kind_of_file, len(pages), document.type, fields, lines, seals)


SETS = {"specimens": (specimens, 42), "licences": (licences, 40), "receipts": (receipts, 59)}


def measure(reader: Reader, cases: Iterator[Case], limit: int, verbose: bool) -> Score:
    """Read up to `limit` cases and count."""
    score = Score()
    for case in cases:
        if score.files >= limit:
            break
        start, busy = time.perf_counter(), time.process_time()
        pages = [reader.read_page(io.BytesIO(case.data), case.kind, n).page for n in range(1, case.pages + 1)]
        papers = reader.understand(pages, Context(today=datetime.now(UTC).date()))
        score.seconds += time.perf_counter() - start
        score.own_processor_seconds += time.process_time() - busy
        count(score, case, pages, papers[0], verbose)
    return score


def count(score: Score, case: Case, pages: list[Page], paper: DocumentReading, verbose: bool) -> None:
    """Add one case to the score."""
    score.files += 1
    score.pages += len(pages)
    score.types += paper.type == case.type
    values = {v.name: v for v in paper.fields}
    for name, truth in case.fields.items():
        value = values.get(name)
        good = value is not None and agrees(truth, value)
        score.total[name] += 1
        score.exact[name] += good
        score.near[name] += good or (value is not None and _similar(truth, value.raw) >= 0.9)
        if value is not None and not good and value.kind == "uscc":
            score.wrong_codes += 1
            score.suggested += any(c.suggestion == truth for c in value.checks)
        if verbose and not good:
            print(f"  {case.name} {name}: {truth[:60]!r} read as {value.raw[:60] if value else None!r}")
    _count_characters(score, case, pages)
    if case.seals is not None:
        score.seals += case.seals
        score.seals_found += min(sum(len(p.seals) for p in pages), case.seals)


def _count_characters(score: Score, case: Case, pages: list[Page]) -> None:
    read = plain("".join(line.text for page in pages for line in page.lines))
    for line in map(plain, case.lines):
        if not line:
            continue
        found = fuzz.partial_ratio_alignment(line, read) if len(read) >= len(line) else None
        piece = read[found.dest_start : found.dest_end] if found else read
        score.characters += len(line)
        score.errors += min(Levenshtein.distance(line, piece), len(line))


def _similar(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(plain(one), plain(other))


def report(name: str, score: Score) -> dict[str, object]:
    """Print a set's figures and return them."""
    total, exact = sum(score.total.values()), sum(score.exact.values())
    figures: dict[str, object] = {
        "files": score.files,
        "types_right": score.types,
        "character_error_rate": round(score.errors / max(score.characters, 1), 4),
        "field_recall": round(exact / max(total, 1), 4),
        "fields": {
            n: {"exact": score.exact[n], "near": score.near[n], "of": score.total[n]} for n in sorted(score.total)
        },
        "wrong_codes": score.wrong_codes,
        "of_these_suggested_right": score.suggested,
        "seals": [score.seals_found, score.seals],
        "pages_per_minute": round(60 * score.pages / max(score.seconds, 1e-9), 1),
    }
    print(f"\n{name}: " + ", ".join(f"{k} {v}" for k, v in figures.items() if k != "fields"))
    for field_name in score.total:
        of = score.total[field_name]
        print(f"  {field_name:24} exact {score.exact[field_name]:3}/{of:<3} near {score.near[field_name]:3}/{of}")
    return figures


def main() -> None:
    """Run the sets that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(SETS), choices=[*SETS, []])
    parser.add_argument("--limit", type=int, default=None, help="files a set")
    parser.add_argument("--engine", default="ppocr")
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--verbose", action="store_true", help="print every field that was missed")
    options = parser.parse_args()
    texts = {p.name: p.read_text("utf-8") for p in (ROOT / "config" / "rulebook" / "types").glob("*.toml")}
    results: dict[str, object] = defaultdict(dict)
    pages, busy = 0, 0.0
    with Reader(load_types(texts), engine=options.engine) as reader:
        for name in options.sets:
            cases, usual = SETS[name]
            score = measure(reader, cases(), options.limit or usual, options.verbose)
            pages, busy = pages + score.pages, busy + score.own_processor_seconds
            if score.files:
                results[name] = report(name, score)
    kinds = {"own process": resource.RUSAGE_SELF, "largest child": resource.RUSAGE_CHILDREN}  # ended by now
    results["peak_memory_mb"] = {name: resource.getrusage(who).ru_maxrss // 1024 for name, who in kinds.items()}
    print(f"\npeak memory in MB: {results['peak_memory_mb']}")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy += ended.ru_utime + ended.ru_stime  # starting parser and engine counts too
    results["processor_seconds_a_page"] = round(busy / max(pages, 1), 2)
    print(f"processor seconds a page, all sets: {results['processor_seconds_a_page']}")
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=2), "utf-8")


if __name__ == "__main__":
    main()
