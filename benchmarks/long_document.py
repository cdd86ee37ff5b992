"""A long scanned PDF through the real processes, with kill -9 of web, worker and supervisor in the middle.

python benchmarks/long_document.py [--pages 600] [--workers 2] [--json FILE]     recorded readings, real rasters
python benchmarks/long_document.py --real --pages 40                             real OCR

Says whether it completed, what was lost, doubled or read again, and how much memory each process took at most.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import sqlalchemy as sa  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from config.settings import Settings  # noqa: E402
from dms.bootstrap import open_archive, start_archive  # noqa: E402
from dms.documents.models import Document, DocumentPage  # noqa: E402
from dms.intake import service as intake  # noqa: E402
from dms.intake.batches import Delivery  # noqa: E402
from dms.intake.models import Arrival, PageReading  # noqa: E402
from dms.intake.readers import Readers  # noqa: E402
from dms.jobs.models import Job  # noqa: E402
from dms.kernel.archive import Archive  # noqa: E402
from dms.policy import SYSTEM  # noqa: E402
from dms.running import processes, supervisor  # noqa: E402
from ingest.doctypes import load_types  # noqa: E402
from ingest.model import Box, Line, Page, Word  # noqa: E402
from ingest.pages import THUMBNAIL_SIDE, VIEW_SIDE, jpeg  # noqa: E402
from ingest.reader import PageResult  # noqa: E402
from ingest.sandbox import FileInfo, Parser  # noqa: E402
from ingest.specimens.scanpdf import ScanPdfWriter  # noqa: E402
from ingest.triage import FileKind  # noqa: E402

DPI = 75
LINES = 40


class LongReader:
    """Rasterises for real and confined; what a page says is recorded, so that no time goes into OCR."""

    def __init__(self, archive: Archive) -> None:
        self.types = load_types(archive.rulebook.types)
        self._parser = Parser(consent=archive.settings.sandbox_consent)
        self._log = archive.data / "pages.log"

    def inspect(self, source: BinaryIO, kind: FileKind, password: str | None = None) -> FileInfo:
        """Look into the file for real."""
        return self._parser.inspect(source, kind, password)

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        """Note the page, then read it."""
        note(self._log, number)
        pixels = self._parser.raster(source, kind, number, DPI, password).pixels
        return PageResult(recorded(number, pixels.shape), jpeg(pixels, VIEW_SIDE), jpeg(pixels, THUMBNAIL_SIDE))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parser.close()


class NotedReaders(Readers):
    """The real reader, noting every page it begins."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self._log = archive.data / "pages.log"

    def read_page(self, source: BinaryIO, kind: FileKind, number: int, password: str | None = None) -> PageResult:
        """Note the page, then read it."""
        note(self._log, number)
        return super().read_page(source, kind, number, password)


def note(log: Path, number: int) -> None:
    with log.open("a") as handle:
        handle.write(f"{number}\n")


def recorded(number: int, shape: tuple[int, ...]) -> Page:
    """Return a page of a three-page contract, as an engine would have read it."""
    at = (number - 1) % 3 + 1
    texts = ["购销合同", f"合同编号：HT-{(number - 1) // 3:05}", "签订日期：2023年6月12日"] if at == 1 else []
    texts += [f"条款{n}：双方按照约定履行各自的义务（{number}）。" for n in range(LINES)] + [f"第{at}页 共3页"]
    lines = []
    for n, text in enumerate(texts):
        y = 0.03 + 0.94 * n / len(texts)
        words = tuple(Word(c, Box(0.1 + 0.018 * i, y, 0.118 + 0.018 * i, y + 0.015), 0.98) for i, c in enumerate(text))
        lines.append(Line(text, Box(0.1, y, min(0.1 + 0.018 * len(text), 1), y + 0.015), 0.98, words))
    return Page(number, shape[1], shape[0], DPI, tuple(lines), engine="recorded")


def scan(path: Path, pages: int) -> None:
    """Write a scanned PDF, every page a picture of its own."""
    with path.open("wb") as target, ScanPdfWriter(target) as writer:
        noise = Image.effect_noise((1240, 1754), 24).convert("L")
        for number in range(1, pages + 1):
            page = noise.copy()
            ImageDraw.Draw(page).text((120, 120), f"page {number} of {pages}", fill=0, font_size=60)
            buffer = io.BytesIO()
            page.save(buffer, "JPEG", quality=70)
            writer.add_page(buffer.getvalue(), page.size, 150.0, grey=True)


class Run:
    """The supervised archive from outside: start it, kill parts of it, look at its memory."""

    def __init__(self, data: Path, real: bool, workers: int) -> None:
        self._command = [sys.executable, __file__, "--serve", str(data), "--workers", str(workers)]
        self._command += ["--real"] if real else []
        self.memory: dict[str, int] = {}
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.DEVNULL)

    def children(self) -> dict[str, int]:
        """Return the ids of the supervised processes by name."""
        listed = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid=,args="], check=False, capture_output=True, text=True
        )
        return {line.split()[-1]: int(line.split()[0]) for line in listed.stdout.splitlines()}

    def kill(self, name: str) -> None:
        """Kill one process without warning; the supervisor is started again by hand."""
        if name == "supervisor":
            orphans = self.children()
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            for _ in range(100):
                if not any(Path(f"/proc/{pid}").exists() for pid in orphans.values()):
                    break
                time.sleep(0.1)
            self.process = self._start()
        else:
            found = self.children()
            os.kill(found[name], signal.SIGKILL)

    def look(self) -> dict[str, int]:
        """Return the memory (resident, MiB) of each process now, and remember the most."""
        now = {name: resident(pid) for name, pid in self.children().items()}
        for name, size in now.items():
            self.memory[name] = max(size, self.memory.get(name, 0))
        return now

    def stop(self) -> None:
        """End everything in order."""
        self.process.terminate()
        self.process.wait()


def resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmRSS")), 0)


def measure(folder: Path, pages: int, real: bool, workers: int) -> dict[str, Any]:
    settings = settings_of(folder / "data", workers)
    start_archive(settings)
    scan(folder / "long.pdf", pages)
    victims = {pages // 6: "worker-1", pages // 3: "web", pages // 2: "supervisor", pages * 5 // 6: "worker-1"}
    begun = time.monotonic()
    early, late, killed = 0, 0, []
    with open_archive(settings) as archive:
        with (folder / "long.pdf").open("rb") as source:
            receipt = intake.receive(archive, SYSTEM, source, "long.pdf", Delivery("cli"))
        run = Run(settings.data, real, workers)
        try:
            while True:
                time.sleep(0.5)
                state, done = progress(archive, receipt.arrival_id)
                sizes = max((size for name, size in run.look().items() if name.startswith("worker")), default=0)
                early, late = (max(early, sizes), late) if done < pages // 3 else (early, max(late, sizes))
                for at in [at for at in victims if at <= done]:
                    killed.append(f"{victims[at]} at {done}")
                    run.kill(victims.pop(at))
                if state in ("read", "refused") or time.monotonic() - begun > (60 if real else 5) * pages:
                    break
        finally:
            run.stop()
        return {"pages": pages, "killed": killed, "seconds": round(time.monotonic() - begun, 1)} | {
            "worker_mib_first_third": early, "worker_mib_later": late, "most_mib": run.memory,
            **verdict(archive, receipt.arrival_id, pages),
        }  # fmt: skip


def progress(archive: Archive, arrival_id: str) -> tuple[str, int]:
    with archive.db.read() as session:
        rows = sa.select(sa.func.count()).where(PageReading.arrival_id == arrival_id)
        return session.get_one(Arrival, arrival_id).state, session.scalar(rows) or 0


def verdict(archive: Archive, arrival_id: str, pages: int) -> dict[str, Any]:
    begun = Counter(int(line) for line in (archive.data / "pages.log").read_text().split())
    with archive.db.read() as session:
        numbers = list(session.scalars(sa.select(DocumentPage.number).order_by(DocumentPage.number)))
        states = [tuple(row) for row in session.execute(sa.select(Job.state, sa.func.count()).group_by(Job.state))]
        return {
            "state": session.get_one(Arrival, arrival_id).state,
            "pages_in_documents": len(numbers),
            "lost": len(set(range(1, pages + 1)) - set(numbers)),
            "doubled": len(numbers) - len(set(numbers)),
            "documents": session.scalar(sa.select(sa.func.count()).select_from(Document)),
            "pages_begun_again": sum(count - 1 for count in begun.values()),
            "jobs": dict(states),
        }


def settings_of(data: Path, workers: int) -> Settings:
    return Settings(data=data, keys_url=f"keyfile://{data.parent / 'keys' / 'k'}", port=0, workers=workers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--process", choices=("real", "recorded"), help=argparse.SUPPRESS)
    parser.add_argument("name", nargs="?", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.process:
        processes.main(NotedReaders if options.process == "real" else LongReader)
        return
    if options.serve:
        kind = "real" if options.real else "recorded"
        program = [sys.executable, __file__, "--process", kind]
        supervisor.serve(settings_of(options.serve, options.workers), program=program)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), options.pages, options.real, options.workers)
    for name, value in found.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(found), encoding="utf-8")
    sys.exit(0 if found["state"] == "read" and not found["lost"] and not found["doubled"] else 1)


if __name__ == "__main__":
    main()
