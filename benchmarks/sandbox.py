"""What confinement costs: starting a child, a warm answer, a raster, and memory with a scanned PDF of many pages."""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[1]))

from ingest.sandbox import Parser
from ingest.sandbox.warmup import tiny_pdf
from ingest.triage import FileKind


def scanned_pdf(out: BinaryIO, pages: int) -> None:
    """Write a PDF of `pages` A4 scans at 200 dpi (one noisy JPEG each, about 300 KiB), page by page."""
    offsets: list[int] = []

    def add(body: bytes) -> None:
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (len(offsets), body))

    out.write(b"%PDF-1.4\n")
    kids = b" ".join(b"%d 0 R" % (3 + 3 * page) for page in range(pages))
    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids))
    content = b"q 595 0 0 842 0 0 cm /S Do Q"
    for page in range(pages):
        number, scan = 3 + 3 * page, _scan(page)
        add(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /XObject << /S %d 0 R >> >> >>" % (number + 1, number + 2)
        )
        add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        add(
            b"<< /Type /XObject /Subtype /Image /Width 1654 /Height 2339 /ColorSpace /DeviceRGB /BitsPerComponent 8"
            b" /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (len(scan), scan)
        )
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, start))


def _scan(seed: int) -> bytes:
    grain = np.random.default_rng(seed).normal(235, 9, (234, 165, 3)).clip(0, 255).astype(np.uint8)
    page = Image.fromarray(grain).resize((1654, 2339))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


def milliseconds(deed: Callable[[], object], times: int, pause: float = 0.0) -> float:
    """Return the median time of `deed`; `pause` seconds before each let the next child get warm."""
    taken = []
    for _ in range(times):
        time.sleep(pause)
        started = time.perf_counter()
        deed()
        taken.append(time.perf_counter() - started)
    return round(statistics.median(taken) * 1000, 1)


def peak(who: int) -> int:
    """Return the peak resident memory of this process or of the largest child that ended, MiB."""
    return resource.getrusage(who).ru_maxrss // 1024


def _fresh(source: BinaryIO) -> None:
    with Parser(consent=True) as parser:
        parser.inspect(source, FileKind.PDF)


def measure(pages: int, sample: int) -> dict[str, float]:
    """Return all figures; of the long file every `sample`-th page is rendered."""
    tiny = io.BytesIO(tiny_pdf())
    found: dict[str, float] = {"fresh_child_ms": milliseconds(lambda: _fresh(tiny), 7)}
    with Parser(consent=True) as parser, tempfile.TemporaryFile() as long:
        found["warm_inspect_ms"] = milliseconds(lambda: parser.inspect(tiny, FileKind.PDF), 9, pause=1.0)
        short = io.BytesIO()
        scanned_pdf(short, 1)
        found["raster_a4_200dpi_ms"] = milliseconds(lambda: parser.raster(short, FileKind.PDF, 1, 200), 7, pause=1.0)
        found["parent_mib_before"] = peak(resource.RUSAGE_SELF)
        scanned_pdf(long, pages)
        found["long_file_mib"] = long.tell() >> 20
        found["long_inspect_ms"] = milliseconds(lambda: parser.inspect(long, FileKind.PDF), 3, pause=1.0)
        for page in range(sample, pages + 1, sample):
            parser.raster(long, FileKind.PDF, page, 200)
        found["long_last_page_ms"] = milliseconds(lambda: parser.raster(long, FileKind.PDF, pages, 200), 3, pause=1.0)
        found["parent_mib_after"] = peak(resource.RUSAGE_SELF)
    found["child_mib"] = peak(resource.RUSAGE_CHILDREN)
    return found


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=600)
    arguments.add_argument("--sample", type=int, default=20)
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    found = measure(options.pages, options.sample)
    for name, value in found.items():
        print(f"{name:24} {value:>10}")
    if options.json:
        options.json.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
